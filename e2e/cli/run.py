#!/usr/bin/env python3
"""Runs command lines and compares what they print with what is written down.

Usage: run.py [--zwasm ZWASM] FILE.test...

A test file is a list of sections, each begun by a line with `>>>`:

    # A remark, before the first section or anywhere as a section of its own (>>> # ...).
    >>> file add.wat           the lines that follow become a file of the scratch folder
    >>> $ zwasm add.wat --invoke add 2 3
                               a command for sh, run in the scratch folder
    >>> stdin                  optional: its input; otherwise it has none
    >>> stdout                 what it must print; absent means nothing
    >>> stderr                 the same for standard error
    >>> exit 2                 its exit code; absent means 0

Empty lines at the end of a section do not count. A last line without line end is followed by a line
`\\no newline`. The scratch folder is new for each test file, and kept between its commands. `zwasm` is
what --zwasm or $ZWASM_CLI says; $ROOT is the root of the source tree.

ZWASM_BLESS=1 writes what the commands print into the test files instead: then read the diff.
"""
import argparse
import difflib
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "support"))
from testing import ROOT, add_zwasm_option, zwasm_command  # noqa: E402

TIMEOUT_SECONDS = 120
NO_NEWLINE = "\\no newline\n"


class Section:
    def __init__(self, head, body=""):
        self.head = head
        self.body = body

    def text(self):
        return f">>> {self.head}\n{self.body}"


def parse(text):
    """The remark before the first section, and the sections."""
    parts = re.split(r"^>>> (.*)\n", text, flags=re.MULTILINE)
    return parts[0], [Section(head, body) for head, body in zip(parts[1::2], parts[2::2])]


def shown(output):
    text = output.decode("utf-8", "backslashreplace")
    if text and not text.endswith("\n"):
        text += "\n" + NO_NEWLINE
    return take_blanks(text)[0]


class Case:
    """A command with what is expected of it; `blanks` keeps the empty lines behind it."""

    def __init__(self, command):
        self.command = command
        self.stdin = None
        self.expected = {"stdout": "", "stderr": "", "exit": "0"}
        self.actual = None
        self.blanks = ""

    def run(self, folder, environment):
        try:
            process = subprocess.run(["sh", "-c", self.command], cwd=folder, env=environment,
                                     input=(self.stdin or "").encode(), capture_output=True,
                                     timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self.actual = {"stdout": "", "stderr": "timed out\n", "exit": "timeout"}
            return
        self.actual = {"stdout": shown(process.stdout), "stderr": shown(process.stderr),
                       "exit": str(process.returncode)}

    def sections(self, values):
        result = [Section("$ " + self.command)]
        if self.stdin is not None:
            result.append(Section("stdin", self.stdin))
        result += [Section(name, values[name]) for name in ("stdout", "stderr") if values[name]]
        if values["exit"] != "0":
            result.append(Section("exit " + values["exit"]))
        result[-1].body += self.blanks
        return result

    def text(self, values):
        return "".join(section.text() for section in self.sections(values))


def take_blanks(text):
    """Empty lines at the end of a section are layout."""
    kept = text.rstrip("\n")
    kept += "\n" if kept else ""
    return kept, text[len(kept):]


def read_items(sections):
    """Sections as files and remarks (Section) and commands (Case)."""
    items = []
    for section in sections:
        kind, _, rest = section.head.partition(" ")
        if kind == "$":
            items.append(Case(rest))
            items[-1].blanks = take_blanks(section.body)[1]
        elif kind in ("stdin", "stdout", "stderr", "exit"):
            case = items[-1]
            body, case.blanks = take_blanks(section.body)
            if kind == "stdin":
                case.stdin = body
            else:
                case.expected[kind] = rest if kind == "exit" else body
        elif kind in ("file", "#"):
            items.append(section)
        else:
            sys.exit(f"unknown section: >>> {section.head}")
    return items


def run_file(path, zwasm, bless):
    """Returns how many commands passed, and how many failed."""
    remark, sections = parse(path.read_text())
    items = read_items(sections)
    passed = failed = 0
    with tempfile.TemporaryDirectory(prefix="zwasm-cli-") as scratch:
        tools = pathlib.Path(scratch, "bin")
        folder = pathlib.Path(scratch, "work")
        tools.mkdir()
        folder.mkdir()
        wrapper = tools / "zwasm"
        wrapper.write_text(f'#!/bin/sh\nexec {shlex.join(zwasm)} "$@"\n')
        wrapper.chmod(0o755)
        environment = {"PATH": f"{tools}:{os.environ['PATH']}", "LC_ALL": "C", "HOME": "/nowhere",
                       "ROOT": str(ROOT)}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "QEMU_LD_PREFIX"):
            if name in os.environ:
                environment[name] = os.environ[name]
        for item in items:
            if isinstance(item, Section):
                if item.head.startswith("file "):
                    target = folder / item.head[5:]
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_text(take_blanks(item.body)[0])
                continue
            item.run(folder, environment)
            if item.actual == item.expected:
                passed += 1
            elif not bless:
                failed += 1
                blanks, item.blanks = item.blanks, ""
                difference = difflib.unified_diff(
                    item.text(item.expected).splitlines(), item.text(item.actual).splitlines(),
                    "expected", "actual", lineterm="", n=20)
                item.blanks = blanks
                print(f"{path.name}: {item.command}\n  " + "\n  ".join(difference))
    if bless:
        text = remark + "".join(item.text() if isinstance(item, Section) else item.text(item.actual)
                                for item in items)
        if text != path.read_text():
            path.write_text(text)
            print(f"{path.name}: rewritten")
    return passed, failed


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    add_zwasm_option(parser)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()
    zwasm = zwasm_command(arguments.zwasm)
    bless = os.environ.get("ZWASM_BLESS") == "1"
    passed = failed = 0
    for path in arguments.files:
        counts = run_file(path, zwasm, bless)
        passed += counts[0]
        failed += counts[1]
    print(f"{passed} commands passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
