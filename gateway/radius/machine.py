"""The sending end of accounting (RFC 2866, 2): what waits goes to the server until it has taken it.

In order: one entry of a session at a time, and an entry of all sessions alone, a few times. A
server that does not answer is asked for the oldest one, ever more seldom; whatever waits, waits.
Each sending is a packet and an identifier of its own, for the time it has waited is in it (5.2).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from gateway.radius.errors import NotMeant
from gateway.radius.events import Answering, Event, Send, Silent, Taken
from gateway.radius.numbers import Code, Kind, Status
from gateway.radius.packet import (
    Attribute,
    Packet,
    build_packet,
    check_answer,
    number,
    parse_packet,
    signed_request,
)

WIDEST: Final = 16  # requests under way
FIRST_WAIT, LONGEST_WAIT = 3.0, 60.0  # seconds for an answer
SILENT_AFTER: Final = 3  # tries
MOST_WAITING: Final = 20_000  # entries; more, and the oldest are forgotten
IDENTIFIERS: Final = 256


@dataclass(frozen=True, slots=True)
class Entry:
    """One account to be told. `at` is the world's time in seconds; `session` is empty for all."""

    number: int
    status: int
    session: str
    at: float
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class Flying:
    entry: Entry
    packet: Packet
    due: float


class Courier:
    """`ahead` is by how much the world's time is more than the caller's clock: it may change."""

    def __init__(self, secret: bytes, identifier: int) -> None:
        """`identifier` is by chance: the first of one process is not that of the last."""
        self.ahead = 0.0
        self._secret, self._identifier = secret, identifier
        self._waiting: dict[int, Entry] = {}
        self._interims: dict[str, int] = {}  # the one that waits, by session
        self._flying: dict[int, Flying] = {}
        self._width, self._wait, self._failed = WIDEST, FIRST_WAIT, 0

    @property
    def waiting(self) -> int:
        """Entries that the server has not taken yet."""
        return len(self._waiting)

    def put(self, entry: Entry) -> list[int]:
        """To be told; the numbers of those which need not be told any more, or cannot."""
        gone = []
        before = self._interims.pop(entry.session, None)
        if before is not None and before in self._waiting and not self._flies(before):
            gone.append(before)
        if len(self._waiting) - len(gone) >= MOST_WAITING:
            gone.append(next(number for number in self._waiting if not self._flies(number)))
        for old in gone:
            del self._waiting[old]
        self._waiting[entry.number] = entry
        if entry.status == Status.INTERIM:
            self._interims[entry.session] = entry.number
        return gone

    def receive(self, data: bytes, now: float) -> list[Event]:
        """A packet from the server; `RadiusError` if it is none to be believed."""
        packet = parse_packet(data)
        flying = self._flying.get(packet.identifier)
        if packet.code != Code.ACCOUNTING_RESPONSE or flying is None:
            raise NotMeant(f"a packet with code {packet.code} that nobody has asked for")
        check_answer(packet, flying.packet, self._secret)
        del self._flying[packet.identifier]
        number = flying.entry.number
        self._waiting.pop(number, None)
        if self._interims.get(flying.entry.session) == number:
            del self._interims[flying.entry.session]
        heard: list[Event] = [Answering()] if self._failed >= SILENT_AFTER else []
        self._width, self._wait, self._failed = min(WIDEST, self._width + 1), FIRST_WAIT, 0
        return [*heard, Taken(number), *self._send(now)]

    def handle_timeout(self, now: float) -> list[Event]:
        """Send what may be sent: also to be called when something was put."""
        if all(one.due > now for one in self._flying.values()):
            return list(self._send(now))
        given_up = self._give_up()
        self._flying.clear()
        self._width, self._failed = 1, self._failed + 1
        self._wait = min(2 * self._wait, LONGEST_WAIT)
        told: list[Event] = [Silent()] if self._failed == SILENT_AFTER else []
        return [*told, *given_up, *self._send(now)]

    def _give_up(self) -> list[Event]:
        """Nothing may wait for ever behind an entry of all sessions, which servers may not know:
        each session's own end says as much."""
        alone = [one.entry for one in self._flying.values() if not one.entry.session]
        if not alone or self._failed + 1 < SILENT_AFTER:
            return []
        for entry in alone:
            del self._waiting[entry.number]
        return [Taken(entry.number) for entry in alone]

    def deadline(self) -> float | None:
        return min((one.due for one in self._flying.values()), default=None)

    def _flies(self, number: int) -> bool:
        return any(one.entry.number == number for one in self._flying.values())

    def _send(self, now: float) -> Iterator[Event]:
        for entry in list(self._next()):
            self._identifier = self._free()
            delay = max(0, int(now + self.ahead - entry.at))
            delayed = number(Kind.ACCT_DELAY_TIME, min(delay, 0xFFFFFFFF))
            told = (*entry.attributes, delayed)
            asked = Packet(Code.ACCOUNTING_REQUEST, self._identifier, attributes=told)
            packet = signed_request(asked, self._secret)
            self._flying[self._identifier] = Flying(entry, packet, now + self._wait)
            yield Send(build_packet(packet))

    def _next(self) -> Iterator[Entry]:
        """Those whose turn it is."""
        room = self._width - len(self._flying)
        busy = {one.entry.session for one in self._flying.values()}
        for entry in self._waiting.values():
            if room <= 0 or "" in busy or (not entry.session and busy):
                return
            if entry.session not in busy:
                busy.add(entry.session)
                room -= 1
                yield entry

    def _free(self) -> int:
        found = (self._identifier + 1) % IDENTIFIERS
        while found in self._flying:
            found = (found + 1) % IDENTIFIERS
        return found
