"""One control protocol between two sides, as someone between them can see it (RFC 1661, 4).

Each side asks for its own options; the half is agreed on when the other acknowledges the last
request. The protocol is up when both halves are.
"""

from collections.abc import Iterable
from enum import Enum, auto
from typing import Final

from gateway.ppp.frame import Packet
from gateway.ppp.numbers import OPTION_NAMES, PATIENCE, Code, Protocol
from gateway.ppp.options import Option, parse_options


class State(Enum):
    SILENT = auto()
    ASKED = auto()
    REFUSED = auto()  # the last request was answered with Nak or Reject
    AGREED = auto()


class Input(Enum):
    REQUEST = auto()
    ACK = auto()
    REFUSAL = auto()
    DOWN = auto()


# What has no row changes nothing: an answer to nothing, or to what was answered already.
TABLE: Final[dict[tuple[State, Input], State]] = {
    (state, what): state for state in State for what in Input
} | {
    (State.SILENT, Input.REQUEST): State.ASKED,
    (State.REFUSED, Input.REQUEST): State.ASKED,
    (State.AGREED, Input.REQUEST): State.ASKED,  # negotiated anew
    (State.ASKED, Input.ACK): State.AGREED,
    (State.ASKED, Input.REFUSAL): State.REFUSED,
    (State.ASKED, Input.DOWN): State.SILENT,
    (State.REFUSED, Input.DOWN): State.SILENT,
    (State.AGREED, Input.DOWN): State.SILENT,
}
ANSWERS: Final = {
    Code.CONFIGURE_ACK: Input.ACK,
    Code.CONFIGURE_NAK: Input.REFUSAL,
    Code.CONFIGURE_REJECT: Input.REFUSAL,
}


class Half:
    """One side's wishes."""

    __slots__ = ("identifier", "options", "requests", "state", "unwanted")

    def __init__(self) -> None:
        self.state = State.SILENT
        self.identifier = -1
        self.options: tuple[Option, ...] = ()  # of the last request
        self.unwanted: tuple[Option, ...] = ()  # of the last Nak or Reject
        self.requests = 0  # since it was last agreed on

    def handle(self, what: Input) -> None:
        self.state = TABLE[self.state, what]


class Negotiation:
    """Both halves. `see` raises BadOption for options whose lengths are false."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol
        self.client, self.server = Half(), Half()

    @property
    def up(self) -> bool:
        return self.client.state is State.AGREED and self.server.state is State.AGREED

    @property
    def stuck(self) -> bool:
        """True for the one request after which patience ends."""
        requests = (self.client.requests, self.server.requests)
        return max(requests) == PATIENCE and not self.up

    def see(self, packet: Packet, from_client: bool) -> bool:
        """Whether this packet made the protocol come up."""
        was_up = self.up
        if packet.code == Code.CONFIGURE_REQUEST:
            half = self.client if from_client else self.server
            half.options = parse_options(packet.data)
            half.identifier = packet.identifier
            half.requests += 1
            half.handle(Input.REQUEST)
        elif packet.code in ANSWERS:
            half = self.server if from_client else self.client
            self._answer(half, packet)
        return self.up and not was_up

    def down(self) -> None:
        for half in (self.client, self.server):
            half.handle(Input.DOWN)
            half.requests, half.unwanted = 0, ()

    def explain(self) -> str:
        """Why it does not come up, for a person."""
        sides = (("client", "server", self.client), ("server", "client", self.server))
        parts = [part for asker, other, half in sides if (part := self._why(asker, other, half))]
        return "; ".join(parts)

    def _answer(self, half: Half, packet: Packet) -> None:
        if packet.identifier != half.identifier:
            return
        what = ANSWERS[Code(packet.code)]
        if what is Input.REFUSAL:
            half.unwanted = parse_options(packet.data)
        half.handle(what)
        if half.state is State.AGREED:
            half.requests, half.unwanted = 0, ()

    def _why(self, asker: str, other: str, half: Half) -> str:
        match half.state:
            case State.SILENT:
                return f"the {asker} asks for nothing"
            case State.ASKED if not half.unwanted:
                return f"the {other} does not answer what the {asker} asks for"
            case State.AGREED:
                return ""
            case _:
                names = describe(self.protocol, half.unwanted)
                return f"the {other} refuses what the {asker} asks for: {names}"


def describe(protocol: Protocol, options: Iterable[Option]) -> str:
    """The names of options, for a person."""
    names = OPTION_NAMES[protocol]
    return ", ".join(names.get(option.kind, f"option {option.kind}") for option in options)
