"""CCP for the end that wants its link encrypted (RFC 1962; MPPE's option, RFC 2118 and 3078, 2).

The states are those of RFC 1661, 4.1, as far as an end needs them that has begun by itself and
either gets what it wants or gives up. An end's Configure-Request says what it can *read*: so ours,
acknowledged, is how the peer encrypts, and the peer's is how we do. Nothing but MPPE is agreed to.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

from gateway.ppp.errors import PppError
from gateway.ppp.frame import Packet
from gateway.ppp.mppe import Terms
from gateway.ppp.numbers import (
    CCP_RESTART,
    CCP_TRIES,
    MPPE,
    MPPE_40,
    MPPE_56,
    MPPE_128,
    MPPE_STATELESS,
    Code,
)
from gateway.ppp.options import Option, build_options, find_option, parse_options

BITS: Final = {128: MPPE_128, 56: MPPE_56, 40: MPPE_40}  # strongest first
MOST_NAKS: Final = 5  # of one side's requests (RFC 1661, 4.6: Max-Failure)
NEVER: Final = float("inf")


class State(Enum):
    IDLE = auto()  # nobody has asked us to begin
    REQ_SENT = auto()
    ACK_RCVD = auto()
    ACK_SENT = auto()
    OPENED = auto()
    OVER = auto()


class Input(Enum):
    START = auto()
    GOOD_REQUEST = auto()  # RFC 1661: RCR+
    OTHER_REQUEST = auto()  # RCR-
    ACK = auto()  # RCA
    REFUSAL = auto()  # RCN, which has changed what we ask for
    TIMEOUT = auto()  # TO+
    GIVE_UP = auto()  # TO-, a refusal that leaves nothing to ask for, or the peer ends it


class Do(Enum):
    SEND_REQUEST = auto()
    SEND_ACK = auto()
    SEND_REFUSAL = auto()
    OPEN = auto()
    FAIL = auto()


Row = tuple[tuple[Do, ...], State]
FAILED: Final[Row] = ((Do.FAIL,), State.OVER)

# What has no row does not happen: nothing is done, the state stays.
TABLE: Final[dict[tuple[State, Input], Row]] = {
    (state, what): ((), state) for state in State for what in Input
} | {
    (State.IDLE, Input.START): ((Do.SEND_REQUEST,), State.REQ_SENT),
    (State.REQ_SENT, Input.GOOD_REQUEST): ((Do.SEND_ACK,), State.ACK_SENT),
    (State.REQ_SENT, Input.OTHER_REQUEST): ((Do.SEND_REFUSAL,), State.REQ_SENT),
    (State.REQ_SENT, Input.ACK): ((), State.ACK_RCVD),
    (State.REQ_SENT, Input.REFUSAL): ((Do.SEND_REQUEST,), State.REQ_SENT),
    (State.REQ_SENT, Input.TIMEOUT): ((Do.SEND_REQUEST,), State.REQ_SENT),
    (State.REQ_SENT, Input.GIVE_UP): FAILED,
    (State.ACK_RCVD, Input.GOOD_REQUEST): ((Do.SEND_ACK, Do.OPEN), State.OPENED),
    (State.ACK_RCVD, Input.OTHER_REQUEST): ((Do.SEND_REFUSAL,), State.ACK_RCVD),
    (State.ACK_RCVD, Input.REFUSAL): ((Do.SEND_REQUEST,), State.REQ_SENT),
    (State.ACK_RCVD, Input.TIMEOUT): ((Do.SEND_REQUEST,), State.REQ_SENT),
    (State.ACK_RCVD, Input.GIVE_UP): FAILED,
    (State.ACK_SENT, Input.GOOD_REQUEST): ((Do.SEND_ACK,), State.ACK_SENT),
    (State.ACK_SENT, Input.OTHER_REQUEST): ((Do.SEND_REFUSAL,), State.REQ_SENT),
    (State.ACK_SENT, Input.ACK): ((Do.OPEN,), State.OPENED),
    (State.ACK_SENT, Input.REFUSAL): ((Do.SEND_REQUEST,), State.ACK_SENT),
    (State.ACK_SENT, Input.TIMEOUT): ((Do.SEND_REQUEST,), State.ACK_SENT),
    (State.ACK_SENT, Input.GIVE_UP): FAILED,
    # Our acknowledgement was lost, and the peer asks once more for the same: see `Ccp.receive`.
    (State.OPENED, Input.GOOD_REQUEST): ((Do.SEND_ACK,), State.OPENED),
    (State.OPENED, Input.GIVE_UP): FAILED,
}


@dataclass(frozen=True, slots=True)
class Send:
    """A packet of CCP for the peer."""

    packet: Packet


@dataclass(frozen=True, slots=True)
class Opened:
    """Both directions are agreed on: `received` is how the peer encrypts, `sent` how we do."""

    sent: Terms
    received: Terms


@dataclass(frozen=True, slots=True)
class ResetAsked:
    """The peer has lost a frame: the next must be flagged."""


@dataclass(frozen=True, slots=True)
class Failed:
    """There will be no encryption; `reason` is the second half of a sentence."""

    reason: str


CcpEvent = Send | Opened | ResetAsked | Failed


class Ccp:
    """`receive` takes the peer's packets; `used` says that encrypted frames have come from it."""

    def __init__(self, allowed: Sequence[Terms]) -> None:
        """`allowed`: what may be agreed to, the dearest first."""
        self.used = False
        self.state = State.IDLE
        self._allowed = tuple(allowed)
        self._wanted = _word(self._allowed)  # the option of our next request
        self._request = Packet(Code.CONFIGURE_REQUEST, 0, b"")
        self._answer = Packet(Code.CONFIGURE_ACK, 0, b"")
        self._agreed: dict[bool, Terms] = {}  # by whether the request is ours
        self._refusals = {True: 0, False: 0}  # by whose request was refused
        self._tries = 0
        self._identifier = 0
        self._due = NEVER
        self._reason = ""

    def start(self, now: float) -> list[CcpEvent]:
        return self._handle(Input.START, now)

    def receive(self, packet: Packet, now: float) -> list[CcpEvent]:
        """A packet of the peer; before `start` nobody listens."""
        if self.state in (State.IDLE, State.OVER):
            return []
        try:
            return self._receive(packet, now)
        except PppError:
            return []  # false lengths: as if it had not come

    def rejected(self, now: float) -> list[CcpEvent]:
        """The peer does not know CCP (LCP Protocol-Reject)."""
        return self._give_up("the server does not know CCP", now)

    def ask_reset(self) -> list[CcpEvent]:
        """We have lost a frame; no data goes with it (RFC 3078, 7.2)."""
        return [Send(Packet(Code.RESET_REQUEST, self._next_identifier(), b""))]

    def deadline(self) -> float | None:
        return None if self._due == NEVER else self._due

    def handle_timeout(self, now: float) -> list[CcpEvent]:
        if now < self._due:
            return []
        if self._tries >= CCP_TRIES:
            return self._give_up("the server does not answer CCP", now)
        return self._handle(Input.TIMEOUT, now)

    def _receive(self, packet: Packet, now: float) -> list[CcpEvent]:
        match packet.code:
            case Code.CONFIGURE_REQUEST:
                return self._requested(packet, now)
            case Code.CONFIGURE_ACK if self._is_answer(packet):
                return self._acknowledged(packet, now)
            case Code.CONFIGURE_NAK | Code.CONFIGURE_REJECT if self._is_answer(packet):
                return self._refused(packet, now)
            case Code.TERMINATE_REQUEST:
                ended = Send(Packet(Code.TERMINATE_ACK, packet.identifier, b""))
                return [ended, *self._give_up("the server has ended CCP", now)]
            case Code.RESET_REQUEST if self.state is State.OPENED:
                # RFC 1962, 5.6: it must be answered. RFC 3078 needs no answer, and minds none.
                answer = Packet(Code.RESET_ACK, packet.identifier, packet.data)
                return [ResetAsked(), Send(answer)]
        return []

    def _is_answer(self, packet: Packet) -> bool:
        return packet.identifier == self._request.identifier

    def _requested(self, packet: Packet, now: float) -> list[CcpEvent]:
        options = parse_options(packet.data)
        others = [option for option in options if option.kind != MPPE]
        value = find_option(options, MPPE)
        if self.state is State.OPENED:
            return self._asked_again(packet, now)
        if others:
            return self._refuse(Code.CONFIGURE_REJECT, packet.identifier, others, now)
        asked = int.from_bytes(value, "big") if value is not None and len(value) == 4 else 0
        terms = self._choice(asked)
        if terms is None:
            return self._give_up(f"the server wants {_told(asked)}", now)
        if asked == _word((terms,)):
            self._agreed[False] = terms
            self._answer = Packet(Code.CONFIGURE_ACK, packet.identifier, packet.data)
            return self._handle(Input.GOOD_REQUEST, now)
        return self._refuse(Code.CONFIGURE_NAK, packet.identifier, [_option((terms,))], now)

    def _asked_again(self, packet: Packet, now: float) -> list[CcpEvent]:
        """The same as before, since our answer was lost: it is said again and nothing changes.

        Anything else would begin the same keys anew, and what was sent under them could be read by
        whoever heard both (keys do not depend on CCP): then there shall be no link at all.
        """
        if packet.data == self._answer.data and not self.used:
            self._answer = Packet(Code.CONFIGURE_ACK, packet.identifier, packet.data)
            return self._handle(Input.GOOD_REQUEST, now)
        return self._give_up("the server wants to begin the same keys anew", now)

    def _choice(self, asked: int) -> Terms | None:
        """The dearest that the peer can do, too. After a Nak it gets its own way of counting."""
        stateful = not asked & MPPE_STATELESS
        fitting = [terms for terms in self._allowed if asked & BITS[terms.bits]]
        if not asked:
            fitting = list(self._allowed)  # it has asked for nothing: propose
        as_asked = [terms for terms in fitting if terms.stateful == stateful]
        if self._refusals[False] and as_asked:
            return as_asked[0]
        return fitting[0] if fitting else None

    def _refuse(
        self, code: Code, identifier: int, options: Sequence[Option], now: float
    ) -> list[CcpEvent]:
        self._refusals[False] += 1
        if self._refusals[False] > MOST_NAKS:
            return self._give_up("the server keeps asking for what it cannot have", now)
        self._answer = Packet(code, identifier, build_options(options))
        return self._handle(Input.OTHER_REQUEST, now)

    def _acknowledged(self, packet: Packet, now: float) -> list[CcpEvent]:
        terms = _single(self._wanted, self._allowed)
        if packet.data != self._request.data or terms is None:
            return []  # an acknowledgement of several strengths says nothing
        self._agreed[True] = terms
        return self._handle(Input.ACK, now)

    def _refused(self, packet: Packet, now: float) -> list[CcpEvent]:
        if self.state is State.OPENED:
            return []
        self._refusals[True] += 1
        value = find_option(parse_options(packet.data), MPPE)
        if packet.code == Code.CONFIGURE_REJECT or value is None or len(value) != 4:
            return self._give_up("the server has no MPPE", now)
        offered = int.from_bytes(value, "big")
        stateful = not offered & MPPE_STATELESS
        fitting = [
            terms
            for terms in self._allowed
            if offered & BITS[terms.bits] and terms.stateful == stateful
        ]
        if not fitting or self._refusals[True] > MOST_NAKS:
            return self._give_up(f"the server wants {_told(offered)}", now)
        self._wanted = _word(fitting[:1])
        return self._handle(Input.REFUSAL, now)

    def _give_up(self, reason: str, now: float) -> list[CcpEvent]:
        self._reason = reason
        return self._handle(Input.GIVE_UP, now)

    def _handle(self, what: Input, now: float) -> list[CcpEvent]:
        actions, self.state = TABLE[self.state, what]
        return [event for do in actions for event in self._do(do, now)]

    def _do(self, do: Do, now: float) -> list[CcpEvent]:
        match do:
            case Do.SEND_REQUEST:
                self._tries += 1
                self._due = now + CCP_RESTART
                data = build_options([Option(MPPE, self._wanted.to_bytes(4, "big"))])
                identifier = self._next_identifier()
                self._request = Packet(Code.CONFIGURE_REQUEST, identifier, data)
                return [Send(self._request)]
            case Do.SEND_ACK | Do.SEND_REFUSAL:
                return [Send(self._answer)]
            case Do.OPEN:
                self._due = NEVER
                return [Opened(sent=self._agreed[False], received=self._agreed[True])]
            case Do.FAIL:
                self._due = NEVER
                return [Failed(self._reason)]

    def _next_identifier(self) -> int:
        self._identifier = (self._identifier + 1) % 256
        return self._identifier


