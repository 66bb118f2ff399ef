"""The programs that are measured: where they are, how they are run and what they must answer."""
import fnmatch
import json
import pathlib
import re

from . import wasm_rewrite

# How programs are run that want more than their name. `invoke` calls an exported function, whose
# one result must be `result`. Arguments, standard input and files are the programs' own.
_ARGUMENTS = {
    "nbody.wasm": dict(invoke="run", arguments=["1000000"], result=-4504691901055039655),
    "tinygo/arith.wasm": dict(invoke="arith_loop", arguments=["1000000000"],
                              result=499999999500000000),
    "tinygo/fib.wasm": dict(invoke="fib", arguments=["36"], result=14930352),
    "tinygo/fib_loop.wasm": dict(invoke="fib_loop", arguments=["100000000"], result=1819143227),
    "tinygo/gcd.wasm": dict(invoke="gcd", arguments=["1134903170", "701408733"], result=1),
    "tinygo/list_build.wasm": dict(invoke="list_build", arguments=["50000"], result=25000000),
    "tinygo/mfr.wasm": dict(invoke="mfr", arguments=["30000"], result=632225728),
    "tinygo/nqueens.wasm": dict(invoke="nqueens", arguments=["300"], result=27600),
    "tinygo/real_work.wasm": dict(invoke="real_work", arguments=["2000000"], result=1892804906),
    "tinygo/sieve.wasm": dict(invoke="sieve", arguments=["2000000"], result=148933),
    "tinygo/string_ops.wasm": dict(invoke="string_ops", arguments=["5000000"], result=33888890),
    "tinygo/tak.wasm": dict(invoke="tak", arguments=["24", "16", "8"], result=9),
    "wasi/brotli.wasm": dict(arguments=["-c", "-f", "alice29.txt"], needs_folder=True),
    "wasi/c-ray.wasm": dict(stdin="scene"),
    "wasi/mandel.wasm": dict(arguments=["128", "4e5"]),
    "wasi/mal.wasm": dict(
        input="(do (def! fib (fn* (n) (if (< n 2) n (+ (fib (- n 1)) (fib (- n 2))))))"
              " (fib 16))\n"),
}
COLD_START = {
    "hello": ("guests/hello.wasm", dict(arguments=["a", "b", "c"], exit_code=7)),
    "go_hello": ("guests/go_hello.wasm", dict(exit_code=0)),
}
SUITES = ["shootout", "sightglass", "libsodium", "tinygo", "nbody", "simd", "wasi", "gc"]
# Our own programs, in the text format; their head says what they print.
OWN = pathlib.Path(__file__).resolve().parents[1] / "programs"
_OWN_SUITES = {"binary_trees.wat": "gc"}
# Programs that belong to another suite than that of their folder, too.
_ALSO = {"sightglass/splay": "gc"}


class Program:
    """One module with its arguments.

    `path` is the file to run: the original, or a copy that has bench.start and bench.end itself.
    `exit_code` and `stdout` are what is known of its answer; a stdout of None is compared between
    the engines instead, unless `varies`.
    """

    def __init__(self, name, suite, source):
        self.name = name
        self.suite = suite
        self.source = source
        self.path = source
        self.folder = source.parent
        self.arguments = []
        self.invoke = None
        self.result = None
        self.stdin = "/dev/null"
        self.needs_folder = False
        self.stack = 1 << 20  # bytes, for engines that have to be told
        self.exit_code = 0
        self.stdout = None
        self.stdout_bytes = None
        self.varies = False

    def wrong(self, result, first_answers):
        """What is wrong with an engine's answer, or None. `first_answers` holds, by program, the
        answers that were taken as right because nothing is known of them."""
        if result.timed_out:
            return "timeout"
        if result.exit_code < 0:
            return f"killed by signal {-result.exit_code}"
        if result.exit_code != self.exit_code:
            return f"exit code {result.exit_code}"
        if self.invoke:
            numbers = re.findall(rb"-?\b\d+\b", result.stdout or result.stderr)
            if not numbers or (int(numbers[-1]) - self.result) % (1 << 32) != 0:
                return "wrong result"
        elif self.varies:
            return None
        elif self.stdout is not None:
            if result.stdout != self.stdout:
                return "wrong output"
        else:
            if self.stdout_bytes is not None and len(result.stdout) != self.stdout_bytes:
                return "wrong output"
            if first_answers.setdefault(self.name, result.stdout) != result.stdout:
                return "output differs from the other engines'"
        return None


