#!/usr/bin/env python3
"""Compares docs/features.md with what `zwasm features` prints, but for the lines that depend on the
build and the machine. ZWASM_BLESS=1 rewrites the page.
"""

import os
import re
import shlex
import subprocess
import sys

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../docs/features.md")
BLOCK = re.compile(r"```\n(zwasm .*?)```\n", re.DOTALL)
VARYING = re.compile(r"^(tiers|memory accesses|text format|WASI): .*$", re.MULTILINE)


def main():
    command = shlex.split(os.environ["ZWASM_CLI"].replace(";", " ")) + ["features"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    if "not built" in printed:
        print("skipped: the page is about a build with everything")
        return 77
    with open(PAGE, encoding="utf-8") as file:
        page = file.read()
    stated = BLOCK.search(page).group(1)
    if VARYING.sub("", printed) == VARYING.sub("", stated):
        return 0
    if os.environ.get("ZWASM_BLESS"):
        varying = iter([match.group(0) for match in VARYING.finditer(stated)])
        kept = VARYING.sub(lambda _: next(varying), printed)
        with open(PAGE, "w", encoding="utf-8") as file:
            file.write(page.replace(stated, kept))
        return 0
    print("docs/features.md does not say what `zwasm features` prints:", file=sys.stderr)
    sys.stderr.write(printed)
    return 1


if __name__ == "__main__":
    sys.exit(main())
