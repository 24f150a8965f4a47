"""What is told of a board: the answer to "board", and the report that an owner can send back."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass

from gateway.control.board import Facts
from gateway.control.board_files import firmware_doubts
from gateway.control.button import TOLD
from gateway.control.ports import Port
from gateway.control.problems import printable
from gateway.control.profile import Profile

_ADDRESS = re.compile(r"\b((?:[0-9a-f]{2}:){3})(?:[0-9a-f]{2}:){2}[0-9a-f]{2}\b")


@dataclass(frozen=True, slots=True)
class Board:
    """A board and its profile. `problem` says why the profile is only the generic one."""

    facts: Facts
    profile: Profile
    problem: str = ""


def board_json(board: Board) -> dict[str, object]:
    """For the control socket."""
    profile = board.profile
    return {
        "id": profile.id,
        "name": profile.name,
        "evidence": str(profile.evidence),
        "unconfirmed": list(profile.evidence.unconfirmed),
        "sources": list(profile.evidence.sources),
        "problem": board.problem,
        "doubts": firmware_doubts(profile, board.facts),
        "firmware": board.facts.firmware,
        "kernel": board.facts.kernel,
        "cpu": board.facts.cpu,
        "memory_mb": board.facts.memory_mb,
        "names": {name: printable(said) for name, said in board.facts.names.items()},
        "notes": [asdict(note) for note in profile.notes],
        "storage": asdict(profile.storage),
        "watchdog": profile.watchdog.module,
        "button": TOLD if profile.button.inputs else "",
        "leds": [led.role for led in profile.leds if set(led.names) & set(board.facts.leds)],
    }


def board_brief(board: Board) -> dict[str, object]:
    """What every status has of it, and what the owner is to read on two occasions."""
    whole = board_json(board)
    brief = {name: whole[name] for name in ("id", "name", "evidence")}
    told = {when: notes(board.profile, when) for when in ("install", "upgrade")}
    return {**brief, **told, "button": TOLD if board.profile.button.inputs else ""}


def ports_json(ports: Sequence[Port]) -> list[dict[str, object]]:
    """For the control socket."""
    return [asdict(port) for port in ports]


def notes(profile: Profile, when: str) -> list[str]:
    """What the owner is told on this occasion: `install` or `upgrade`."""
    return [note.text for note in profile.notes if note.when in (when, "always")]


def report(board: Board, ports: Sequence[Port], version: str) -> str:
    """For the owner to read and to send back. Addresses of cards are cut to their maker's half."""
    text = "\n".join(_lines(board, ports, version)) + "\n"
    return _ADDRESS.sub(r"\1..", text)


def _lines(board: Board, ports: Sequence[Port], version: str) -> Iterator[str]:
    facts, profile = board.facts, board.profile
    yield "Postern board report. It holds no key, no address of yours and no serial number."
    yield f"postern {version}, kernel {facts.kernel}, {facts.firmware}"
    yield f"profile {profile.id}: {profile.evidence}"
    if board.problem:
        yield f"problem: {board.problem}"
    yield from firmware_doubts(profile, facts)
    yield f"cpu {printable(facts.cpu)}, memory {facts.memory_mb} MB"
    yield from _part("names in DMI", (f"{key} = {said}" for key, said in facts.names.items()))
    yield from _part("PCI devices", (f"{one.path} {one.kind} {one.id}" for one in facts.pci))
    yield from _part("ports", (_port(port) for port in ports))
    yield from _part("lamps", facts.leds)
    yield from _part("not confirmed so far", profile.evidence.unconfirmed)
    yield "\nPlease write here what is printed at each port, and what you saw that is different:\n"


def _part(title: str, lines: Sequence[str] | Iterator[str]) -> Iterator[str]:
    yield f"\n{title}:"
    yield from (f"  {printable(line)}" for line in lines)


def _port(port: Port) -> str:
    state = f"link at {port.speed} Mbit/s" if port.link else "no link"
    role = port.role or "not assigned"
    wrong = f"; {port.problem}" if port.problem else ""
    return f"{port.label}: {port.path} {port.driver} {port.mac} {role}, {state}{wrong}"
