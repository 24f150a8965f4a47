"""What the box agent tells, as values.

What it leaves out, or this version cannot read, is empty: versions may differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from gateway.control.lan_users import LanUser
from gateway.control.problems import Problem
from gateway.user.client import BadAnswer


@dataclass(frozen=True, slots=True)
class Pending:
    """A change that goes back by itself unless it is confirmed."""

    seconds_left: float
    by: str


@dataclass(frozen=True, slots=True)
class Slot:
    """One of the two places of the system."""

    name: str
    state: str
    version: str


@dataclass(frozen=True, slots=True)
class BoxStatus:
    """The box as a whole."""

    version: str = ""
    hostname: str = ""
    claimed: bool = True
    board: str = ""
    evidence: str = ""
    booted: str = ""
    slots: tuple[Slot, ...] = ()
    clock_ok: bool = True
    pending: Pending | None = None
    changed: int = 0
    fingerprints: tuple[str, ...] = ()
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ram_used_kb: int = 0
    uptime_s: float = 0.0
    notes: tuple[str, ...] = ()  # what went wrong at boot, a sentence each
    install: tuple[str, ...] = ()  # what is to be known of this board when it is set up
    upgrade: tuple[str, ...] = ()  # and before an update
    locked: bool = False  # this console is, until somebody logs in
    let_in: int = 0  # how many were let in at a console without a code, and nobody has seen it
    button: str = ""  # what the one on the case does, if there is one
    busy_with: str = ""  # a program that the agent waits for
    busy_s: float = 0.0  # for so many seconds by now


@dataclass(frozen=True, slots=True)
class Port:
    """One socket for a cable."""

    name: str = ""
    label: str = ""
    role: str = ""
    path: str = ""
    mac: str = ""
    driver: str = ""
    link: bool = False
    speed: str = ""
    pinned: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Past:
    """One configuration of the history."""

    number: int
    when: str
    user: str
    face: str
    comment: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the self-test."""

    name: str
    ok: bool | None  # None: could not be tested
    text: str


@dataclass(frozen=True, slots=True)
class Upgrading:
    """How far an update has come."""

    state: str
    percent: int
    error: str


def box_status(found: Mapping[str, Any]) -> BoxStatus:
    """The agent's answer as a value; what is missing or strange is empty."""
    board, slots = _sub(found, "board"), _sub(found, "slots")
    pending, addresses = found.get("pending"), _sub(found, "addresses")
    return BoxStatus(
        version=read_text(found, "version"),
        hostname=read_text(found, "hostname"),
        claimed=found.get("claimed", True) is not False,
        board=read_text(board, "name") or read_text(board, "id"),
        evidence=_said(board.get("evidence")),
        booted=read_text(slots, "booted"),
        slots=tuple(_slot(name, slots[name]) for name in ("a", "b") if name in slots),
        clock_ok=found.get("clock_ok", True) is not False,
        pending=_pending(pending) if isinstance(pending, Mapping) else None,
        changed=read_whole(found, "changed"),
        fingerprints=tuple(read_lines(found, "fingerprints")),
        addresses={str(port): tuple(read_lines(addresses, port)) for port in addresses},
        ram_used_kb=read_whole(found, "ram_used_kb"),
        uptime_s=read_number(found, "uptime_s"),
        notes=tuple(read_lines(found, "notes")),
        install=tuple(read_lines(board, "install")),
        upgrade=tuple(read_lines(board, "upgrade")),
        locked=found.get("locked") is True,
        let_in=read_whole(found, "let_in"),
        button=read_text(board, "button"),
        busy_with=read_text(_sub(found, "busy"), "with"),
        busy_s=read_number(_sub(found, "busy"), "seconds"),
    )


def spoken(found: object) -> list[str]:
    """Whatever came, as lines for a person."""
    match found:
        case None:
            return ["done"]
        case str():
            return found.splitlines() or ["done"]
        case {"lines": list() as lines}:
            return [str(one) for one in lines]
        case {"text": str() as text}:
            return text.splitlines()
        case Mapping():
            return [line for key, value in found.items() for line in _keyed(str(key), value)]
        case list():
            return [line for one in found for line in _item(one)]
    return [str(found)]


