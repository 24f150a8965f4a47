"""The only place where other programs are run: no shell, a time limit, every exit status seen."""

import shlex
import subprocess
from collections import deque
from collections.abc import Callable, Sequence
from threading import Timer
from typing import Final, NamedTuple

PATIENCE = 10.0  # seconds
LAST_LINES = 20  # of a program that is followed: its reason if it fails
# A service's PATH may be bare, and what the tools say is read by us: so in no one's language.
ENVIRONMENT: Final = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}


class Result(NamedTuple):
    """What a program that succeeded has written."""

    stdout: str
    stderr: str


class ToolFailed(Exception):
    """A program said no. `status` is None if it never came to an end of its own."""

    def __init__(self, command: str, status: int | None, stderr: str) -> None:
        how = "did not finish" if status is None else f"failed with status {status}"
        super().__init__(f"`{command}` {how}: {stderr.strip() or 'it gave no reason'}")
        self.command = command
        self.status = status
        self.stderr = stderr


class ToolMissing(ToolFailed):
    """The program is not installed, or not ours to run."""


Run = Callable[[Sequence[str], str], Result]
"""Command, and what it reads on its standard input: the shape of `run`."""


def run(argv: Sequence[str], stdin: str = "", timeout: float = PATIENCE) -> Result:
    """Run `argv` to its end; `ToolFailed` unless it exits with 0 within `timeout` seconds."""
    command = shlex.join(argv)
    try:
        done = subprocess.run(
            argv,
            input=stdin,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            env=ENVIRONMENT,
            check=False,
        )
    except OSError as error:
        raise ToolMissing(command, None, error.strerror or str(error)) from error
    except subprocess.TimeoutExpired as error:
        raise ToolFailed(command, None, f"no end after {timeout:g} s") from error
    if done.returncode != 0:
        raise ToolFailed(command, done.returncode, done.stderr)
    return Result(done.stdout, done.stderr)


class Child(subprocess.Popen[bytes]):
    """A program that runs beside this one."""

    def ends_within(self, seconds: float) -> bool:
        """Wait for its end, but no longer than that."""
        try:
            self.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True


def start(argv: Sequence[str], terminal: int) -> Child:
    """Start `argv` and leave it alone: that is its standard input, and what it has to say goes
    where our own complaints go. `ToolMissing` if it cannot be started."""
    try:
        return Child(argv, stdin=terminal, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    except OSError as error:
        raise ToolMissing(shlex.join(argv[:1]), None, error.strerror or str(error)) from error


def follow(argv: Sequence[str], line: Callable[[str], None], timeout: float) -> None:
    """Run `argv` to its end and hand over each line it writes, on either stream, as it comes.

    `ToolFailed` unless it exits with 0 within `timeout` seconds; its last lines are the reason.
    """
    command = shlex.join(argv)
    last: deque[str] = deque(maxlen=LAST_LINES)
    try:
        child = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            env=ENVIRONMENT,
        )
    except OSError as error:
        raise ToolMissing(command, None, error.strerror or str(error)) from error
    timer = Timer(timeout, child.kill)
    timer.start()
    try:
        with child:
            for text in child.stdout or ():
                last.append(text)
                line(text.rstrip("\n"))
    finally:
        late = not timer.is_alive()
        timer.cancel()
    if late:
        raise ToolFailed(command, None, f"no end after {timeout:g} s")
    if child.returncode != 0:
        raise ToolFailed(command, child.returncode, "".join(last))
