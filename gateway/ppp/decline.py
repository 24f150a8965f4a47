"""What is declined in one side's name before that side hears of it (RFC 1661, 5.3 and 5.4).

A server that could be crashed by callback, or has no use for a second link, never sees a client ask
for them, nor a client the server: frames of a second link would not get through. A client that may
stumble over EAP never sees a server ask for it. Only so often: who insists is let through, and the
two settle it between themselves; but nobody who insists gets past a shield (bridge/shield.py).
"""

from typing import Final, NamedTuple

from gateway.ppp.frame import Packet
from gateway.ppp.numbers import IP_COMPRESSION, Code, Lcp, Protocol
from gateway.ppp.options import Option, build_options, find_option, parse_options
from gateway.ppp.quirks import DECLINED, NO_EAP, OPTIONS_DECLINED, READABLE, Manners

MOST_REJECTS: Final = 5  # of one link: as many as Max-Failure (RFC 1661, 4.6)
INSTEAD_OF_EAP: Final = Option(Lcp.AUTHENTICATION, b"\xc2\x23\x81")  # MS-CHAPv2
_EAP: Final = Protocol.EAP.to_bytes(2, "big")


class Answer(NamedTuple):
    """The packet that goes back, and the name of what makes it right."""

    packet: Packet
    quirk: str


class Decliner:
    """One link, from its first Configure-Request."""

    def __init__(self, manners: Manners, *, always: bool = False, readable: bool = False) -> None:
        """`always`: however often callback or a second link is asked for. `readable`: the server
        never gets to say that it takes compressed IP headers, so that the client sends none."""
        self._readable = readable
        self._manners = manners
        self._always = always
        self._rejects = {True: 0, False: 0}  # by whether the client asked
        self._declined_eap: set[Packet] = set()  # one request, however often it is repeated

    def see(self, protocol: int, packet: Packet, from_client: bool) -> Answer | None:
        """None: the packet is for the other side to answer. Its options are known to be whole."""
        if packet.code != Code.CONFIGURE_REQUEST:
            return None
        if protocol == Protocol.IPCP and self._readable and not from_client:
            return _uncompressed(packet)
        if protocol != Protocol.LCP:
            return None
        options = parse_options(packet.data)
        rejected = self._reject(packet, options, from_client)
        if rejected is not None or from_client:
            return rejected
        return self._nak(packet, options)

    def _reject(
        self, packet: Packet, options: tuple[Option, ...], from_client: bool
    ) -> Answer | None:
        """All of them as they came and in their order, and nothing else (RFC 1661, 5.4)."""
        declined = [option for option in options if option.kind in OPTIONS_DECLINED]
        insists = self._rejects[from_client] >= MOST_REJECTS and not self._always
        if not declined or insists:
            return None
        self._rejects[from_client] += 1
        data = build_options(declined)
        return Answer(Packet(Code.CONFIGURE_REJECT, packet.identifier, data), DECLINED)

    def _nak(self, packet: Packet, options: tuple[Option, ...]) -> Answer | None:
        """EAP, if this client is one of those; the second different request is insisting."""
        asked = find_option(options, Lcp.AUTHENTICATION)
        if not self._manners.no_eap or asked is None or not asked.startswith(_EAP):
            return None
        if self._declined_eap and packet not in self._declined_eap:
            return None
        self._declined_eap.add(packet)
        data = build_options([INSTEAD_OF_EAP])
        return Answer(Packet(Code.CONFIGURE_NAK, packet.identifier, data), NO_EAP)


def _uncompressed(packet: Packet) -> Answer | None:
    """However often it is asked for: a header that cannot be read cannot be judged."""
    options = parse_options(packet.data)
    declined = [option for option in options if option.kind == IP_COMPRESSION]
    if not declined:
        return None
    data = build_options(declined)
    return Answer(Packet(Code.CONFIGURE_REJECT, packet.identifier, data), READABLE)
