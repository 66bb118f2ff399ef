#!/usr/bin/env python3
"""Checks that reading a module costs time linear in its size: what is generated at n and at 4n may
differ by a factor of 8 in processor time.

Usage: run.py [--zwasm ZWASM] [NAME...]
"""
import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "support"))
from testing import add_zwasm_option, zwasm_command  # noqa: E402

FACTOR, LARGEST_RATIO = 4, 8
# Below this many seconds the larger of the two is fast enough, and the ratio is noise.
FLOOR = 0.25


def each(count, text):
    return "\n".join(text.replace("#", str(i)) for i in range(count))


def module(text):
    return f"(module\n{text}\n)\n"


# name: n, and the module's text for a count
CASES = {
    "functions": (10000, lambda n: module(each(n, "(func (param i32) (result i32) local.get 0)"))),
    "types": (10000, lambda n: module(
        "(type (struct))\n" + each(n, "(type $t# (struct (field i32 (ref null #))))"))),
    "try_table": (5000, lambda n: module(
        "(tag $e)(func\n" + each(n, "(block $h# (try_table (catch $e $h#) (throw $e)))") + ")")),
    "identifiers": (10000, lambda n: module(each(n, "(global $name# i32 (i32.const 0))"))),
    "locals": (10000, lambda n: module(
        "(func\n" + each(n, "(local $l# i32)") + each(n, "(drop (local.get $l#))") + ")")),
    "br_table": (10000, lambda n: module(
        "(func (block $a (block $b (br_table\n" + each(n, "$a $b") + " (i32.const 0)))))")),
    "data": (10000, lambda n: module("(memory 1)" + each(n, '(data (i32.const #) "x")'))),
    "names": (10000, lambda n: module(each(n, '(func $f# (export "f#") (call $f#))'))),
    "imports": (10000, lambda n: module(each(n, '(import "m#" "f#" (func $f# (param i32)))'))),
}


def seconds(zwasm, path):
    """Processor time of validating: the least of three."""
    least = None
    for _ in range(3):
        before = os.times()
        process = subprocess.run([*zwasm, "validate", str(path)], capture_output=True, text=True,
                                 timeout=300, check=False)
        after = os.times()
        if process.returncode != 0:
            sys.exit(f"{path.name}: {process.stderr.strip()}")
        spent = (after.children_user - before.children_user +
                 after.children_system - before.children_system)
        least = spent if least is None else min(least, spent)
    return least


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    add_zwasm_option(parser)
    parser.add_argument("names", nargs="*")
    arguments = parser.parse_args()
    zwasm = zwasm_command(arguments.zwasm)
    failures = 0
    with tempfile.TemporaryDirectory(prefix="zwasm-scaling-") as scratch:
        for name in arguments.names or CASES:
            count, text = CASES[name]
            times = []
            for size in (count, count * FACTOR):
                path = pathlib.Path(scratch) / f"{name}.wat"
                path.write_text(text(size))
                times.append(seconds(zwasm, path))
            wrong = times[1] > FLOOR and times[1] > LARGEST_RATIO * times[0]
            failures += wrong
            print(f"{name}: {times[0]:.2f} s, {times[1]:.2f} s{': not linear' if wrong else ''}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
