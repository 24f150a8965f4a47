"""The menu in a process of its own on a pseudo-terminal, and pyte as the terminal before it."""

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pyte

ROOT = Path(__file__).parents[4]
PATIENCE = 15.0  # seconds until a test that went wrong ends
SETTLED = 0.15  # seconds of silence after which a screen is taken as drawn
PYTHON = {name: os.environ[name] for name in ("PYTHONPATH",) if name in os.environ}
SERIAL = {"TERM": "vt220", "LC_ALL": "C", "PYTHONUTF8": "0"}  # as the image has it


class Menu:
    """`sent` holds every byte that came to the terminal."""

    def __init__(self, paths: tuple[str, str], environment: dict[str, str], *more: str) -> None:
        box, daemon = paths
        arguments = ["-m", "gateway.user.cli.main", "console", "--box-socket", box]
        self.child = pexpect.spawn(
            sys.executable,
            [*arguments, "--socket", daemon, *more],
            cwd=str(ROOT),
            env={"PATH": "/usr/bin:/bin", "HOME": "/tmp", **PYTHON, **environment},
            dimensions=(24, 80),
            echo=False,
        )
        self.screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self.screen)
        self.sent = b""

    def wait_for(self, text: str) -> None:
        """Until the text is on the screen."""
        end = time.monotonic() + PATIENCE
        while text not in self.text():
            assert time.monotonic() < end, f"no {text!r} on\n{self.text()}"
            self._read(SETTLED)

    def settle(self) -> bytes:
        """All that comes until nothing comes."""
        before = len(self.sent)
        while self._read(SETTLED):
            pass
        return self.sent[before:]

    def watch(self, seconds: float) -> bytes:
        """All that comes within this time."""
        before, end = len(self.sent), time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self._read(left)
        return self.sent[before:]

    def type(self, keys: str | bytes) -> bytes:
        """The keys at once, and what is drawn because of them."""
        self.child.send(keys)
        return self.settle()

    def choose(self, key: str, then: str) -> None:
        self.child.send(key + "\r")
        self.wait_for(then)

    def text(self) -> str:
        return "\n".join(self.screen.display)

    def focused(self) -> str:
        """The row in reverse video."""
        rows = (
            self.screen.display[number].strip()
            for number in range(self.screen.lines)
            if self.screen.buffer[number][0].reverse
        )
        return next(rows, "")

    def wait_focused(self, row: str) -> None:
        """Until this row is in reverse video."""
        end = time.monotonic() + PATIENCE
        while self.focused() != row:
            assert time.monotonic() < end, f"{self.focused()!r}, not {row!r}, on\n{self.text()}"
            self._read(SETTLED)

    def ended(self) -> bool:
        """Whether the process ends by itself."""
        self.child.expect(pexpect.EOF, timeout=PATIENCE)
        self.child.wait()
        return not self.child.isalive()

    def _read(self, patience: float) -> bool:
        try:
            piece = self.child.read_nonblocking(65536, timeout=patience)
        except pexpect.TIMEOUT:
            return False
        self.sent += piece
        self._stream.feed(piece)
        return True


@contextmanager
def menu(
    paths: tuple[str, str], environment: dict[str, str] | None = None, *more: str
) -> Iterator[Menu]:
    found = Menu(paths, environment or SERIAL, *more)
    try:
        yield found
    finally:
        found.child.close(force=True)
