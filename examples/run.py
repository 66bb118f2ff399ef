#!/usr/bin/env python3
"""Runs the examples in the text format and compares what they print with what they state.

Usage: run.py [--zwasm ZWASM] [FILE.wat...]

Without files: those in examples/wat. Each file says at its head how it is run, by the shell, and what that prints, one line or several:

    ;; run: zwasm examples/wat/01_hello_add.wat --invoke add 2 3
    ;; prints: 5

ZWASM is by default what $ZWASM_CLI says. The exit code is 0 only if every example did as stated.
"""
import argparse
import pathlib
import re
import shlex
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools" / "support"))
from testing import ROOT, add_zwasm_option, zwasm_command  # noqa: E402

TIMEOUT_SECONDS = 60


def failure(zwasm, example):
    """What went wrong, or None."""
    text = example.read_text()
    run = re.search(r"^;; run: (.*)$", text, re.MULTILINE)
    prints = re.findall(r"^;; prints: (.*)$", text, re.MULTILINE)
    if not run or not prints:
        return "does not state how it is run and what it prints"
    script = f'zwasm() {{ {shlex.join(zwasm)} "$@"; }}\n{run[1]}'
    process = subprocess.run(["sh", "-c", script], cwd=ROOT, stdin=subprocess.DEVNULL,
                             capture_output=True, text=True, timeout=TIMEOUT_SECONDS)
    if process.returncode != 0:
        return f"exit code {process.returncode}: {process.stderr.strip()}"
    if process.stdout.splitlines() != prints:
        return f"printed {process.stdout!r}, expected {prints}"
    return None


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    add_zwasm_option(parser)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    zwasm = zwasm_command(arguments.zwasm)
    examples = arguments.files or sorted((ROOT / "examples" / "wat").glob("*.wat"))
    failures = 0
    for example in examples:
        problem = failure(zwasm, example)
        if problem:
            failures += 1
            print(f"{example.name}: {problem}")
    print(f"{len(examples) - failures} passed, {failures} failed")
    return 1 if failures or not examples else 0


if __name__ == "__main__":
    sys.exit(main())
