"""Seeing MS-CHAP pass between client and server: what was asked, what was answered, and the verdict
(RFC 1994, 4; RFC 2433; RFC 2759).

What it keeps is as good as a password to whoever wants to search for it: it is in no event.
"""

from typing import Final

from gateway.ppp.errors import BadPacket
from gateway.ppp.frame import Packet
from gateway.ppp.mschap import Proof, parse_proof
from gateway.ppp.numbers import Chap, Code, Lcp, Protocol
from gateway.ppp.options import find_option, parse_options

VERSIONS: Final = {b"\xc2\x23\x80": 1, b"\xc2\x23\x81": 2}  # LCP's authentication option


class Witness:
    """One link. `see` returns the proof with which the server was content, once it says so."""

    def __init__(self) -> None:
        self.version = 0  # of MS-CHAP that the server asks for; 0: it asks for something else
        self._challenge: tuple[int, bytes] | None = None
        self._answered: tuple[int, Proof] | None = None

    def see(self, protocol: int, packet: Packet, from_client: bool) -> Proof | None:
        """BadPacket for what cannot be MS-CHAP; what is not about it tells nothing."""
        if protocol == Protocol.LCP:
            if packet.code == Code.CONFIGURE_REQUEST and not from_client:
                demanded = find_option(parse_options(packet.data), Lcp.AUTHENTICATION)
                self.version = VERSIONS.get(demanded or b"", 0)
            return None
        if protocol != Protocol.CHAP or not self.version:
            return None
        match packet.code, from_client:
            case Chap.CHALLENGE, False:
                self._challenge = packet.identifier, _value(packet)
            case Chap.RESPONSE, True:
                self._answer(packet)
            case Chap.SUCCESS, False:
                return self._succeeded(packet.identifier)
        return None

    def forget(self) -> None:
        """The link is down: whatever was proved was proved on another."""
        self._challenge = self._answered = None

    def _answer(self, packet: Packet) -> None:
        """Only what answers the challenge that was seen last."""
        self._answered = None
        if self._challenge is None or self._challenge[0] != packet.identifier:
            return
        value = _value(packet)
        user = packet.data[1 + len(value) :]
        self._answered = (
            packet.identifier,
            parse_proof(self.version, self._challenge[1], value, user),
        )

    def _succeeded(self, identifier: int) -> Proof | None:
        if self._answered is None or self._answered[0] != identifier:
            return None
        return self._answered[1]


def _value(packet: Packet) -> bytes:
    size = packet.data[0] if packet.data else 0
    if not 0 < size < len(packet.data):
        raise BadPacket(f"a value of {size} bytes in {len(packet.data)}")
    return packet.data[1 : 1 + size]
