"""The one place where the build runs other programs: no shell, every exit status seen."""

import os
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final

PATIENCE: Final = 1800.0  # seconds; one step of a build on a slow machine
# What a tool writes must not depend on whose machine this is.
ENVIRONMENT: Final = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "DEBIAN_FRONTEND": "noninteractive",
}
PASSED_ON: Final = ("http_proxy", "https_proxy", "no_proxy", "HOME", "TMPDIR")
LAST_LINES: Final = 15


class Failed(Exception):
    """The build cannot go on. `hint` says what to do."""

    def __init__(self, what: str, hint: str = "") -> None:
        super().__init__(what)
        self.hint = hint


def run(
    argv: Sequence[str | Path],
    *,
    data: bytes | BinaryIO = b"",
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    log: Path | None = None,
) -> str:
    """What `argv` writes; `Failed` unless it ends with 0. `log` gets all it said, if given."""
    command = [str(part) for part in argv]
    given: dict[str, Any] = {"input": data} if isinstance(data, bytes) else {"stdin": data}
    try:
        done: subprocess.CompletedProcess[bytes] = subprocess.run(
            command,
            **given,
            capture_output=True,
            env=_environment(env or {}),
            cwd=cwd,
            timeout=PATIENCE,
            check=False,
        )
    except OSError as error:
        raise Failed(f"`{command[0]}` cannot be run: {error.strerror}") from error
    except subprocess.TimeoutExpired as error:
        raise Failed(f"`{shlex.join(command)}` did not end in {PATIENCE:g} s") from error
    said = (done.stdout + done.stderr).decode(errors="replace")
    if log is not None:
        log.write_text(said)
    if done.returncode != 0:
        end = "\n".join(said.splitlines()[-LAST_LINES:])
        raise Failed(f"`{command[0]}` failed with status {done.returncode}:\n{end}")
    return done.stdout.decode(errors="replace")


def _environment(more: Mapping[str, str]) -> dict[str, str]:
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**kept, **ENVIRONMENT, **more}
