#!/usr/bin/env python3
"""Checks that the scripts beside this file use every instruction that this build executes.

The instructions are the rows of src/wasm/opcodes.def, but for those of features that are only
validated yet. Prints the missing ones; the exit code is 0 if there are none.
"""
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
TABLE = HERE.parents[1] / "src" / "wasm" / "opcodes.def"
NOT_EXECUTED = set()
ROW = re.compile(r'^[A-Z_]+\s*\(0x[0-9A-F]+,\s*\w+,\s*"([^"]+)",.*?(\w+)\)\s*$', re.MULTILINE)
# What is no instruction: strings and comments.
NOISE = re.compile(r'"(?:[^"\\]|\\.)*"|;;[^\n]*|\(;.*?;\)', re.DOTALL)


def main():
    rows = ROW.findall(TABLE.read_text())
    wanted = [text for text, feature in rows if feature not in NOT_EXECUTED]
    if len(wanted) < 400:
        sys.exit(f"only {len(wanted)} instructions found in {TABLE.name}: has its form changed?")
    used = set()
    for script in HERE.glob("*.wast"):
        used.update(re.findall(r"[a-z0-9_.]+", NOISE.sub(" ", script.read_text())))
    missing = [text for text in wanted if text not in used]
    for text in missing:
        print(f"no script uses {text}")
    print(f"{len(wanted) - len(missing)} of {len(wanted)} instructions are used")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
