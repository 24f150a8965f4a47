"""The only place where other programs are run: no shell, a time limit, every exit status seen."""

import shlex
import subprocess
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

PATIENCE = 10.0  # seconds
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
