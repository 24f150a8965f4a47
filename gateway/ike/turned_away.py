"""Those we have no phase 1 with: what they were answered, so that it is the same every time."""

from typing import Final

from gateway.crypto.rsa import Random
from gateway.ike.errors import Refusal
from gateway.ike.header import Header, build_message
from gateway.ike.inform import refusal
from gateway.ike.numbers import Exchange, Protocol
from gateway.ike.payloads import build_chain
from gateway.ike.resend import Memory
from gateway.wire.udp import Datagram

MOST: Final = 64  # answers kept


class TurnedAway:
    """The last messages of strangers, each with its answer; the same bytes from elsewhere are not
    the same message."""

    def __init__(self) -> None:
        self._memory = Memory(MOST)

    def answer(self, datagram: Datagram) -> bytes | None:
        """None if the message is not known."""
        return self._memory.answer(_with_source(datagram))

    def refuse(self, datagram: Datagram, header: Header, error: Refusal, random: Random) -> bytes:
        """A short notice in the clear, never longer than what asked for it."""
        notice = refusal(Protocol.ISAKMP, error.answer)
        message = build_message(
            Header(header.cookie_i, random(8), notice.kind, Exchange.INFORMATIONAL),
            build_chain([notice]),
        )
        self._memory.keep(_with_source(datagram), message)
        return message

    def ignore(self, datagram: Datagram) -> bool:
        """No answer, now and later; whether it is the first time."""
        new = self.answer(datagram) is None
        if new:
            self._memory.keep(_with_source(datagram), b"")
        return new


def _with_source(datagram: Datagram) -> bytes:
    return str(datagram.source).encode() + datagram.payload
