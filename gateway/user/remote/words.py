"""A command as SSH carries it, and what it says. No I/O.

SSH carries one text, which the shell at the other end takes apart.

That of a box's administrators hands it to /bin/sh (`image/rootfs/usr/lib/postern/console`). This is
the only place where words become such a text.
"""

import os
import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.user.client import DaemonError

ANSWER: Final = 60.0  # seconds for a command that asks something


@dataclass(frozen=True, slots=True)
class Said:
    """What a command has written and returned."""

    status: int
    out: str
    err: str


class Runs(Protocol):
    """A connection that commands go through: as much of a `Line` as most need."""

    def run(self, words: Sequence[str], feed: bytes = b"", patience: float = ANSWER) -> Said: ...


def spoken(words: Sequence[str]) -> bytes:
    """What /bin/sh takes apart into exactly these words again."""
    if any("\0" in word for word in words):
        raise DaemonError("a zero byte cannot be part of a command", "Leave it out")
    return os.fsencode(shlex.join(words))
