"""Runs one command and says what it took."""
import ctypes
import os
import pathlib
import signal
import time

PR_SET_CHILD_SUBREAPER = 36


class Result:
    def __init__(self, exit_code, timed_out, wall, cpu, stdout, stderr):
        self.exit_code = exit_code  # negative: killed by that signal
        self.timed_out = timed_out
        self.wall = wall  # seconds
        self.cpu = cpu  # seconds, user and system, of all its threads
        self.stdout = stdout
        self.stderr = stderr


class _Timeout(Exception):
    pass


def _wait(pid, seconds):
    """wait4 on a process, which is killed after that time. Returns (status, rusage, timed out)."""
    def expire(_signal, _frame):
        raise _Timeout

    previous = signal.signal(signal.SIGALRM, expire)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        _, status, usage = os.wait4(pid, 0)
        return status, usage, False
    except (_Timeout, KeyboardInterrupt) as error:
        os.kill(pid, signal.SIGKILL)
        _, status, usage = os.wait4(pid, 0)
        if isinstance(error, KeyboardInterrupt):
            raise
        return status, usage, True
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)


def run(command, scratch, stdin="/dev/null", folder=None, timeout=60.0):
    """Runs `command` (a list; its first word a path) in `folder`. Output goes through files in
    `scratch`, so that nobody has to read while the clock runs."""
    scratch = pathlib.Path(scratch)
    output, errors = scratch / "stdout", scratch / "stderr"
    write = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [(os.POSIX_SPAWN_OPEN, 0, str(stdin), os.O_RDONLY, 0),
               (os.POSIX_SPAWN_OPEN, 1, str(output), write, 0o600),
               (os.POSIX_SPAWN_OPEN, 2, str(errors), write, 0o600)]
    here = os.getcwd()
    if folder is not None:
        os.chdir(folder)
    try:
        start = time.perf_counter()
        pid = os.posix_spawn(command[0], command, os.environ, file_actions=actions)
        status, usage, timed_out = _wait(pid, timeout)
        wall = time.perf_counter() - start
    finally:
        os.chdir(here)
    return Result(os.waitstatus_to_exitcode(status), timed_out, wall,
                  usage.ru_utime + usage.ru_stime, output.read_bytes(), errors.read_bytes())


def peak_memory(command, scratch, folder=None, timeout=60.0):
    """The command's peak resident set in bytes, or None if it cannot be told.

    The kernel counts what a process was before exec, which for a child of this interpreter would be
    the interpreter. So a shell starts the command and leaves; we adopt the orphan and wait for it.
    It begins when we write to a pipe, by then certainly ours.
    """
    shell = "/bin/sh"
    script = '{ read -r _ <&3; exec "$@" < /dev/null > /dev/null 2>&1 3<&-; } & echo $! > "$0"'
    if not os.path.exists(shell) or not _adopt_orphans():
        return None
    number = pathlib.Path(scratch) / "pid"
    reader, writer = os.pipe()
    here = os.getcwd()
    if folder is not None:
        os.chdir(folder)
    try:
        pid = os.posix_spawn(shell, [shell, "-c", script, str(number), *command], os.environ,
                             file_actions=[(os.POSIX_SPAWN_DUP2, reader, 3)])
    finally:
        os.chdir(here)
    os.close(reader)
    os.waitpid(pid, 0)
    os.write(writer, b"go\n")
    os.close(writer)
    _, usage, timed_out = _wait(int(number.read_text()), timeout)
    return None if timed_out else usage.ru_maxrss * 1024


def _adopt_orphans():
    return ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
