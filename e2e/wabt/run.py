#!/usr/bin/env python3
"""Compares zwasm's front end with wabt's tools, on the scripts that wabt reads.

Usage: run.py own|official [--zwasm ZWASM]

`own` takes tests/wast and examples/wat, `official` the core scripts of the test data. Every script
that wast2json translates is taken apart by it. Then
  - zwasm accepts the modules that wabt accepts, and rejects the binary modules that it rejects;
  - the text that zwasm makes of a module is read by wat2wasm, and gives the bytes that zwasm makes
    of the same text.
How many scripts wabt knows is checked, so that none is lost unnoticed. ZWASM_WABT is the folder of
wabt's tools, ZWASM_CLI the command that starts zwasm.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "support"))
from testing import ROOT, SKIPPED, add_zwasm_option, test_data, zwasm_command  # noqa: E402

# Features that wabt has, but switches on one by one.
FEATURES = [f"--enable-{name}" for name in
            ("exceptions", "threads", "tail-call", "memory64", "multi-memory", "extended-const",
             "relaxed-simd")]
# Scripts that must be compared at least: what wabt 1.0.32 reads.
LEAST = {"own": 56, "official": 186}
# Scripts of modules whose text wabt does not read alike, though both are right: zwasm keeps forms of
# segments that are longer than need be; wabt has no offsets above 4 GiB.
NO_TEXT = {"binary.wast", "binary-leb128.wast", "binary_leb128_64.wast"}


class Comparison:
    def __init__(self, zwasm, wabt, script, folder):
        self.zwasm, self.wabt, self.script, self.folder = zwasm, wabt, script, folder
        self.modules = 0
        self.known = False
        self.failures = []

    def run(self, *command):
        return subprocess.run([str(part) for part in command], capture_output=True, text=True,
                              errors="replace", timeout=120)

    def tool(self, name, *arguments):
        return self.run(self.wabt / name, *FEATURES, *arguments)

    def fail(self, file, what, process):
        line = (process.stderr or process.stdout).strip().splitlines()
        self.failures.append(f"{self.script.name}: {file.name}: {what}: {line[0] if line else ''}")

    def compare(self):
        listing = self.folder / "list.json"
        if self.tool("wast2json", self.script, "-o", listing).returncode != 0:
            return self
        self.known = True
        for command in json.loads(listing.read_text())["commands"]:
            name = command.get("filename", "")
            if not name.endswith(".wasm"):
                continue
            file = self.folder / name
            if command["type"] == "module":
                self.valid(file)
            elif command["type"] in ("assert_invalid", "assert_malformed"):
                self.rejected(file)
        return self

    def valid(self, file):
        self.modules += 1
        if self.tool("wasm-validate", file).returncode != 0:
            return
        process = self.run(*self.zwasm, "validate", file)
        if process.returncode != 0:
            self.fail(file, "zwasm rejects what wabt accepts", process)
            return
        text = file.with_suffix(".wat")
        ours, theirs = file.with_suffix(".ours"), file.with_suffix(".theirs")
        process = self.run(*self.zwasm, "convert", file, "-o", text)
        if process.returncode != 0:
            self.fail(file, "zwasm prints no text", process)
            return
        # Custom sections are annotations, which wabt reads past.
        if self.script.name in NO_TEXT or "(@" in text.read_text():
            return
        process = self.tool("wat2wasm", text, "-o", theirs)
        if process.returncode != 0:
            self.fail(file, "wat2wasm does not read zwasm's text", process)
            return
        process = self.run(*self.zwasm, "convert", text, "-o", ours)
        if process.returncode != 0 or ours.read_bytes() != theirs.read_bytes():
            self.fail(file, "zwasm and wat2wasm read the same text differently", process)

    def rejected(self, file):
        self.modules += 1
        if self.tool("wasm-validate", file).returncode == 0:
            return
        process = self.run(*self.zwasm, "validate", file)
        if process.returncode == 0:
            self.fail(file, "zwasm accepts what wabt rejects", process)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("suite", choices=LEAST)
    add_zwasm_option(parser)
    arguments = parser.parse_args()
    wabt = os.environ.get("ZWASM_WABT")
    if not wabt:
        print("skipped: no wabt")
        return SKIPPED
    zwasm = zwasm_command(arguments.zwasm)
    if arguments.suite == "own":
        scripts = [*(ROOT / "tests" / "wast").glob("*.wast"),
                   *(ROOT / "examples" / "wat").glob("*.wat")]
    else:
        scripts = list((test_data("spec") / "spec").glob("*.wast"))
    with tempfile.TemporaryDirectory() as scratch:
        def compare(script):
            folder = pathlib.Path(scratch) / script.name
            folder.mkdir()
            return Comparison(zwasm, pathlib.Path(wabt), script, folder).compare()

        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(compare, sorted(scripts)))
    known = sum(result.known for result in results)
    failures = [line for result in results for line in result.failures]
    if known < LEAST[arguments.suite]:
        failures.append(f"wabt reads {known} scripts, at least {LEAST[arguments.suite]} expected")
    for line in failures:
        print(line)
    print(f"{known} of {len(results)} scripts known to wabt, "
          f"{sum(result.modules for result in results)} modules, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
