"""PPP seen in passing: what came up, what did not, and why (RFC 1661, 1332, 1962).

Nothing is changed here and nothing secret is kept. The caller shows each frame as the side that
must obey it sees it: requests after clamping, answers before.
"""

from gateway.ppp.auth import Auth, method_of, text_of
from gateway.ppp.echo import Echo
from gateway.ppp.errors import PppError
from gateway.ppp.events import (
    AuthRefused,
    CcpOpened,
    CcpRefused,
    EncryptionWanted,
    IpOpened,
    LcpOpened,
    NotConverging,
    PeerIdentified,
    PppEvent,
    ProtocolRejected,
    Terminated,
)
from gateway.ppp.frame import Packet, parse_packet, protocol_of
from gateway.ppp.negotiation import Half, Negotiation, describe
from gateway.ppp.numbers import (
    DEFAULT_MRU,
    EVENT_BURST,
    EVENT_RATE,
    IP_ADDRESS,
    MPPC,
    MPPE,
    MPPE_40,
    MPPE_56,
    MPPE_128,
    MPPE_STATELESS,
    NAMES,
    Code,
    Lcp,
    Protocol,
)
from gateway.ppp.options import Option, find_option, parse_options
from gateway.ppp.quirks import ras_error
from gateway.wire.ipv4 import host_text


class Watch:
    """One link. Frames that are no control packets, or false ones, tell nothing."""

    def __init__(self) -> None:
        self._lcp = Negotiation(Protocol.LCP)
        self._ipcp = Negotiation(Protocol.IPCP)
        self._ccp = Negotiation(Protocol.CCP)
        self._auth = Auth()
        self._echo = Echo()
        self._refused = ""  # the authentication whose refusal was reported
        self._ending = False  # Terminate-Requests are repeated, the event is not
        self._wanted = False  # the server has asked for MPPE
        self._budget, self._counted = EVENT_BURST, float("inf")

    def see(self, frame: bytes, from_client: bool, now: float) -> list[PppEvent]:
        try:
            protocol, at = protocol_of(frame)
            if protocol not in _KNOWN:
                return []
            packet = parse_packet(frame, at)
            events = self._see_packet(Protocol(protocol), packet, from_client)
        except PppError:
            return []
        return self._afford(events, now) if events else events

    def _afford(self, events: list[PppEvent], now: float) -> list[PppEvent]:
        """No peer may fill a journal: so many events at once, so many a second."""
        earned = max(0.0, now - self._counted) * EVENT_RATE
        self._counted = now
        self._budget = min(EVENT_BURST, self._budget + earned)
        events = events[: int(self._budget)]
        self._budget -= len(events)
        return events

    def _see_packet(self, protocol: Protocol, packet: Packet, from_client: bool) -> list[PppEvent]:
        match protocol:
            case Protocol.LCP:
                return self._see_lcp(packet, from_client)
            case Protocol.IPCP:
                return self._see_ipcp(packet, from_client)
            case Protocol.CCP:
                return self._see_ccp(packet, from_client)
            case _:
                return self._auth.see(protocol, packet, from_client)

    def _see_lcp(self, packet: Packet, from_client: bool) -> list[PppEvent]:
        match packet.code:
            case Code.TERMINATE_REQUEST:
                return self._terminated(packet.data, from_client)
            case Code.ECHO_REQUEST | Code.ECHO_REPLY:
                return self._echo.see(packet.code, from_client)
            case Code.PROTOCOL_REJECT:
                return _protocol_rejected(packet.data, from_client)
            case Code.IDENTIFICATION:
                return [PeerIdentified(from_client, text_of(packet.data[4:]))]
        if packet.code == Code.CONFIGURE_REQUEST:
            self._ending = False
        opened = self._lcp.see(packet, from_client)
        events = self._auth_refused(packet, from_client)
        return [*events, self._lcp_opened()] if opened else [*events, *_stuck(self._lcp, packet)]

    def _lcp_opened(self) -> LcpOpened:
        demanded = find_option(self._lcp.server.options, Lcp.AUTHENTICATION)
        self._auth.method = method_of(demanded) if demanded else ""
        options = self._lcp.server.options
        return LcpOpened(
            _mru(self._lcp.client),
            _mru(self._lcp.server),
            self._auth.method or "none",
            short=find_option(options, Lcp.PFC) is not None,
            bare=find_option(options, Lcp.ACFC) is not None,
        )

    def _auth_refused(self, packet: Packet, from_client: bool) -> list[PppEvent]:
        """The client answers Nak or Reject to the authentication the server asks for."""
        refusals = (Code.CONFIGURE_NAK, Code.CONFIGURE_REJECT)
        if not from_client or packet.code not in refusals:
            return []
        offered = find_option(self._lcp.server.options, Lcp.AUTHENTICATION)
        wanted = find_option(parse_options(packet.data), Lcp.AUTHENTICATION)
        if offered is None or wanted is None or method_of(offered) == self._refused:
            return []
        self._refused = method_of(offered)
        instead = method_of(wanted) if packet.code == Code.CONFIGURE_NAK else ""
        return [AuthRefused(self._refused, instead)]

    def _terminated(self, data: bytes, by_client: bool) -> list[PppEvent]:
        for negotiation in (self._lcp, self._ipcp, self._ccp):
            negotiation.down()
        if self._ending:
            return []
        self._ending = True
        return [Terminated(by_client, ras_error(data) or text_of(data))]

    def _see_ipcp(self, packet: Packet, from_client: bool) -> list[PppEvent]:
        if not self._ipcp.see(packet, from_client):
            return _stuck(self._ipcp, packet)
        return [IpOpened(_address(self._ipcp.client), _address(self._ipcp.server))]

    def _see_ccp(self, packet: Packet, from_client: bool) -> list[PppEvent]:
        if packet.code == Code.TERMINATE_REQUEST:
            self._ccp.down()
            return [CcpRefused(from_client, "no method in common")]
        if not self._ccp.see(packet, from_client):
            wanted = [] if from_client else self._encryption_wanted(packet)
            return [*wanted, *_stuck(self._ccp, packet)]
        client, server = self._ccp.client.options, self._ccp.server.options
        encrypted = _encrypts(client) and _encrypts(server)
        return [CcpOpened(_methods(client), _methods(server), encrypted)]

    def _encryption_wanted(self, packet: Packet) -> list[PppEvent]:
        if self._wanted or packet.code != Code.CONFIGURE_REQUEST:
            return []
        self._wanted = _encrypts(parse_options(packet.data))
        return [EncryptionWanted()] if self._wanted else []


