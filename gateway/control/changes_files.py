"""The files of the configuration's store: their names, and the small records among them.

A record that cannot be read is as good as none: it was half of something, or not ours.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, fields
from hashlib import sha256
from typing import Any, Final, TypeVar

from gateway.control.changes_outputs import Who
from gateway.control.parts import Part, parts_named
from gateway.control.problems import printable
from gateway.control.schema import SCHEMA_VERSION

SAVED: Final = "saved.toml"  # what boot loads
RUNNING: Final = "running.toml"  # what is in force, for people: boot does not believe it
CANDIDATE: Final = "candidate.toml"  # what is being edited
DRAFT: Final = "candidate.json"  # who has edited it
PENDING: Final = "pending.json"  # a change that waits to be confirmed
ACTIVE: Final = "active.json"  # which boot has had its configuration put in force
HISTORY_KEPT: Final = 50
LONGEST_COMMENT: Final = 200  # letters


def history_text(number: int) -> str:
    return f"history/{number:04}.toml"


def history_record(number: int) -> str:
    return f"history/{number:04}.json"


def digest(text: str) -> str:
    """Tells two texts apart. It is a secret's digest too: for files only root reads, and admins."""
    return sha256(text.encode()).hexdigest()[:32]


def tidy(comment: str) -> str:
    """A comment in one line that steers no terminal."""
    return printable(" ".join(comment.split()))[:LONGEST_COMMENT]


@dataclass(frozen=True, slots=True)
class Pending:
    """A change in force that nobody has confirmed. `deadline` is on the clock of boot `boot`."""

    user: str
    face: str
    comment: str
    digest: str  # of the text that waits
    wall: float
    seconds: float
    deadline: float
    boot: str
    session: str = ""
    remote: bool = False
    parts: list[str] = field(default_factory=list)

    @property
    def who(self) -> Who:
        return Who(self.user, self.face, self.session, self.remote)

    @property
    def touched(self) -> frozenset[Part]:
        return parts_named(self.parts)


@dataclass(frozen=True, slots=True)
class Draft:
    """Who touched the candidate last."""

    user: str
    face: str
    wall: float
    digest: str  # of the candidate this is about


@dataclass(frozen=True, slots=True)
class Entry:
    """One configuration that has been saved. `number` is that of its file."""

    user: str
    face: str
    comment: str
    wall: float
    digest: str
    confirmed_by: str = ""
    schema_version: int = SCHEMA_VERSION
    parts: list[str] = field(default_factory=list)
    number: int = 0


@dataclass(frozen=True, slots=True)
class Active:
    boot: str


@dataclass(frozen=True, slots=True)
class Found:
    """What the store holds when the agent starts. A missing file is None."""

    saved: str | None = field(default=None, repr=False)
    running: str | None = field(default=None, repr=False)
    candidate: str | None = field(default=None, repr=False)
    draft: Draft | None = None
    pending: Pending | None = None
    active: Active | None = None
    history: tuple[Entry, ...] = ()  # the oldest first
    text_of: Callable[[int], str | None] = lambda number: None


Record = TypeVar("Record", Pending, Draft, Entry, Active)


def written(record: Pending | Draft | Entry | Active) -> str:
    return json.dumps(asdict(record), sort_keys=True) + "\n"


def record_from(kind: type[Record], text: str | None) -> Record | None:
    """The record, or None if this is none; what a newer version put beside it is left out."""
    try:
        data = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict):
        return None
    try:
        return _build(kind, data)
    except TypeError:  # a field is missing
        return None


def _build(kind: type[Record], data: Mapping[str, Any]) -> Record | None:
    known = {one.name: data[one.name] for one in fields(kind) if one.name in data}
    return kind(**known) if all(_fits(name, value) for name, value in known.items()) else None


def _fits(name: str, value: object) -> bool:
    if name in ("wall", "seconds", "deadline"):
        return type(value) in (int, float) and value == value  # a NaN is never due
    if name in ("number", "schema_version"):
        return type(value) is int
    if name == "parts":
        return isinstance(value, list) and all(isinstance(one, str) for one in value)
    return isinstance(value, bool if name == "remote" else str)


def entry_of(pending: Pending, confirmed_by: str, number: int) -> Entry:
    return Entry(
        user=pending.user,
        face=pending.face,
        comment=pending.comment,
        wall=pending.wall,
        digest=pending.digest,
        confirmed_by=confirmed_by,
        parts=pending.parts,
        number=number,
    )
