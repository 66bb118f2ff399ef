#!/usr/bin/env python3
"""Tests of bench/run: rewriting of modules, judging of answers, reports. Uses the zwasm that
$ZWASM_CLI names; without it, exit code 77 (skipped)."""
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "tools" / "support"))
from testing import SKIPPED, zwasm_command  # noqa: E402

from harness import plot, process, programs, report, wasm_rewrite  # noqa: E402

BENCH = pathlib.Path(__file__).resolve().parent
ZWASM = zwasm_command() if os.environ.get("ZWASM_CLI") else []

# The two imports stand first and last, so that one import between them changes its index. It is
# reached by call, by ref.func, through a table and as export; main returns 0 only if all is right.
CALLS = """
(module
  (type $gap (func (param i64)))
  (import "bench" "start" (func $start))
  (import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))
  (import "bench" "end" (func $end))
  (type $yield_type (func (result i32)))
  (table 4 funcref)
  (memory (export "memory") 1)
  (global $reference funcref (ref.func $yield))
  (global $count (mut i32) (i32.const 100))
  (elem (i32.const 0) func $yield $start $begin $end)
  (elem declare func $yield $end)
  (elem (i32.const 3) funcref (ref.func $yield) )
  (export "yield" (func $yield))
  (func $begin (global.set $count (i32.add (global.get $count) (i32.const 1))))
  (start $begin)
  (func $main (export "main") (result i32)
    (local $v v128)
    (local.set $v (v128.const i64x2 0x1000000010 0x1010101010101010))
    (call $start)
    (block $exit (block (block (br_table 0 1 2 (i32.const 1))) (br $exit)))
    (call $end)
    (call_indirect (i32.const 1))
    (table.set (i32.const 1) (ref.func $yield))
    (i32.store offset=16 (i32.const 0) (i32.const 4096))
    (i32.add
      (i32.add (call $yield) (call_indirect (type $yield_type) (i32.const 0)))
      (i32.add
        (i32.add (call_indirect (type $yield_type) (i32.const 1))
                 (call_indirect (type $yield_type) (i32.const 3)))
        (i32.sub (global.get $count) (i32.const 101))))))
"""


def zwasm(*arguments, data=None):
    return subprocess.run([*ZWASM, *map(str, arguments)], input=data, capture_output=True,
                          check=False)


def assemble(text, path):
    source = path.with_suffix(".wat")
    source.write_text(text)
    result = zwasm("convert", source, "-o", path)
    if result.returncode != 0:
        raise AssertionError(result.stderr.decode())
    return path.read_bytes()


class Scratch(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="zwasm-bench-test-")
        self.addCleanup(folder.cleanup)
        self.scratch = pathlib.Path(folder.name)


class Rewriting(Scratch):
    def rewritten(self, text):
        data = wasm_rewrite.define_imports(assemble(text, self.scratch / "given.wasm"), "bench")
        path = self.scratch / "rewritten.wasm"
        path.write_bytes(data)
        return path

    def test_module_still_does_the_same(self):
        result = zwasm("run", self.rewritten(CALLS), "--invoke", "main")
        self.assertEqual((result.returncode, result.stdout, result.stderr), (0, b"0\n", b""))

    def test_no_import_of_the_module_is_left(self):
        result = zwasm("inspect", "--json", self.rewritten(CALLS))
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertNotIn(b'"bench"', result.stdout)
        self.assertIn(b"sched_yield", result.stdout)

    def test_exported_import_follows_its_index(self):
        result = zwasm("run", self.rewritten(CALLS), "--invoke", "yield")
        self.assertEqual((result.returncode, result.stdout), (0, b"0\n"))

    def test_module_without_such_imports_is_left_alone(self):
        data = assemble("(module (func))", self.scratch / "plain.wasm")
        self.assertIsNone(wasm_rewrite.define_imports(data, "bench"))

    def test_import_with_parameters_is_refused(self):
        text = '(module (import "bench" "start" (func (param i32))) (func))'
        data = assemble(text, self.scratch / "other.wasm")
        with self.assertRaises(wasm_rewrite.Unsupported):
            wasm_rewrite.define_imports(data, "bench")

    def test_what_is_no_module_is_refused(self):
        with self.assertRaises(wasm_rewrite.Unsupported):
            wasm_rewrite.define_imports(b"not a module", "bench")


