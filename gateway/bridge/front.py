"""Standing in front of a server: which packets on their way to it go on, untouched.

Nothing is remembered for this. A packet is taken up if it belongs to something that is here. What
begins something new is taken up unless the server can deal with it itself; what is of neither kind
is the server's, such as the later messages of those who were let through, also by an earlier
daemon or while there was none.

The server knows no NAT traversal: it has nothing on UDP 4500, and a client that offers to traverse
a NAT may need to. One that does not, and offers a suite that the server takes, does not need us.
"""

from gateway.bridge.classify import Kind, classify, ike_datagram
from gateway.bridge.clients import Clients
from gateway.control.config import Config
from gateway.control.schema_routes import L2TP_IPSEC
from gateway.ike.choice import choose_ike
from gateway.ike.header import Header, is_version_1, parse_header
from gateway.ike.nat import choose_variant
from gateway.ike.numbers import NO_COOKIE, PRE_SHARED_KEY, RSA_SIGNATURES, Exchange
from gateway.ike.offer import Offer, parse_offer
from gateway.ike.proposals import IKE_SUITES
from gateway.wire.cursor import WireError
from gateway.wire.ipv4 import PROTOCOL_AH
from gateway.wire.udp import Datagram

PORT_IKE = 500
METHODS = (PRE_SHARED_KEY, RSA_SIGNATURES)  # how a server lets its clients prove who they are
SPI = 4  # bytes
PROTOCOL = 9  # where an IPv4 header has it
LATER = frozenset({Exchange.MAIN, Exchange.QUICK, Exchange.INFORMATIONAL})  # what old ends speak


class InFront:
    """The one who decides; `follow` tells it of a new configuration."""

    def __init__(self, config: Config, clients: Clients) -> None:
        self.passed = 0
        self._clients = clients
        self.follow(config)

    def follow(self, config: Config) -> None:
        self._front = config.front
        self._natt = config.outside.natt
        self._takes = takes_of(config)

    def lets_pass(self, packet: bytes) -> bool:
        """Whether an IPv4 packet for one of the servers is none of ours."""
        goes_on = self._is_the_servers(packet)
        self.passed += goes_on
        return goes_on

    def _is_the_servers(self, packet: bytes) -> bool:
        suites = self._takes.get(packet[16:20])
        if not suites:
            return False  # it has no IPsec
        if packet[PROTOCOL] == PROTOCOL_AH:
            return True  # nobody here speaks it
        kind, start, end = classify(packet)
        if kind is Kind.ESP:
            spi = int.from_bytes(packet[start : start + SPI], "big")
            return spi not in self._clients.by_spi
        if kind is not Kind.IKE:
            return False  # broken, or NAT traversal's
        datagram = ike_datagram(packet, start, end)
        if datagram.target.port != PORT_IKE:
            return False
        try:
            return self._is_the_servers_ike(datagram, suites)
        except WireError:
            return False

    def _is_the_servers_ike(self, datagram: Datagram, suites: frozenset[str]) -> bool:
        header, body = parse_header(datagram.payload)
        if not is_version_1(header) or not body:
            return False
        if header.cookie_r != NO_COOKIE:
            if header.exchange not in LATER:
                return False
            return header.cookie_i + header.cookie_r not in self._clients.ike.sas.phases
        if not _begins_main_mode(header):
            return False  # nothing that an old server knows
        offer = parse_offer(header, body)
        if any(network.holds(datagram.source.host) for network in self._front.direct):
            return True
        return choose_variant(offer.vendors, self._natt) is None and _takes_one(offer, suites)


def takes_of(config: Config) -> dict[bytes, frozenset[str]]:
    """The IKE suites that each server can take; none for one without IPsec."""
    found: dict[bytes, frozenset[str]] = dict.fromkeys(config.front.servers, frozenset())
    for route in config.routes:
        for server in route.servers if route.kind == L2TP_IPSEC else ():
            if server.host in found:
                found[server.host] |= frozenset(route.ike)
    return found


def _begins_main_mode(header: Header) -> bool:
    return header.exchange == Exchange.MAIN and not header.encrypted


def _takes_one(offer: Offer, suites: frozenset[str]) -> bool:
    ours = [IKE_SUITES[name] for name in suites]
    return choose_ike(offer.association, ours, dict.fromkeys(METHODS, suites)) is not None
