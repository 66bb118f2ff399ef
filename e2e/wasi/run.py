#!/usr/bin/env python3
"""Runs the official WASI 0.1 test suite with a zwasm executable, or that of wasi-threads.

Usage: run.py [SUITE] [--zwasm ZWASM] [--threads] [--filter TEXT] [--verbose] [--option ARG]...

SUITE is the folder with the test programs (default: wasi-testsuite/wasip1 of the test data). Each
X.wasm is run twice, as the suite says and with ERRNO_MODE_UNIX set, which makes those tests that
look at it insist on POSIX error codes; each run gets a fresh copy of its folder of files. With
--threads SUITE is wasi-testsuite/wasi-threads by default, `zwasm run` gets --wasi-threads, each
program is run once, and its standard input stays open until it has ended. --option hands further options to `zwasm run`. ZWASM is by default what $ZWASM_CLI says. The last line is
"N passed, N failed"; the exit code is 0 only if nothing failed.
"""
import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools" / "support"))
from testing import add_zwasm_option, test_data, zwasm_command  # noqa: E402

TIMEOUT_SECONDS = 60
# How many programs each suite has at the pinned commit, so that none is lost unnoticed.
PROGRAMS = {"wasip1": 72, "wasi-threads": 15}
ERRNO_MODES = {"any errno": {}, "unix errno": {"ERRNO_MODE_UNIX": "1"}}


def operations(spec):
    """The steps of a test: those it lists, or those its older, flat form stands for."""
    if "operations" in spec:
        return spec["operations"]
    run = {"type": "run", **{key: spec[key] for key in ("args", "env", "root") if key in spec}}
    steps = [run]
    for stream in ("stdout", "stderr"):
        if stream in spec:
            steps.append({"type": "read", "id": stream, "payload": spec[stream]})
    steps.append({"type": "wait", "exit_code": spec.get("exit_code", 0)})
    return steps


def copy_writable(source, target):
    shutil.copytree(source, target, symlinks=True)
    for path in [target, *target.rglob("*")]:
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o700 if path.is_dir() else 0o600))


def run_test(zwasm, options, program, extra_env, scratch, open_input):
    """Returns what went wrong, or None."""
    spec_file = program.with_suffix(".json")
    spec = json.loads(spec_file.read_text()) if spec_file.exists() else {}
    command, stdin, expected, exit_code = None, "", {}, 0
    # Tests of the environment count its variables.
    contents = program.read_bytes()
    extra_env = {name: value for name, value in extra_env.items() if name.encode() in contents}
    for step in operations(spec):
        kind = step["type"]
        if kind == "run":
            command = [*zwasm, "run", *options]
            if step.get("root"):
                files = scratch / "root"
                copy_writable(program.parent / step["root"], files)
                command += ["--dir", f"{files}::/"]
            for name, value in {**step.get("env", {}), **extra_env}.items():
                command += ["--env", f"{name}={value}"]
            command += ["--argv0", program.name, str(program), *step.get("args", [])]
        elif kind == "read":
            stream = step.get("id", "stdout")
            expected[stream] = expected.get(stream, "") + step["payload"]
        elif kind == "write":
            stdin += step["payload"]
        elif kind == "wait":
            exit_code = step.get("exit_code", 0)
        else:
            return f"the runner does not know the operation {kind}"
    reader, writer = os.pipe()
    given = {"stdin": reader} if open_input else {"input": stdin.encode()}
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_SECONDS, cwd=scratch,
                              check=False, **given)
    except subprocess.TimeoutExpired:
        return f"no end after {TIMEOUT_SECONDS} s"
    finally:
        os.close(reader)
        os.close(writer)
    output = {"stdout": done.stdout.decode(errors="replace"),
              "stderr": done.stderr.decode(errors="replace")}
    if done.returncode != exit_code:
        return f"exit code {done.returncode} instead of {exit_code}\n{output['stderr']}".rstrip()
    for stream, text in expected.items():
        if output[stream] != text:
            return f"{stream} is {output[stream]!r} instead of {text!r}"
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    add_zwasm_option(parser)
    parser.add_argument("suite", nargs="?", type=pathlib.Path)
    parser.add_argument("--threads", action="store_true", help="the suite of wasi-threads")
    parser.add_argument("--filter", default="", help="only programs whose path has this text")
    parser.add_argument("--verbose", action="store_true", help="name every test")
    parser.add_argument("--option", action="append", default=[], help="option for `zwasm run`")
    arguments = parser.parse_args()

    zwasm = zwasm_command(arguments.zwasm)
    threads = arguments.threads
    part = "wasi-testsuite/" + ("wasi-threads" if threads else "wasip1")
    suite = (arguments.suite or test_data(part) / part).resolve()
    options = arguments.option + (["--wasi-threads"] if threads else [])
    programs = [p for p in sorted(suite.rglob("*.wasm")) if arguments.filter in str(p)]
    if not programs:
        sys.exit(f"no test programs in {suite}")
    passed = failed = 0
    for mode, extra_env in {"threads": {}}.items() if threads else ERRNO_MODES.items():
        for program in programs:
            name = f"{program.relative_to(suite)} ({mode})"
            with tempfile.TemporaryDirectory() as scratch:
                problem = run_test(zwasm, options, program, extra_env, pathlib.Path(scratch),
                                   open_input=threads)
            if problem is None:
                passed += 1
                if arguments.verbose:
                    print(f"ok {name}")
            else:
                failed += 1
                print(f"FAILED {name}: {problem}")
    print(f"{passed} passed, {failed} failed")
    expected = PROGRAMS["wasi-threads" if threads else "wasip1"]
    if not arguments.suite and not arguments.filter and len(programs) != expected:
        print(f"{len(programs)} programs in the suite, expected {expected}")
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
