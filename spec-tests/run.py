#!/usr/bin/env python3
"""Runs a group of the official test scripts with a zwasm executable.

Usage: run.py GROUP [--mode MODE] [--zwasm ZWASM]

GROUP is core, custom, legacy, or a folder below proposals. MODE is default, explicit-bounds-checks,
no-signals, metered, gc-stress or deterministic. ZWASM is by default what $ZWASM_CLI says; the scripts are those in
`spec` of the test data ($ZWASM_TESTDATA).

Every assertion of every script must hold.

Prints one line for each script that fails, and the counts of scripts and assertions.
"""
import argparse
import pathlib
import re
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools" / "support"))
from testing import SKIPPED, add_zwasm_option, test_data, zwasm_command  # noqa: E402

TIMEOUT_SECONDS = 300

# How many scripts a group has at the pinned commit, and how many assertions hold in them at least, so
# that none is lost unnoticed.
SCRIPTS = {
    "core": (257, 65184),
    "custom": (3, 28),
    "legacy": (4, 96),
    "threads": (4, 619),
    "wide-arithmetic": (1, 109),
    "custom-page-sizes": (5, 207),
}

# Later proposals turn what the core scripts call malformed into something valid; the scripts of the
# threads proposal are those of WebAssembly 1.0, where a second table or memory was invalid.
DISABLED = {
    "core": ["custom-page-sizes"],
    "threads": ["multi-memory", "memory64", "reference-types"],
}

MODES = {
    "default": [],
    "explicit-bounds-checks": ["--explicit-bounds-checks"],
    "no-signals": ["--no-signals"],
    "metered": ["--fuel", "1000000000000"],
    "gc-stress": ["--gc-stress"],
    "deterministic": ["--deterministic"],
}


def folder_of(group, suite):
    if group == "core":
        return suite
    return suite / group if group in ("custom", "legacy") else suite / "proposals" / group


class Outcome:
    """What one run of `zwasm wast` said."""

    def __init__(self, zwasm, options, script):
        command = [*zwasm, "wast", *options, script.name]
        try:
            process = subprocess.run(command, cwd=script.parent, capture_output=True, text=True,
                                     errors="replace", timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            self.passed = self.failed = 0
            self.ok, self.why = False, f"still running after {TIMEOUT_SECONDS} s"
            return
        counts = re.search(r": (\d+) passed, (\d+) failed", process.stdout)
        self.passed, self.failed = (int(n) for n in counts.groups()) if counts else (0, 0)
        self.ok = process.returncode == 0 and counts is not None and self.failed == 0
        lines = process.stderr.splitlines()
        self.why = f"{self.failed} failed; " if self.failed else f"exit code {process.returncode}; "
        self.why += lines[0] if lines else "no message"


def main():
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("group", choices=SCRIPTS)
    parser.add_argument("--mode", choices=MODES, default="default")
    add_zwasm_option(parser)
    arguments = parser.parse_args()
    zwasm = zwasm_command(arguments.zwasm)
    suite = test_data("spec") / "spec"
    scripts = sorted(folder_of(arguments.group, suite).glob("*.wast"))
    if not scripts:
        print(f"skipped: no scripts in {folder_of(arguments.group, suite)}")
        return SKIPPED

    options = list(MODES[arguments.mode])
    for feature in DISABLED.get(arguments.group, []):
        options += ["--disable-feature", feature]
    failures = []
    expected_scripts, least_assertions = SCRIPTS[arguments.group]
    if len(scripts) != expected_scripts:
        failures.append(f"{len(scripts)} scripts, expected {expected_scripts}")
    assertions = 0
    for script in scripts:
        name = script.relative_to(suite).as_posix()
        outcome = Outcome(zwasm, options, script)
        assertions += outcome.passed
        if outcome.ok and outcome.passed == 0:
            failures.append(f"{name}: ran nothing")
        if not outcome.ok:
            failures.append(f"{name}: {outcome.why}")

    if assertions < least_assertions:
        failures.append(f"{assertions} assertions passed, expected {least_assertions} or more")
    for failure in failures:
        print(failure)
    print(f"{arguments.group} ({arguments.mode}): {len(scripts)} scripts, {assertions} "
          f"assertions passed, {len(failures)} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
