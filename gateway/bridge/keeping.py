"""What is kept for a successor of this process: each client that has a session up, as one record.

A client is written down again at the end of every step that changed it, before anything leaves
because of that step: so a process that dies at any moment leaves what the others have seen of it,
or what they will send again. What is counted on the road is in words. What people are shown, and
lifetimes in bytes, are written down now and then.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from gateway.bridge.carried import in_transit
from gateway.bridge.client_leg import ClientLeg
from gateway.bridge.clients import COOKIES, Clients
from gateway.bridge.household import Household
from gateway.bridge.lent import Lent, Owner
from gateway.bridge.session import Session
from gateway.bridge.session_states import State
from gateway.bridge.switchboard import Switchboard
from gateway.bridge.writing_down import counting, describe
from gateway.crypto import aead
from gateway.outputs import Forget, Keep, Output
from gateway.wire.cursor import WireError
from gateway.wire.record import build_record, parse_record
from gateway.wire.udp import Datagram
from gateway.wire.words import Words

EVERY: Final = 1.0  # seconds between two looks at what the road has changed
MOST_AT_ONCE: Final = 16  # clients looked at in one go
LABEL: Final = b"postern household "


@dataclass(slots=True)
class _Home:
    """Where one client is kept, and which sessions and how many frames when it last was."""

    number: int
    lent: Lent
    sessions: tuple[int, ...] = ()
    carried: int = -1


class Keeping:
    """`touch` whoever has changed, and hand out what `save` asks for before all else.

    Before `begin` nothing is kept, and nothing costs anything.
    """

    def __init__(
        self, board: Switchboard, clients: Clients, random: Callable[[int], bytes]
    ) -> None:
        self.unsaved: dict[ClientLeg, None] = {}
        self.scheduled: float | None = None  # for Timers
        self._board, self._clients, self._random = board, clients, random
        self._words: Words | None = None
        self._key = b""
        self._homes: dict[ClientLeg, _Home] = {}
        self._by_session: dict[int, ClientLeg] = {}
        self._turns: deque[ClientLeg] = deque()  # whose turn it is to be looked at
        self._due: float | None = None
        self._numbers = 0
        board.carrier.touch, board.carrier.place_of = self.touch, self.place_of

    def begin(self, words: Words, key: bytes) -> None:
        """From now on there is a place for all of it, sealed by `key`."""
        self._words, self._key = words, key

    def open(self, number: int, sealed: bytes) -> Household | None:
        """What an earlier process has kept under that number; None if it is not whole."""
        record = aead.unseal(self._key, sealed, _label(number))
        try:
            return None if record is None else parse_record(Household, record)
        except WireError:
            return None

    def take_up(self, number: int, leg: ClientLeg, lent: Iterable[tuple[Owner, str, int]]) -> None:
        """A client that an earlier process has kept, with the words that it has from there."""
        self._settle(leg, number)
        self.note(leg, lent)
        self.touch(leg)

    def note(self, leg: ClientLeg, lent: Iterable[tuple[Owner, str, int]]) -> None:
        """Who counts in which field has this word already."""
        for owner, name, place in lent:
            self._homes[leg].lent.note(owner, name, place)

    def touch(self, leg: ClientLeg) -> None:
        """Something of this client is otherwise than it was."""
        if self._words is not None:
            self.unsaved[leg] = None

    def place_of(self, leg: ClientLeg, owner: Any, name: str) -> int:
        """Where the word is that somebody of this client's counts in; 0: nowhere.

        Who is asked for by a worker needs one before that is told of it.
        """
        sessions = [] if self._words is None else self._sessions(leg)
        if not sessions:
            return 0
        home = self._homes.get(leg) or self._settle(leg, self._numbers + 1)
        if not home.lent.has(owner, name):
            home.lent.lend(counting(leg, sessions))
        return home.lent.place(owner, name) if home.lent.has(owner, name) else 0

    def touch_datagram(self, datagram: Datagram) -> None:
        """The same, by a message of IKE that was heard."""
        known = self._clients.ike.sas.phases.get(datagram.payload[:COOKIES])
        phase = None if known is None else self._clients.phases.get(known.sa)
        if phase is not None and phase.leg is not None:
            self.touch(phase.leg)

    def touch_session(self, number: int) -> None:
        """The same, by the number of a session that it has or had."""
        session = self._board.sessions.get(number)
        leg = self._by_session.get(number) if session is None else session.leg
        if leg is not None:
            self.touch(leg)

    def touch_connection(self, key: int) -> None:
        """The same, by the TCP connection of a session."""
        session = self._board.by_key.get(key)
        if session is not None:
            self.touch(session.leg)

    def save(self) -> list[Output]:
        """Write down whoever was touched."""
        found: list[Output] = []
        while self.unsaved:
            leg, _ = self.unsaved.popitem()
            found += self._save(leg)
        return found

    def deadline(self) -> float | None:
        return self._due

    def handle_timeout(self, now: float) -> list[Output]:
        """Look at some of those that are kept: whoever has carried something is written down."""
        for _ in range(min(MOST_AT_ONCE, len(self._turns))):
            leg = self._turns[0]
            self._turns.rotate(-1)
            if self._homes[leg].carried != _carried(self._sessions(leg)):
                self.touch(leg)
        self._due = now + EVERY if self._homes else None
        return self.save()

    def begin_to_look(self, now: float) -> bool:
        """Whether there is somebody to look at now and then, and it had not begun."""
        if self._due is not None or not self._homes:
            return False
        self._due = now + EVERY
        return True

    def _sessions(self, leg: ClientLeg) -> list[Session]:
        found = (self._board.by_call.get((leg, call)) for call in leg.lns.roads)
        up = [each for each in found if each is not None and each.state is State.UP]
        return [] if in_transit(leg) else up

    def _save(self, leg: ClientLeg) -> list[Output]:
        sessions = self._sessions(leg)
        if not sessions:
            return self._forget(leg)
        home = self._homes.get(leg) or self._settle(leg, self._numbers + 1)
        if not home.lent.lend(counting(leg, sessions)):
            return self._forget(leg)  # no word is left: it lives as long as this process
        self._belong(leg, home, tuple(session.number for session in sessions))
        home.carried = _carried(sessions)
        record = build_record(describe(self._clients, leg, sessions, home.lent.place))
        nonce = self._random(aead.NONCE)
        return [Keep(home.number, aead.seal(self._key, nonce, record, _label(home.number)))]

    def _settle(self, leg: ClientLeg, number: int) -> _Home:
        if self._words is None:
            raise ValueError("nothing is kept before `begin`")
        self._numbers = max(self._numbers, number)
        self._turns.append(leg)
        home = self._homes[leg] = _Home(number, Lent(self._words))
        return home

    def _forget(self, leg: ClientLeg) -> list[Output]:
        home = self._homes.pop(leg, None)
        if home is None:
            return []
        home.lent.lend([])
        self._turns.remove(leg)
        self._belong(leg, home, ())
        return [Forget(home.number)]

    def _belong(self, leg: ClientLeg, home: _Home, numbers: tuple[int, ...]) -> None:
        for number in home.sessions:
            self._by_session.pop(number, None)
        home.sessions = numbers
        self._by_session |= dict.fromkeys(numbers, leg)


def _carried(sessions: Sequence[Session]) -> int:
    return sum(session.frames_in + session.frames_out for session in sessions)


def _label(number: int) -> bytes:
    return LABEL + number.to_bytes(8, "big")