class Answers(unittest.TestCase):
    def setUp(self):
        self.program = programs.Program("x", "suite", pathlib.Path("x.wasm"))

    def wrong(self, exit_code=0, stdout=b"", timed_out=False, answers=None):
        result = process.Result(exit_code, timed_out, 1.0, 1.0, stdout, b"")
        return self.program.wrong(result, {} if answers is None else answers)

    def test_exit_code(self):
        self.program.exit_code = 7
        self.assertIsNone(self.wrong(exit_code=7))
        self.assertEqual(self.wrong(exit_code=0), "exit code 0")
        self.assertEqual(self.wrong(exit_code=-11), "killed by signal 11")
        self.assertEqual(self.wrong(timed_out=True), "timeout")

    def test_known_output(self):
        self.program.stdout = b"yes"
        self.assertIsNone(self.wrong(stdout=b"yes"))
        self.assertEqual(self.wrong(stdout=b"no"), "wrong output")

    def test_unknown_output_is_compared_between_engines(self):
        answers = {}
        self.assertIsNone(self.wrong(stdout=b"a", answers=answers))
        self.assertIsNone(self.wrong(stdout=b"a", answers=answers))
        self.assertIsNotNone(self.wrong(stdout=b"b", answers=answers))

    def test_varying_output_is_not_compared(self):
        self.program.varies = True
        answers = {}
        self.assertIsNone(self.wrong(stdout=b"a", answers=answers))
        self.assertIsNone(self.wrong(stdout=b"b", answers=answers))

    def test_result_of_a_call(self):
        self.program.invoke, self.program.result = "f", -1
        for text in (b"-1\n", b"Result: 4294967295\n", b"18446744073709551615\n"):
            self.assertIsNone(self.wrong(stdout=text))
        self.assertEqual(self.wrong(stdout=b"1\n"), "wrong result")
        self.assertEqual(self.wrong(stdout=b""), "wrong result")


class FakeEngine:
    program = ["fake"]

    def __init__(self, name):
        self.name = name

    def version(self):
        return "1"

    def size(self):
        return 1 << 20


class Reports(unittest.TestCase):
    def setUp(self):
        self.first, self.other = FakeEngine("first"), FakeEngine("other")
        self.results = report.Results([self.first, self.other], "wall")
        for name, times in (("a", ([1, 3, 2], [4, 4, 4])), ("b", ([2], [16])), ("c", ([1], None))):
            program = programs.Program(name, "suite", pathlib.Path(name))
            self.results.start(program)
            for engine, values in zip(self.results.engines, times):
                measurement = self.results.measurement(program, engine)
                if values is None:
                    measurement.failure = "exit code 1"
                else:
                    measurement.wall = values

    def test_ratio_of_medians(self):
        self.assertEqual(self.results.ratio(self.results.programs[0], self.other), 2)

    def test_mean_is_geometric_and_leaves_failures_out(self):
        mean, count = self.results.mean(self.other)
        self.assertAlmostEqual(mean, 4)
        self.assertEqual(count, 2)

    def test_failures_are_listed(self):
        self.assertIn("other fails c: exit code 1", report.text(self.results))
        self.assertIn("- other, c: exit code 1", report.markdown(
            self.results, {"cpu": "x", "cores": 1, "system": "y"}))

    def test_json_holds_every_run(self):
        data = json.loads(report.as_json(self.results, {}))
        self.assertEqual(data["programs"][0]["engines"]["first"]["wall"], [1, 3, 2])
        self.assertEqual(data["programs"][2]["engines"]["other"]["failure"], "exit code 1")
        self.assertAlmostEqual(data["geometric_means"]["all"]["other"]["ratio"], 4)

    def test_plot_has_a_dot_per_ratio(self):
        picture = plot.svg(self.results)
        # two programs and their mean, and one dot in the legend
        self.assertEqual(picture.count("<circle"), 4)


class Processes(Scratch):
    def test_time_limit(self):
        result = process.run(["/bin/sh", "-c", "sleep 10"], self.scratch, timeout=0.1)
        self.assertTrue(result.timed_out)
        self.assertLess(result.wall, 5)

    def test_peak_memory_is_the_commands_own(self):
        peak = process.peak_memory(["/bin/true"], self.scratch)
        self.assertIsNotNone(peak)
        self.assertLess(peak, 6 << 20)  # this interpreter needs more


class WholeRun(Scratch):
    def test_programs_of_a_folder(self):
        suite = self.scratch / "bench" / "shootout"
        suite.mkdir(parents=True)
        answer = '(module (memory (export "memory") 1) (func (export "_start") {}))'
        assemble(answer.format(""), suite / "good.wasm")
        assemble(answer.format("unreachable"), suite / "bad.wasm")
        output = self.scratch / "out.json"
        result = subprocess.run(
            [sys.executable, str(BENCH / "run"), "--data", str(self.scratch), "--runs", "2",
             "--suite", "shootout",
             "--zwasm", shlex.join(ZWASM), "--engines", "", "--json", str(output)],
            capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 1, result.stderr)
        self.assertIn("zwasm fails shootout/bad: exit code 134", result.stdout)
        data = {entry["name"]: entry["engines"]["zwasm"]
                for entry in json.loads(output.read_text())["programs"]}
        self.assertEqual(len(data["shootout/good"]["wall"]), 2)
        self.assertEqual(data["shootout/bad"]["wall"], [])


if __name__ == "__main__":
    if not ZWASM:
        print("skipped: $ZWASM_CLI is not set")
        sys.exit(SKIPPED)
    unittest.main()
