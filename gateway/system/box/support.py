"""What is sent to somebody who helps: a bundle whose contents are listed, bounded, without secrets.

Secrets are cut twice: the configuration is written by the schema, which knows them, and then no
secret of it may stand anywhere in what else is taken. Sessions are in it as the console shows them.
"""

import io
import json
import tarfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.control.canonical import MASK, Unreadable, entries_of, masked, raw_of
from gateway.control.schema import SCHEMA
from gateway.system.run import Run, ToolFailed, run

LARGEST_PIECE: Final = 1 << 20  # bytes; of what is longer the end is kept
LARGEST: Final = 8 << 20  # bytes, before they are packed
SHORTEST_SECRET: Final = 4  # letters: anything shorter would cut words at random
JOURNAL_LINES: Final = 5000


@dataclass(frozen=True, slots=True)
class Piece:
    """One file of the bundle, with what it is for the list."""

    name: str
    about: str
    read: Callable[[], str]


def command(tool: Run, *argv: str) -> Callable[[], str]:
    """What a program says, or why it says nothing."""

    def read() -> str:
        try:
            return tool(argv, "").stdout
        except ToolFailed as error:
            return f"{error}\n"

    return read


def system_pieces(tool: Run = run) -> tuple[Piece, ...]:
    """What the system says of itself."""
    lines = str(JOURNAL_LINES)
    journal = ("journalctl", "--boot", "--no-pager", "--output=short-iso", "--lines", lines)
    return (
        Piece("journal.txt", "the journal since the start", command(tool, *journal)),
        Piece("units.txt", "what has failed", command(tool, "systemctl", "--failed", "--no-pager")),
        Piece("addresses.txt", "interfaces", command(tool, "ip", "-s", "addr", "show")),
        Piece("routes.txt", "the routing table", command(tool, "ip", "route", "show")),
        Piece("rules.txt", "netfilter's rules", command(tool, "nft", "list", "ruleset")),
        Piece("slots.txt", "both systems", command(tool, "rauc", "status", "--detailed")),
    )


def configuration(text: str) -> str:
    """Without a secret; without anything if that cannot be told."""
    try:
        return masked(text)
    except Unreadable as error:
        return f"{error}: left out\n"


def secrets_in(text: str) -> list[str]:
    """Every secret of a configuration, the longest first."""
    try:
        raw = raw_of(text)
    except Unreadable:
        return []
    found = {
        entry[key.name]
        for table in SCHEMA
        for key in table.keys
        if key.secret
        for entry in entries_of(raw.get(table.name))
        if isinstance(entry.get(key.name), str)
    }
    return sorted((one for one in found if len(one) >= SHORTEST_SECRET), key=len, reverse=True)


def contents(pieces: Sequence[Piece]) -> list[str]:
    """The list that is shown before anything leaves the box."""
    return [f"{piece.name}: {piece.about}" for piece in pieces]


def bundle(pieces: Iterable[Piece], secrets: Sequence[str], folder: str, wall: float) -> bytes:
    """A tar.gz with every piece in `folder`, as far as it fits."""
    room = LARGEST
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for piece in pieces:
            data = cut(piece.read(), secrets).encode()[-min(LARGEST_PIECE, room) :] if room else b""
            room -= len(data)
            entry = tarfile.TarInfo(f"{folder}/{piece.name}")
            entry.size, entry.mtime, entry.mode = len(data), int(wall), 0o640
            archive.addfile(entry, io.BytesIO(data))
    return packed.getvalue()


def cut(text: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def as_json(value: Any) -> str:
    return json.dumps(value, indent=2, sort_keys=True, default=str) + "\n"