def asks_for_mppe(packet: Packet) -> bool:
    """Whether a packet is a Configure-Request with a strength of MPPE in it; may be a BadOption."""
    if packet.code != Code.CONFIGURE_REQUEST:
        return False
    value = find_option(parse_options(packet.data), MPPE)
    word = int.from_bytes(value, "big") if value is not None and len(value) == 4 else 0
    return bool(word & (MPPE_40 | MPPE_56 | MPPE_128))


def _word(allowed: Sequence[Terms]) -> int:
    """The 32 bits of the option that offers all of these."""
    stateless = any(not terms.stateful for terms in allowed)
    strengths = 0
    for terms in allowed:
        strengths |= BITS[terms.bits]
    return strengths | (MPPE_STATELESS if stateless else 0)


def _option(allowed: Sequence[Terms]) -> Option:
    return Option(MPPE, _word(allowed).to_bytes(4, "big"))


def _single(word: int, allowed: Sequence[Terms]) -> Terms | None:
    """The terms that a word means, if it means one strength alone."""
    return next((terms for terms in allowed if _word((terms,)) == word), None)


def _told(word: int) -> str:
    """What the peer would have, for a person."""
    strengths = "/".join(str(bits) for bits, bit in BITS.items() if word & bit)
    if not strengths:
        return "no encryption, or another kind than MPPE"
    return f"MPPE of {strengths} bit, {'stateless' if word & MPPE_STATELESS else 'stateful'}"