def _keyed(key: str, value: object) -> list[str]:
    if isinstance(value, (Mapping, list)):
        return [f"{key}:", *(f"  {line}" for line in spoken(value))] if value else []
    match value:
        case None:
            return [f"{key}: -"]
        case bool():
            return [f"{key}: {'yes' if value else 'no'}"]
    return [f"{key}: {value}"]


def _item(one: object) -> list[str]:
    if not isinstance(one, Mapping):
        return spoken(one)
    if all(not isinstance(value, (Mapping, list)) for value in one.values()):
        return [", ".join(line for key, value in one.items() for line in _keyed(str(key), value))]
    return [*spoken(one), ""]


def _slot(name: str, found: object) -> Slot:
    table = found if isinstance(found, Mapping) else {}
    return Slot(name.upper(), read_text(table, "state") or "unknown", read_text(table, "version"))


def _pending(found: Mapping[str, Any]) -> Pending:
    return Pending(read_number(found, "seconds_left"), read_text(found, "by"))


def read_port(found: Mapping[str, Any]) -> Port:
    return Port(
        name=read_text(found, "name"),
        label=read_text(found, "label"),
        role=read_text(found, "role"),
        path=read_text(found, "path"),
        mac=read_text(found, "mac"),
        driver=read_text(found, "driver"),
        link=found.get("link") is True,
        speed=_said(found.get("speed")),
        pinned=found.get("pinned") is True,
        problem=read_text(found, "problem"),
    )


def read_past(found: Mapping[str, Any]) -> Past:
    texts = [_said(found.get(key)) for key in ("user", "face", "comment")]
    return Past(read_whole(found, "number"), _when(found.get("when")), *texts)


def _when(value: object) -> str:
    """Seconds since 1970 as the box's own clock has them, or what else was said."""
    if not isinstance(value, (int, float)):
        return _said(value)
    return datetime.fromtimestamp(value).astimezone().strftime("%Y-%m-%d %H:%M")


def read_finding(found: Mapping[str, Any]) -> Finding:
    ok = found.get("ok")
    return Finding(
        read_text(found, "name"), ok if isinstance(ok, bool) else None, read_text(found, "text")
    )


def read_lan_user(found: Mapping[str, Any]) -> LanUser:
    return LanUser(
        read_text(found, "name"),
        read_text(found, "route"),
        found.get("known") is not False,
        tuple(read_lines(found, "missing")),
    )


def read_problems(found: object) -> list[Problem]:
    table = found if isinstance(found, Mapping) else {}
    return [
        Problem(
            read_text(one, "where"),
            read_text(one, "what"),
            read_text(one, "hint"),
            one.get("warning") is True,
            read_whole(one, "line") or None,
        )
        for one in table.get("problems") or ()
        if isinstance(one, Mapping)
    ]


def read_table(found: object) -> dict[str, Any]:
    if not isinstance(found, dict):
        raise BadAnswer("the box agent's answer is not what this version of postern knows")
    return found


def read_list(found: object) -> list[Any]:
    if not isinstance(found, list):
        raise BadAnswer("the box agent's answer holds no list")
    return found


def _sub(found: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = found.get(key)
    return value if isinstance(value, Mapping) else {}


def read_text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    return value if isinstance(value, str) else ""


def _said(value: object) -> str:
    return "" if value is None else ", ".join(spoken(value))


def read_whole(found: Mapping[str, Any], key: str) -> int:
    value = found.get(key)
    return value if type(value) is int else 0


def read_number(found: Mapping[str, Any], key: str) -> float:
    value = found.get(key)
    return float(value) if isinstance(value, (int, float)) else 0.0


def read_lines(found: object, key: str) -> list[str]:
    value = found.get(key) if isinstance(found, Mapping) else found
    if isinstance(value, str):
        return value.splitlines()
    return [str(one) for one in value] if isinstance(value, list) else []
