"""A trace: what may be asked for, and how packets go through the control socket.

Behind the line that answers the request come frames: a kind, a length, and so many bytes. Packets
are blocks of a pcapng file, ready to be written; keys and the report at the end are JSON.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import IntEnum
from struct import Struct
from typing import Any, Final

from gateway.control.problems import Problem, printable

SECONDS, LONGEST = 60, 3600  # what holds unless it is said, and the most
PACKETS, MOST = 10_000, 200_000
LARGEST_FRAME: Final = 4 << 20  # bytes
HEAD: Final = Struct("!BI")
OUTER, DECRYPTED = 0, 1  # the interfaces of the file
FIELDS: Final = ("target", "seconds", "packets", "passwords", "keys")


class Kind(IntEnum):
    """What a frame holds."""

    PACKETS = 1
    KEYS = 2
    END = 3


@dataclass(frozen=True, slots=True)
class Wanted:
    """`target` is a client's name, an outside address, or a session's number in digits."""

    target: str
    seconds: int = SECONDS
    packets: int = PACKETS
    passwords: bool = False  # leave passwords, and what stands in data packets, as they are
    keys: bool = False  # hand out the keys too, which open everything


@dataclass(frozen=True, slots=True)
class Report:
    """How it ended; `lost` are packets that came faster than they were fetched."""

    packets: int
    lost: int
    why: str


def read_wanted(request: Mapping[str, Any]) -> Wanted | Problem:
    """What a request asks for, or what is wrong with it."""
    given = {name: request[name] for name in FIELDS if request.get(name) is not None}
    if not isinstance(given.get("target"), str) or not given["target"]:
        return Problem("target", "is missing", "Name a client, an address or a session")
    for name, most in (("seconds", LONGEST), ("packets", MOST)):
        value = given.get(name, 1)
        if type(value) is not int or not 1 <= value <= most:
            return Problem(name, f"is not from 1 to {most}", "Choose another number")
    for name in ("passwords", "keys"):
        if type(given.get(name, False)) is not bool:
            return Problem(name, "is neither true nor false", "Leave it out")
    wanted = Wanted(**given)
    if wanted.keys and not wanted.passwords:
        return Problem(
            "keys",
            "open the packets with all passwords in them",
            "Ask for --with-passwords as well if you mean that",
        )
    return wanted


def opened_words(wanted: Wanted) -> str:
    """For the audit: what of a trace is not cut."""
    parts = [name for name in ("passwords", "keys") if getattr(wanted, name)]
    return " and ".join(parts)


def build_frame(kind: Kind, body: bytes) -> bytes:
    return HEAD.pack(kind, len(body)) + body


def build_json(kind: Kind, value: object) -> bytes:
    return build_frame(kind, json.dumps(value).encode())


def build_end(report: Report) -> bytes:
    return build_json(Kind.END, asdict(report))


def parse_head(head: bytes) -> tuple[Kind, int]:
    """Kind and length of the frame behind it; ValueError for what is none."""
    if len(head) != HEAD.size:
        raise ValueError("a frame without its head")
    kind, length = HEAD.unpack(head)
    if length > LARGEST_FRAME:
        raise ValueError(f"a frame of {length} bytes")
    return Kind(kind), length


def parse_end(body: bytes) -> Report:
    """ValueError if it is none."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValueError("the report is none")
    packets, lost, why = (found.get(name) for name in ("packets", "lost", "why"))
    if type(packets) is not int or type(lost) is not int or not isinstance(why, str):
        raise ValueError("the report is none")
    return Report(packets, lost, printable(why))


def title(wanted: Wanted) -> str:
    """What stands at the head of the file."""
    cut = "as they came" if wanted.passwords else "cut, and data packets behind their headers"
    return f"Postern: packets of {printable(wanted.target)}; passwords {cut}"
