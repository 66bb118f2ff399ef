#!/usr/bin/env python3
"""Tests a build that leaves something out.

Usage: run.py [--without gc|simd|threads|text|wasi]... [--zwasm ZWASM] [--complete ZWASM]

--without names what the build lacks. `zwasm features` says so. The examples are translated to binaries
by a complete zwasm (--complete, $ZWASM_COMPLETE, or that of build/release or build/dev): those that
need nothing of it do what they state, the others are refused in one line that names what is missing.
"""
import argparse
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools" / "support"))
from testing import ROOT, SKIPPED, add_zwasm_option, zwasm_command  # noqa: E402

# The features of `zwasm features` that belong to each part.
FEATURES = {"gc": ["gc"], "simd": ["simd", "relaxed-simd"], "threads": ["threads"]}
# What messages call the other parts.
NAMES = {"text": "the text format", "wasi": "WASI"}
# Modules that need one part each, beside the examples.
MODULES = {
    "gc": "(module (type (struct (field i32))) (func (export \"f\") (drop (struct.new 0 (i32.const 1)))))",
    "gc-cast": "(module (func (export \"f\") (param anyref) (drop (ref.test i31ref (local.get 0)))))",
    "simd": "(module (func (export \"f\") (drop (v128.const i64x2 1 2))))",
    "simd-type": "(module (func (export \"f\") (param v128)))",
    "threads": "(module (memory 1 1) (func (export \"f\") (drop (i32.atomic.load (i32.const 0)))))",
    "threads-memory": "(module (memory 1 1 shared))",
}
# Of the examples, so many need no part at all.
LEAST_PLAIN = 28


class Variant:
    def __init__(self, zwasm, complete, without, scratch):
        self.zwasm, self.complete, self.without, self.scratch = zwasm, complete, without, scratch
        self.failures = []

    def run(self, *arguments):
        return subprocess.run([*self.zwasm, *map(str, arguments)], capture_output=True, text=True,
                              timeout=60, check=False)

    def expect(self, what, holds, process):
        if not holds:
            self.failures.append(f"{what}: exit code {process.returncode}, {process.stdout!r}, "
                                 f"{process.stderr!r}")

    def refused(self, what, name, process):
        """In one line that says that `name` is not part of the build."""
        self.expect(what, process.returncode == 1 and process.stdout == "" and
                    process.stderr.count("\n") == 1 and
                    f"{name} is not part of this build" in process.stderr, process)

    def binary(self, source):
        """Of the same name, which some programs print."""
        target = self.scratch / "binary" / source.name
        target.parent.mkdir(exist_ok=True)
        subprocess.run([*self.complete, "convert", str(source), "-o", str(target)], check=True)
        return target

    def features(self):
        process = self.run("features", "--json")
        listed = json.loads(process.stdout)
        for part, names in FEATURES.items():
            for name in names:
                absent = listed["features"][name] == "not built"
                self.expect(f"feature {name}", absent == (part in self.without), process)
        for part in NAMES:
            self.expect(part, (listed[part] == "not built") == (part in self.without), process)

    def modules(self):
        for name, text in MODULES.items():
            part = name.partition("-")[0]
            source = self.scratch / f"{name}.wat"
            source.write_text(text)
            module = self.binary(source)
            for process in (self.run("validate", module), self.run(module)):
                if part in self.without:
                    self.refused(name, f"feature {FEATURES[part][0]}", process)
                else:
                    self.expect(name, process.returncode == 0 or process.args[1] != "validate", process)
            if "text" in self.without:
                self.refused(f"{name}.wat", NAMES["text"], self.run("validate", source))

    def commands(self):
        if "text" in self.without:
            for command in ("convert", "wast"):
                self.refused(command, NAMES["text"], self.run(command, "x", "-o", "y"))
        if "wasi" in self.without:
            module = self.binary(ROOT / "examples" / "wat" / "01_hello_add.wat")
            self.refused("--dir", NAMES["wasi"], self.run("run", "--dir", ".", module))

    def examples(self):
        plain = 0
        for example in sorted((ROOT / "examples" / "wat").glob("*.wat")):
            text = example.read_text()
            command = re.search(r"^;; run: (.*)$", text, re.MULTILINE)[1]
            prints = re.findall(r"^;; prints: (.*)$", text, re.MULTILINE)
            module = self.binary(example)
            command = command.replace(str(example.relative_to(ROOT)), shlex.quote(str(module)))
            process = subprocess.run(
                ["sh", "-c", f'zwasm() {{ {shlex.join(self.zwasm)} "$@"; }}\n{command}'], cwd=ROOT,
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60, check=False)
            needs = "wasi" if "wasi_snapshot" in text else "simd" if "v128" in text else None
            if needs in self.without:
                self.refused(example.name, NAMES.get(needs, f"feature {needs}"), process)
                continue
            plain += needs is None
            self.expect(example.name, process.returncode == 0 and
                        process.stdout.splitlines() == prints, process)
        if plain < LEAST_PLAIN:
            self.failures.append(f"only {plain} examples need no part, at least {LEAST_PLAIN} expected")


def find_complete(given):
    for text in (given, ROOT / "build" / "release" / "zwasm", ROOT / "build" / "dev" / "zwasm"):
        if text and os.path.exists(shlex.split(str(text))[-1]):
            return zwasm_command(str(text))
    return None


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    add_zwasm_option(parser)
    parser.add_argument("--complete", default=os.environ.get("ZWASM_COMPLETE"))
    parser.add_argument("--without", action="append", default=[], choices=[*FEATURES, *NAMES])
    arguments = parser.parse_args()
    complete = find_complete(arguments.complete)
    if complete is None:
        print("skipped: no complete zwasm to make binaries with (build the preset release)")
        return SKIPPED
    with tempfile.TemporaryDirectory(prefix="zwasm-variant-") as scratch:
        variant = Variant(zwasm_command(arguments.zwasm), complete, arguments.without,
                          pathlib.Path(scratch))
        variant.features()
        variant.modules()
        variant.commands()
        variant.examples()
    for failure in variant.failures:
        print(failure)
    print(f"without {', '.join(arguments.without) or 'nothing'}: {len(variant.failures)} failures")
    return 1 if variant.failures else 0


if __name__ == "__main__":
    sys.exit(main())
