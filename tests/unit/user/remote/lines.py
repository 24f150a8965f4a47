"""A box at the other end of a line, as a value: it answers what the command there would."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from gateway.user.client import DaemonError
from gateway.user.remote.words import ANSWER, Said

Answer = Callable[[Sequence[str]], Said]


def says(value: object, status: int = 0) -> Said:
    return Said(status, json.dumps(value), "")


class Line:
    """`answer` gets the words after `postern`; what it raises breaks the line."""

    def __init__(self, answer: Answer, files: dict[str, bytes] | None = None) -> None:
        self.asked: list[tuple[str, ...]] = []
        self.files = {} if files is None else files
        self.closed = False
        self._answer = answer

    def run(self, words: Sequence[str], feed: bytes = b"", patience: float = ANSWER) -> Said:
        assert words[0] == "postern"
        self.asked.append(tuple(words[1:]))
        return self._answer(words[1:])

    def fetch(self, path: str, patience: float) -> bytes:
        if path not in self.files:
            raise DaemonError(f"there is no {path}", "Look")
        return self.files[path]

    def bring(self, file: Path, path: str, patience: float) -> None:
        self.files[path] = file.read_bytes()

    def remove(self, path: str) -> None:
        del self.files[path]

    def close(self) -> None:
        self.closed = True
