#!/usr/bin/env python3
"""Runs real programs with a zwasm executable and compares output and exit code.

Usage: run.py GROUP [--all] [--verbose] [--zwasm ZWASM]

GROUP is programs, guests, or a folder of the benchmark modules (`bench/GROUP` of the test data; `.`
for those directly in it). ZWASM is by default what $ZWASM_CLI says.

What programs and benchmarks print is in the expected.json beside them; a program's standard output
may be null there: then only its length counts, and not even that if it varies. Prints one line for
each program that fails, and the counts.
"""
import argparse
import json
import pathlib
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "support"))
from testing import add_zwasm_option, test_data, zwasm_command  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
TIMEOUT_SECONDS = 600

# Benchmarks that take an interpreter too long for every run of the tests.
LONG = {
    "libsodium/libsodium-box8.wasm", "libsodium/libsodium-pwhash_scrypt.wasm",
    "libsodium/libsodium-sign.wasm", "wasi/mandel.wasm", "shootout/ed25519.wasm", "shootout/fib2.wasm",
    "shootout/seqhash.wasm", "shootout/sieve.wasm", "sightglass/gcc-loops/benchmark.wasm",
}

# The same script under Node 20.
SCRIPT_OUTPUT = """\
primes: 2 3 5 7 11 13 17 19 23 29 31 37 41 43 47 53 59 2262
50! = 30414093201713378043612608166064768844377641568960512000000000000
words: [["the",3],["brown",1],["dog",1],["end",1],["fox",1],["jumps",1],["lazy",1],["over",1],["quick",1]]
replaced: 21.11.2026
floats: 1.4142135623730951 0.30000000000000004 1e+21 true 11111111 0.10000000149011612
caught: true
depth: 500
trace: 20434
"""


class Program:
    def __init__(self, name, command, folder, expected):
        self.name = name
        self.command = command
        self.folder = folder
        self.expected = expected

    def run(self, zwasm):
        """Returns what went wrong, or None."""
        try:
            process = subprocess.run([*zwasm, *self.command], cwd=self.folder, capture_output=True,
                                     stdin=subprocess.DEVNULL, timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            return f"still running after {TIMEOUT_SECONDS} s"
        message = (process.stderr.decode(errors="replace").strip().splitlines() or [""])[-1]
        if process.returncode != self.expected.get("exit_code", 0):
            return f"exit code {process.returncode}: {message}"
        if self.expected.get("stderr", "") not in message:
            return f"says {message!r}, expected {self.expected['stderr']!r}"
        stdout = self.expected.get("stdout")
        if stdout is None:
            length = self.expected.get("stdout_bytes")
            if self.expected.get("varies") or length is None or len(process.stdout) == length:
                return None
            return f"printed {len(process.stdout)} bytes, expected {length}"
        actual = process.stdout.decode(errors="replace")
        return None if actual == stdout else f"printed {actual[-200:]!r}, expected {stdout[-200:]!r}"


def listed(folder, prefix, everything):
    """The programs of an expected.json whose names begin with `prefix`, and with what they need."""
    for name, expected in json.loads((folder / "expected.json").read_text()).items():
        path = folder / name
        group, _, rest = name.rpartition("/")
        if prefix is not None and (group or ".").split("/")[0] != prefix:
            continue
        if name in LONG and not everything:
            continue
        options = []
        working_folder = path.parent
        if prefix == "sightglass":
            options = ["--dir", ".", "--preload", f"bench={HERE / 'bench.wat'}"]
        elif prefix == "libsodium":
            options = ["--preload", f"bench={HERE / 'bench.wat'}"]
        elif prefix == "wasi":
            options = ["--dir", "."]
        elif name == "rust_file_io.wasm":  # writes a file and removes it
            working_folder = None
            options = ["--dir", ".::/"]
        yield Program(name, [*options, str(path)], working_folder, expected)


def guests(folder):
    yield Program("hello.wasm a b c", [str(folder / "hello.wasm"), "a", "b", "c"], folder,
                  {"exit_code": 7, "stdout": "hello from C, argc=4\narg 1: a\narg 2: b\narg 3: c\n"})
    yield Program("go_hello.wasm", [str(folder / "go_hello.wasm")], folder,
                  {"stdout": 'hello from Go 1 \n{"a":1.5,"b":[1,2]}\n[9 4 1 0]\n'})
    qjs = str(folder / "qjs.wasm")
    yield Program("qjs.wasm -e", [qjs, "-e", "console.log(6*7)"], folder, {"stdout": "42\n"})
    yield Program("qjs.wasm script.js", ["--dir", f"{HERE}::/scripts", qjs, "/scripts/script.js"],
                  folder, {"stdout": SCRIPT_OUTPUT})
    yield Program("qjs.wasm exit code", [qjs, "-e", "throw new Error('no')"], folder,
                  {"exit_code": 1, "stdout": ""})


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("group")
    parser.add_argument("--all", action="store_true", help="the long benchmarks, too")
    parser.add_argument("--verbose", action="store_true", help="a line and the time for each program")
    add_zwasm_option(parser)
    arguments = parser.parse_args()
    zwasm = zwasm_command(arguments.zwasm)
    if arguments.group == "guests":
        programs = list(guests(test_data("guests") / "guests"))
    elif arguments.group == "programs":
        programs = list(listed(test_data("programs") / "programs", None, True))
    else:
        programs = list(listed(test_data("bench") / "bench", arguments.group, arguments.all))
    if not programs:
        sys.exit(f"no programs in the group {arguments.group}")

    failed = 0
    for program in programs:
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="zwasm-programs-") as scratch:
            program.folder = program.folder or scratch
            trouble = program.run(zwasm)
        failed += trouble is not None
        if trouble or arguments.verbose:
            print(f"{program.name}: {trouble or 'ok'} ({time.monotonic() - start:.2f} s)", flush=True)
    print(f"{len(programs) - failed} programs passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
