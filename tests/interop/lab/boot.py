"""Boots the lab and hands back what each scenario found.

    python -m tests.interop.lab.boot NAME [NAME ...] [--shell]

User-Mode Linux is an ordinary process (Debian package user-mode-linux): no KVM, nothing kept.
"""

import argparse
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import termios
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.interop.lab.limits import longest

CHECKOUT = Path(__file__).parents[3]
BUILD = CHECKOUT / "build/lab"
LOGS = BUILD / "logs"
MEMORY = 1024  # MB, taken as it is used
STEP = "\x01lab "
BOOTING = 30  # seconds
SPARE = 10  # seconds for each scenario, beyond what the lab itself allows
NOISE = ("SELinux", "mmapper_init", "ubd device", "reboot: System halted")

OnStep = Callable[[str, float, str], None]


class LabFailed(Exception):
    """The lab itself could not run; the text says what to do."""


@dataclass(frozen=True, slots=True)
class Played:
    """What became of one scenario: `facts`, or the `error` that ended it."""

    name: str
    facts: dict[str, Any]
    error: str
    seconds: float
    logs: Path


def play(
    names: Sequence[str],
    on_step: OnStep = lambda *_: None,
    shell: bool = False,
    stop: threading.Event | None = None,
    taps: Sequence[str] = (),
) -> dict[str, Played]:
    """Run the scenarios in one boot. `on_step` is told scenario, seconds since its start, text.

    Another thread may set `stop`; what has not been played by then is an error. `taps` are two
    tap devices, outside and inside: a real box is at their other ends in the gateway's place.
    """
    _check_ready()
    LOGS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="uml-", dir=BUILD) as scratch:
        batch = LOGS / f"{Path(scratch).name}.json"
        batch.write_text(json.dumps({"names": list(names), "shell": shell}))
        for name in names:
            shutil.rmtree(LOGS / name, ignore_errors=True)
        try:
            command = _command(batch.name, Path(scratch), taps)
            console = _run(
                command, sum(longest(name) + SPARE for name in names), on_step, shell, stop
            )
        finally:
            batch.unlink()
    return {name: _result(name, console) for name in names}


def _check_ready() -> None:
    if os.getuid() != 0:
        raise LabFailed("the lab needs root: it makes namespaces and mounts in User-Mode Linux")
    if not (BUILD / "stamp").exists() or shutil.which("linux.uml") is None:
        raise LabFailed("the lab is not set up: run tests/interop/lab/setup.sh")
    if " " in str(CHECKOUT):
        raise LabFailed(f"a checkout whose path has a space cannot be booted: {CHECKOUT}")


def _run(
    command: list[str],
    seconds: float,
    on_step: OnStep,
    shell: bool,
    stop: threading.Event | None,
) -> str:
    """Boot, follow the console, and see that nothing of it is left. Returns the console's text."""
    program = subprocess.Popen(
        command,
        stdin=None if shell else subprocess.DEVNULL,
        stdout=None if shell else subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "TMPDIR": _memory_folder()},
        start_new_session=not shell,
    )
    try:
        if shell:
            _at_the_console(program)
            return ""
        end = time.monotonic() + BOOTING + seconds
        return _follow(program, end, on_step, stop or threading.Event())
    finally:
        _end(program, alone=not shell)


def _command(batch: str, scratch: Path, taps: Sequence[str]) -> list[str]:
    return [
        *("linux.uml", f"mem={MEMORY}M", f"uml_dir={scratch}/", "rootfstype=hostfs"),
        *("root=/dev/root", "rootflags=/", "ro", f"init={Path(__file__).with_name('init')}"),
        *(f"CHECKOUT={CHECKOUT}", f"TREE={BUILD / 'tree'}", f"OUT={LOGS}", f"BATCH={batch}"),
        f"PYTHON={CHECKOUT / '.venv/bin/python'}",
        *(f"vec{number}:transport=tap,ifname={tap}" for number, tap in enumerate(taps)),
        *("con=null", "con0=fd:0,fd:1", "quiet"),
    ]


def _memory_folder() -> str:
    """Where the lab's memory may lie: a container's /dev/shm is often too small for it."""
    for folder in ("/dev/shm", "/tmp", "/var/tmp"):
        room = os.statvfs(folder)
        if room.f_bavail * room.f_frsize > MEMORY * 2**20 and not room.f_flag & os.ST_NOEXEC:
            return folder
    raise LabFailed(f"no folder with {MEMORY} MB of room for the lab's memory; free some in /tmp")


def _follow(
    program: subprocess.Popen[bytes], end: float, on_step: OnStep, stop: threading.Event
) -> str:
    lines: queue.Queue[str | None] = queue.Queue()
    if program.stdout is None:
        raise ValueError("the console is not a pipe")
    threading.Thread(target=_read, args=(program.stdout, lines), daemon=True).start()
    kept: list[str] = []
    while (line := _next(lines, end, stop)) is not None:
        if line.startswith(STEP):
            on_step(*json.loads(line.removeprefix(STEP)))
        elif line and not any(noise in line for noise in NOISE):
            kept.append(line)
    return "\n".join(kept)


def _read(console: IO[bytes], lines: "queue.Queue[str | None]") -> None:
    for line in console:
        lines.put(line.decode(errors="replace").rstrip("\r\n"))
    lines.put(None)


def _next(lines: "queue.Queue[str | None]", end: float, stop: threading.Event) -> str | None:
    """The console's next line; None when there will be none, or it is time to stop."""
    while time.monotonic() < end and not stop.is_set():
        try:
            return lines.get(timeout=0.5)
        except queue.Empty:
            continue
    return None


def _at_the_console(program: subprocess.Popen[bytes]) -> None:
    saved = termios.tcgetattr(0) if os.isatty(0) else None
    try:
        program.wait()
    finally:
        if saved:
            termios.tcsetattr(0, termios.TCSADRAIN, saved)


def _end(program: subprocess.Popen[bytes], alone: bool) -> None:
    """Only what we started: its process group when it has one of its own."""
    if program.poll() is None:
        if alone:
            os.killpg(program.pid, signal.SIGKILL)
        else:
            program.kill()
    program.wait()
    if program.stdout:
        program.stdout.close()


def _result(name: str, console: str) -> Played:
    logs = LOGS / name
    try:
        result = json.loads((logs / "result.json").read_text())
    except OSError:
        result = {"error": f"the lab ended before this scenario did; its console said:\n{console}"}
    return Played(
        name, result.get("facts") or {}, result.get("error", ""), result.get("seconds", 0), logs
    )


def print_step(name: str, seconds: float, text: str) -> None:
    """For a person who waits."""
    print(f"{name} {seconds:6.2f} s  {text}", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.interop.lab.boot")
    parser.add_argument("name", nargs="+", help="a file of tests/interop/scenarios, without .py")
    parser.add_argument("--shell", action="store_true", help="a console in the world afterwards")
    asked = parser.parse_args()
    try:
        results = play(asked.name, print_step, asked.shell)
    except LabFailed as failure:
        print(f"lab: {failure}", file=sys.stderr)
        return 2
    for played in results.values():
        print(f"{played.name}: {played.error or json.dumps(played.facts, indent=1)}")
        print(f"logs: {played.logs}")
    return 1 if any(played.error for played in results.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