def _short_name(relative):
    """sightglass/bz2/benchmark.wasm becomes sightglass/bz2, libsodium/libsodium-hash.wasm
    libsodium/hash."""
    parts = list(relative.with_suffix("").parts)
    if len(parts) == 3:
        parts.pop()
    if len(parts) == 2:
        parts[1] = parts[1].removeprefix(parts[0] + "-")
    return "/".join(parts)


def _apply(program, options, scratch):
    for key, value in options.items():
        if key == "input":
            program.stdin = scratch / f"{program.name.replace('/', '-')}.input"
            program.stdin.write_text(value)
        elif key == "stdin":
            program.stdin = program.folder / value
        else:
            setattr(program, key, value)


def _prepare_module(program, scratch):
    """Gives the program its own bench.start and bench.end if it imports them."""
    try:
        data = wasm_rewrite.define_imports(program.source.read_bytes(), "bench")
    except wasm_rewrite.Unsupported as error:
        raise SystemExit(f"{program.source}: {error}") from error
    if data is not None:
        program.path = scratch / (program.name.replace("/", "-") + ".wasm")
        program.path.write_bytes(data)


def load(data, scratch, suites, only):
    """Programs of the suites (all if empty) whose name matches one of the patterns in `only`."""
    expected_file = data / "bench" / "expected.json"
    expected = json.loads(expected_file.read_text()) if expected_file.exists() else {}
    programs = []
    for source in sorted((data / "bench").rglob("*.wasm")):
        relative = source.relative_to(data / "bench")
        program = Program(_short_name(relative), relative.parts[0].removesuffix(".wasm"), source)
        if suites and program.suite not in suites and _ALSO.get(program.name) not in suites:
            continue
        if only and not any(fnmatch.fnmatch(program.name, f"*{pattern}*") for pattern in only):
            continue
        key = relative.as_posix()
        options = _ARGUMENTS.get(key, {})
        known = expected.get(key, {})
        program.exit_code = known.get("exit_code", 0)
        program.varies = known.get("varies", False)
        if not options:  # what is known was observed without arguments
            program.stdout = None if known.get("stdout") is None else known["stdout"].encode()
            program.stdout_bytes = None if program.varies else known.get("stdout_bytes")
        program.needs_folder = program.suite == "sightglass"
        _apply(program, options, scratch)
        _prepare_module(program, scratch)
        programs.append(program)
    order = {suite: position for position, suite in enumerate(SUITES)}
    return sorted(programs, key=lambda program: (order.get(program.suite, len(order)), program.name))


def load_own(scratch, convert, suites, only):
    """Those of our own programs. `convert(text, binary)` makes a file that every engine reads."""
    programs = []
    for source in sorted(OWN.glob("*.wat")):
        suite = _OWN_SUITES[source.name]
        program = Program(f"{suite}/{source.stem}", suite, source)
        if suites and suite not in suites:
            continue
        if only and not any(fnmatch.fnmatch(program.name, f"*{pattern}*") for pattern in only):
            continue
        prints = re.search(r"^;; prints: (.*)$", source.read_text(), re.MULTILINE)
        program.stdout = prints.group(1).encode() + b"\n"
        program.path = scratch / f"{source.stem}.wasm"
        convert(source, program.path)
        programs.append(program)
    return programs


def load_cold_start(data):
    """The programs whose start is measured: those of the two that are there."""
    programs = []
    for name, (path, options) in COLD_START.items():
        if (data / path).exists():
            program = Program(name, "cold start", data / path)
            program.stack = 0
            _apply(program, options, None)
            programs.append(program)
    return programs
