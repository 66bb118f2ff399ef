#!/usr/bin/env python3
"""Checks that the valid modules of the scripts beside this file contain every instruction.

Usage: coverage.py [--zwasm ZWASM]

The instructions are the rows of src/wasm/opcodes.def. What the modules contain is what
`zwasm dump --predecoded` prints of them: a name in a comment, in a string or in a module that is
asserted to be invalid does not count. Prints the missing ones; the exit code is 0 if there are none.
"""
import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "tools" / "support"))
from testing import add_zwasm_option, zwasm_command  # noqa: E402

TABLE = HERE.parents[1] / "src" / "wasm" / "opcodes.def"
ROW = re.compile(r'^[A-Z_]+\s*\(0x[0-9A-F]+,\s*\w+,\s*"([^"]+)",', re.MULTILINE)
# Where a form may begin or end; strings and comments are stepped over.
PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|;;[^\n]*|\(;.*?;\)|[()]', re.DOTALL)
LINE = re.compile(r"^[0-9a-f]{6}\s+(?:L\d+: )?([a-z][a-z0-9_.]*)", re.MULTILINE)


def forms(text):
    """The parenthesized forms on the outermost level."""
    depth = start = 0
    for piece in PIECE.finditer(text):
        if piece[0] == "(":
            if depth == 0:
                start = piece.start()
            depth += 1
        elif piece[0] == ")":
            depth -= 1
            if depth == 0:
                yield text[start:piece.end()]


def modules(script):
    """The modules in the text format that the script instantiates or defines."""
    for form in forms(script.read_text()):
        head = re.match(r"\(module\s*(definition\b)?\s*(\$\S+)?\s*(binary|quote|instance)?\b", form)
        if head and not head[3]:
            yield form.replace("definition", "", 1) if head[1] else form


def instructions(zwasm, module):
    """The names of the instructions in the module's functions."""
    process = subprocess.run([*zwasm, "dump", "--predecoded", str(module)], capture_output=True,
                             text=True, timeout=60, check=False)
    if process.returncode != 0:
        sys.exit(f"{module.name}: {process.stderr.strip()}")
    return LINE.findall(process.stdout)


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    add_zwasm_option(parser)
    zwasm = zwasm_command(parser.parse_args().zwasm)
    wanted = ROW.findall(TABLE.read_text())
    if len(wanted) < 570:
        sys.exit(f"only {len(wanted)} instructions found in {TABLE.name}: has its form changed?")
    used, count = set(), 0
    with tempfile.TemporaryDirectory(prefix="zwasm-coverage-") as scratch:
        for script in sorted(HERE.glob("*.wast")):
            for number, text in enumerate(modules(script), 1):
                module = pathlib.Path(scratch) / f"{script.stem}-{number}.wat"
                module.write_text(text)
                used.update(instructions(zwasm, module))
                count += 1
    missing = [text for text in dict.fromkeys(wanted) if text not in used]
    for text in missing:
        print(f"no module of the scripts contains {text}")
    print(f"{count} modules: {len(missing)} instructions of {len(set(wanted))} are missing")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
