#!/usr/bin/env python3
"""Compares what a command prints about a module with what is written down in the module's file.

Usage: run.py [--zwasm ZWASM] FILE.wat...

A file is a module with comments around it:

    ;; run: zwasm dump --ir FILE         the command; FILE is this file
    ;; Why: ...                          the decision that the output shows
    (module ...)
    ;; expect:
    ;; ...                               its output, standard output before standard error

`zwasm` is what --zwasm or $ZWASM_CLI says. ZWASM_BLESS=1 rewrites what is expected: then read the
diff.
"""
import argparse
import difflib
import os
import pathlib
import shlex
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "support"))
from testing import add_zwasm_option, zwasm_command  # noqa: E402

TIMEOUT_SECONDS = 60
RUN = ";; run: zwasm "
EXPECT = ";; expect:\n"


def output_of(path, text, zwasm):
    head = text.splitlines()[0]
    if not head.startswith(RUN):
        sys.exit(f"{path}: does not begin with '{RUN}'")
    command = [str(path) if word == "FILE" else word for word in shlex.split(head[len(RUN):])]
    process = subprocess.run([*zwasm, *command], capture_output=True, text=True,
                             timeout=TIMEOUT_SECONDS)
    printed = (process.stdout + process.stderr).replace(str(path), "FILE")
    return "".join(f";; {line}".rstrip() + "\n" for line in printed.splitlines())


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    add_zwasm_option(parser)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    zwasm = zwasm_command(arguments.zwasm)
    failed = 0
    for path in arguments.files:
        text = path.read_text()
        body, _, expected = text.partition(EXPECT)
        actual = output_of(path, text, zwasm)
        if actual == expected:
            continue
        if os.environ.get("ZWASM_BLESS") == "1":
            path.write_text(body + EXPECT + actual)
            print(f"{path.name}: rewritten")
            continue
        failed += 1
        print(f"{path.name}: not as expected (ZWASM_BLESS=1 rewrites it)")
        print("\n".join(difflib.unified_diff(expected.splitlines(), actual.splitlines(),
                                             "expected", "actual", lineterm="")))
    print(f"{len(arguments.files) - failed} files as expected, {failed} not")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
