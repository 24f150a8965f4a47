"""Whether this system answers dials: one real handshake with the daemon, by loopback.

It goes the way a client's goes: a packet of UDP 500, netfilter, its queue, IKE, Diffie-Hellman, the
raw socket, and back. Asking the daemon to shake hands with itself would leave out the half that an
update breaks: the kernel, its modules, the rules, the powers of the service.
"""

import os
import re
import select
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from gateway.control.problems import printable
from gateway.system.box.disk import read_record, write_file, write_record
from gateway.system.box.places import Places
from gateway.system.run import Run, ToolFailed, run
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint

LOOPBACK: Final = "127.0.0.1"
PORT: Final = 500
KEY: Final = 32  # bytes
LONGEST_WAIT: Final = 90.0  # seconds until the daemon is there: a slow box starts everything now
BETWEEN: Final = 0.5  # seconds
PROVED: Final = "proved.json"
BOOT: Final = "boot.json"
FAILED: Final = "failed-boots"
MOST_PROVED, MOST_FAILED = 8, 5
LONGEST_WHY: Final = 1000  # letters
LARGEST_LOG: Final = 512 << 10  # bytes of one failed boot
_HASH: Final = re.compile(r"\bpostern\.hash=([0-9a-f]+)")
_SLOT: Final = re.compile(r"\brauc\.slot=([A-Za-z0-9]+)")


class Unhealthy(Exception):
    """One sentence why."""


class Turn(NamedTuple):
    """What the asking end wants sent, and how it stands: None while it goes on."""

    messages: list[bytes]
    failed: str | None = None
    proved: bool = False


class Asking(Protocol):
    """The asking end of a handshake; the roof makes it, for `ike` is not known here."""

    def start(self, now: float) -> Turn: ...
    def receive(self, message: bytes, now: float) -> Turn: ...
    def handle_timeout(self, now: float) -> Turn: ...
    def deadline(self) -> float | None: ...


Make = Callable[[bytes, Endpoint, Endpoint], Asking]
Ask = Callable[[dict[str, Any]], None]
"""A request to the daemon; `Unhealthy` if it is refused, ConnectionError if nobody is there."""


def wait_for(ask: Ask, patience: float = LONGEST_WAIT) -> None:
    """Until the daemon answers; `Unhealthy` if it never does."""
    until = time.monotonic() + patience
    while True:
        try:
            ask({"verb": "status"})
        except ConnectionError as error:
            if time.monotonic() >= until:
                raise Unhealthy(f"the gateway does not run: {error}") from error
            time.sleep(BETWEEN)
        else:
            return


def handshake(ask: Ask, make: Make) -> float:
    """Seconds from the first message to the proof; `Unhealthy` if it came to nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind((LOOPBACK, 0))
        here = Endpoint(host_bytes(LOOPBACK), line.getsockname()[1])
        line.connect((LOOPBACK, PORT))
        line.setblocking(False)
        key = os.urandom(KEY)
        ask({"verb": "probe", "port": here.port, "key": key.hex()})
        asking = make(key, here, Endpoint(host_bytes(LOOPBACK), PORT))
        began = time.monotonic()
        turn = asking.start(began)
        while not turn.proved:
            if turn.failed is not None:
                raise Unhealthy(f"the handshake failed: {turn.failed}")
            _send(line, turn)
            turn = _next(line, asking)
        took = time.monotonic() - began
        _send(line, turn)
        return took


def _send(line: socket.socket, turn: Turn) -> None:
    for message in turn.messages:
        try:
            line.send(message)
        except ConnectionRefusedError:
            pass  # nothing hands packets over: the tries run out
        except OSError as error:
            raise Unhealthy(f"loopback takes no packet: {error.strerror}") from error


def _next(line: socket.socket, asking: Asking) -> Turn:
    due = asking.deadline()
    if due is None:
        raise Unhealthy("the handshake stopped by itself")
    ready = select.select([line], [], [], max(0.0, due - time.monotonic()))[0]
    if not ready:
        return asking.handle_timeout(time.monotonic())
    try:
        return asking.receive(line.recv(0xFFFF), time.monotonic())
    except OSError:  # an ICMP error about what was sent: the next try goes out in time
        return Turn([])


# --- which system has proved itself, and what is kept of one that did not


def system_of(root: Path) -> tuple[str, str]:
    """Which system has been started: the hash of its root, and its slot; empty where unknown."""
    try:
        line = (root / "proc/cmdline").read_text()
    except OSError:
        return "", ""
    found, slot = _HASH.search(line), _SLOT.search(line)
    return found[1] if found else "", slot[1] if slot else ""


def note_proved(places: Places) -> None:
    """This very system has answered once: what fails from now on is not an update's fault."""
    system, _ = system_of(places.root)
    path = places.state / PROVED
    known = [one for one in read_record(path).get("systems", []) if one != system]
    write_record(path, {"systems": [*known, system][-MOST_PROVED:]})
    (places.state / BOOT).unlink(missing_ok=True)


def was_proved(places: Places) -> bool:
    """To go back to the other slot would then cure nothing, and could begin a merry-go-round."""
    system, _ = system_of(places.root)
    return bool(system) and system in read_record(places.state / PROVED).get("systems", [])


def note_boot(places: Places, version: str) -> str:
    """At every start: a sentence about the start before if that one never proved itself."""
    before = read_record(places.state / BOOT)
    system, slot = system_of(places.root)
    if was_proved(places):
        (places.state / BOOT).unlink(missing_ok=True)
    else:
        write_record(places.state / BOOT, {"system": system, "slot": slot, "version": version})
    if not before or not before.get("system") or before.get("system") == system:
        return ""
    slot, version, why = (
        printable(str(before.get(name, ""))) for name in ("slot", "version", "why")
    )
    how = f"is no good: {why}" if why else "never answered a dial"
    return f"slot {slot} (Postern {version}) was started and {how}"


def note_why(places: Places, why: str) -> None:
    """For the next start, why this one is no good; who has started is noted already."""
    path = places.state / BOOT
    found = read_record(path)
    if found:
        write_record(path, {**found, "why": why[:LONGEST_WHY]})


def boot_notes(places: Places, version: str) -> list[str]:
    """What a person should know of the starts before this one."""
    note, kept = note_boot(places, version), failed_boots(places)
    return [note, *([f"the journal of a failed start is kept: {kept[-1].name}"] if kept else [])]


def keep_journal(places: Places, why: str, tool: Run = run) -> Path:
    """The journal of a start that failed, for whoever looks into it later."""
    system, slot = system_of(places.root)
    folder = places.state / FAILED
    try:
        said = tool(
            ["journalctl", "--boot", "--no-pager", "--output=short-monotonic", "--lines=4000"], ""
        ).stdout
    except ToolFailed as error:
        said = f"there is no journal: {error}"
    old = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime)
    for path in old[: max(0, len(old) - MOST_FAILED + 1)]:
        path.unlink()
    path = folder / f"slot-{slot or 'none'}-{system[:12] or 'none'}.log"
    write_file(path, f"{why}\n\n".encode() + said.encode()[-LARGEST_LOG:])
    return path


def failed_boots(places: Places) -> list[Path]:
    """Newest last."""
    return sorted((places.state / FAILED).glob("*.log"), key=lambda path: path.stat().st_mtime)