_KNOWN = frozenset(Protocol)


def _stuck(negotiation: Negotiation, packet: Packet) -> list[PppEvent]:
    if packet.code != Code.CONFIGURE_REQUEST or not negotiation.stuck:
        return []
    return [NotConverging(negotiation.protocol.name, negotiation.explain())]


def _protocol_rejected(data: bytes, by_client: bool) -> list[PppEvent]:
    number = int.from_bytes(data[:2], "big")
    if number == Protocol.CCP:
        return [CcpRefused(by_client, "protocol rejected")]
    return [ProtocolRejected(by_client, NAMES.get(number, f"protocol {number:#06x}"))]


def _mru(half: Half) -> int:
    data = find_option(half.options, Lcp.MRU)
    return int.from_bytes(data, "big") if data and len(data) == 2 else DEFAULT_MRU


def _address(half: Half) -> str:
    data = find_option(half.options, IP_ADDRESS)
    return host_text(data) if data and len(data) == 4 else ""


def _mppe_bits(options: tuple[Option, ...]) -> int:
    data = find_option(options, MPPE)
    return int.from_bytes(data, "big") if data and len(data) == 4 else 0


def _encrypts(options: tuple[Option, ...]) -> bool:
    return bool(_mppe_bits(options) & (MPPE_40 | MPPE_56 | MPPE_128))


def _methods(options: tuple[Option, ...]) -> str:
    """The methods one side takes, with what MPPE's bits mean spelt out."""
    others = describe(Protocol.CCP, [option for option in options if option.kind != MPPE])
    return ", ".join(part for part in (_mppe_text(_mppe_bits(options)), others) if part)


def _mppe_text(bits: int) -> str:
    strengths = ((MPPE_128, "128"), (MPPE_56, "56"), (MPPE_40, "40"))
    strength = "/".join(text for bit, text in strengths if bits & bit)
    history = "stateless" if bits & MPPE_STATELESS else "stateful"
    mppe = f"MPPE {strength} bit {history}" if strength else ""
    return ", ".join(part for part in (mppe, "MPPC" if bits & MPPC else "") if part)
