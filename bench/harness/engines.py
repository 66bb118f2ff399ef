"""How each engine's command line runs a program."""
import hashlib
import os
import pathlib
import re
import shlex
import shutil
import subprocess

HERE = pathlib.Path(__file__).resolve().parent


class Failure(Exception):
    """An engine cannot run a program; the text says why."""


class Engine:
    """One engine under one name. `program` is its command without arguments, as a list."""
    executable = None  # what to look for on PATH

    def __init__(self, name, program):
        self.name = name
        self.program = list(program)

    def prepare(self, program, scratch):
        """Done once before a program is timed; returns the file to run."""
        del scratch
        return program.path

    def command(self, file, program):
        raise NotImplementedError

    def version(self):
        try:
            result = subprocess.run([*self.program, "--version"], capture_output=True, text=True,
                                    timeout=20, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return "?"
        lines = (result.stdout + result.stderr).strip().splitlines()
        return lines[0].strip() if lines else "?"

    def size(self):
        """Bytes of the executable, None if the command is a script or unknown."""
        path = shutil.which(self.program[0])
        return os.path.getsize(path) if path else None



class Zwasm(Engine):
    executable = "zwasm"

    def command(self, file, program):
        options = ["--dir", "."] if program.needs_folder else []
        if program.invoke:
            return [*self.program, "run", *options, str(file), "--invoke", program.invoke,
                    *program.arguments]
        return [*self.program, "run", *options, str(file), *program.arguments]


class Wasm3(Engine):
    executable = "wasm3"

    def command(self, file, program):
        # It always lets the guest see the current directory.
        options = ["--stack-size", str(program.stack)] if program.stack else []
        if program.invoke:
            options += ["--func", program.invoke]
        return [*self.program, *options, str(file), *program.arguments]


class Wasmi(Engine):
    executable = "wasmi"

    def command(self, file, program):
        options = ["--dir", "."] if program.needs_folder else []
        if program.invoke:
            options += ["--invoke", program.invoke]
        return [*self.program, *options, str(file), *program.arguments]


class Iwasm(Engine):
    executable = "iwasm"

    def command(self, file, program):
        options = ["--dir=."] if program.needs_folder else []
        if program.stack:
            options.append(f"--stack-size={program.stack}")
        if program.invoke:
            options += ["-f", program.invoke]
        return [*self.program, *options, str(file), *program.arguments]


class Wasmtime(Engine):
    executable = "wasmtime"
    options = []

    def command(self, file, program):
        options = ["--dir", "."] if program.needs_folder else []
        if program.invoke:
            options += ["--invoke", program.invoke]
        return [*self.program, "run", *self.options, *options, str(file), *program.arguments]


class WasmtimeCached(Wasmtime):
    """Compiles at first use, which `prepare` makes happen; later runs find the code."""
    options = ["-C", "cache=y"]

    def prepare(self, program, scratch):
        subprocess.run(self.command(program.path, program), stdin=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600,
                       cwd=program.folder, check=False)
        return program.path


class WasmtimePrecompiled(Wasmtime):
    options = ["--allow-precompiled"]

    def prepare(self, program, scratch):
        key = hashlib.sha256(program.path.read_bytes()).hexdigest()[:16]
        compiled = pathlib.Path(scratch) / f"{key}.cwasm"
        if not compiled.exists():
            result = subprocess.run([*self.program, "compile", "-o", compiled, program.path],
                                    capture_output=True, text=True, check=False)
            if result.returncode != 0:
                raise Failure("compile: " + last_line(result.stderr))
        return compiled


class WasmtimeCopying(Wasmtime):
    """With the collector that is most like zwasm's, for programs that have garbage."""
    options = ["-W", "gc,function-references", "-C", "collector=copying"]


class Node(Engine):
    executable = "node"

    def command(self, file, program):
        options = ["--dir"] if program.needs_folder else []
        if program.invoke:
            options += ["--invoke", program.invoke]
        return [*self.program, "--no-warnings", str(HERE / "node_runner.mjs"), *options, str(file),
                *program.arguments]


class Template(Engine):
    """A command with {file} and {args} in it; knows neither folders nor --invoke."""

    def command(self, file, program):
        if program.invoke or program.needs_folder:
            raise Failure("needs options that the command does not have")
        words = []
        for word in self.program:
            if word == "{args}":
                words += program.arguments
            else:
                words.append(word.replace("{file}", str(file)))
        return words

    def version(self):
        return shlex.join(self.program)


KINDS = {
    "zwasm": Zwasm,
    "wasm3": Wasm3,
    "wasmi": Wasmi,
    "iwasm": Iwasm,
    "wasmtime": Wasmtime,
    "wasmtime-cached": WasmtimeCached,
    "wasmtime-precompiled": WasmtimePrecompiled,
    "wasmtime-copying": WasmtimeCopying,
    "node": Node,
}
DEFAULT = ["wasm3", "wasmi", "iwasm", "wasmtime-cached", "wasmtime-precompiled", "node"]


def make(name, command):
    """An engine from NAME and COMMAND. NAME says how it is driven: the longest known name that it
    begins with (zwasm-old is driven like zwasm), else COMMAND must hold {file}."""
    words = shlex.split(command)
    resolved = shutil.which(words[0]) if words else None
    if resolved is None:
        raise Failure(f"{name}: {command!r} cannot be run")
    words[0] = str(pathlib.Path(resolved).resolve())
    if any("{file}" in word for word in words):
        return Template(name, words)
    kinds = [kind for kind in KINDS if re.match(re.escape(kind) + r"(?![a-z0-9])", name)]
    if not kinds:
        raise Failure(f"{name}: not a known engine; give a command with {{file}} in it")
    return KINDS[max(kinds, key=len)](name, words)


def find(name):
    """The engine of that name if its executable is on PATH, else None."""
    path = shutil.which(KINDS[name].executable)
    return make(name, shlex.quote(path)) if path else None


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:100] if lines else ""
