"""A daemon that gives one prepared answer at a control socket, and keeps the question."""

import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import Any

PATIENCE = 5.0  # seconds until a test that went wrong ends


class Answering:
    """`asked` holds the requests that came, as JSON had them."""

    def __init__(self, path: Path, answer: bytes) -> None:
        self.path = str(path)
        self.asked: list[Any] = []
        self._answer = answer
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.settimeout(PATIENCE)
        self._listener.bind(self.path)
        self._listener.listen(1)

    def serve_one(self) -> None:
        connection, _ = self._listener.accept()
        with connection, connection.makefile("rb") as lines, suppress(BrokenPipeError):
            self.asked.append(json.loads(lines.readline()))
            connection.sendall(self._answer)

    def close(self) -> None:
        self._listener.close()


@contextmanager
def answering_bytes(folder: Path, answer: bytes, name: str = "s") -> Iterator[Answering]:
    """A daemon that answers its first request by exactly these bytes."""
    daemon = Answering(folder / name, answer)
    thread = Thread(target=daemon.serve_one)
    thread.start()
    try:
        yield daemon
    finally:
        thread.join(PATIENCE)
        daemon.close()


@contextmanager
def answering(folder: Path, result: object) -> Iterator[Answering]:
    """A daemon that answers its first request by this result."""
    line = json.dumps({"ok": True, "result": result}).encode() + b"\n"
    with answering_bytes(folder, line) as daemon:
        yield daemon


@contextmanager
def refusing(folder: Path, error: str, hint: str) -> Iterator[Answering]:
    """A daemon that refuses its first request."""
    line = json.dumps({"ok": False, "error": error, "hint": hint}).encode() + b"\n"
    with answering_bytes(folder, line) as daemon:
        yield daemon
