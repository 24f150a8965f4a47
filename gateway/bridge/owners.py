"""Whose packet it is: for whoever looks on, and only while somebody does.

ESP names its client by its SPI. IKE names nobody until the fifth message, so a phase 1 is followed
by its cookie, and what came before is held until it is known whose it was.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gateway.bridge.classify import Kind, classify, endpoints
from gateway.bridge.client_leg import CARRIERS, ClientLeg
from gateway.bridge.gateway import Gateway
from gateway.bridge.opened import Keys, inbound_keys, outbound_keys, sent_by
from gateway.bridge.overheard import Overheard
from gateway.esp.numbers import SPI
from gateway.ike.numbers import COOKIE, NO_COOKIE
from gateway.wire.ipv4 import HEADER, PROTOCOL_UDP

MOST_TALKS: Final = 64  # phase 1 that are followed, the newest
COOKIES: Final = 2 * COOKIE


@dataclass(frozen=True, slots=True)
class Seen:
    """A packet on its way outside; `opened` is the whole packet in the clear, if it could be."""

    packet: bytes
    when: float
    inbound: bool
    opened: bytes | None = None
    is_esp: bool = False  # what was opened may hold passwords and users' data


@dataclass(slots=True, eq=False)
class Owner:
    """As much as is known by now. `host` is the client's outside address."""

    host: bytes
    client: str = ""  # whose key was proved
    leg: ClientLeg | None = None
    overheard: Overheard | None = None  # of IKE alone
    cookies: bytes = b""
    held: list[Seen] = field(default_factory=list)


class Found(NamedTuple):
    """A packet's owner, what it is, and the keys that open it where they are known."""

    owner: Owner
    kind: Kind
    start: int
    end: int
    keys: Keys | None = None


class Owners:
    """Asks the gateway's tables, and changes nothing in them."""

    def __init__(self, gateway: Gateway) -> None:
        self._gateway = gateway
        self.talks: OrderedDict[bytes, Owner] = OrderedDict()  # by the initiator's cookie

    def find(self, packet: bytes, *, inbound: bool) -> Found:
        """Before the gateway has it, if it comes in: afterwards it may be forgotten there."""
        kind, start, end = classify(packet if inbound else _turned(packet))
        host = packet[12:16] if inbound else packet[16:20]
        if kind is Kind.IKE:
            return Found(self._talk(packet[start:end], host), kind, start, end)
        if kind in CARRIERS:
            return self._esp(packet, kind, start, end, host, inbound)
        owner = Owner(host)
        if kind is Kind.KEEPALIVE:
            owner.leg = self._leg_at(packet)
            owner.client = owner.leg.client if owner.leg is not None else ""
        return Found(owner, kind, start, end)

    def learn(self, owner: Owner) -> None:
        """What the gateway knows of a phase 1 by now: who it is, and its keys."""
        clients = self._gateway.clients
        phase = clients.ike.sas.phases.get(owner.cookies)
        if owner.overheard is None or phase is None:
            return
        owner.overheard.learn(phase)
        known = clients.phases.get(phase.sa)
        if known is not None:
            owner.client, owner.leg = known.client or owner.client, known.leg or owner.leg

    def is_over(self, owner: Owner) -> bool:
        """Whether a phase 1 will not prove anything any more."""
        return owner.cookies not in self._gateway.clients.ike.sas.phases

    def _talk(self, message: bytes, host: bytes) -> Owner:
        cookie = message[:COOKIE]
        owner = self.talks.get(cookie)
        if owner is None:
            owner = self.talks[cookie] = Owner(host, overheard=Overheard())
            if len(self.talks) > MOST_TALKS:
                self.talks.popitem(last=False)
        if message[COOKIE:COOKIES] != NO_COOKIE:
            owner.cookies = message[:COOKIES]
        self.learn(owner)
        return owner

    def _esp(
        self, packet: bytes, kind: Kind, start: int, end: int, host: bytes, inbound: bool
    ) -> Found:
        clients = self._gateway.clients
        if inbound:
            known = clients.by_spi.get(int.from_bytes(packet[start : start + SPI], "big"))
        else:
            known = sent_by(packet, start, clients.living())
        if known is None:
            return Found(Owner(host), kind, start, end)
        leg, pair = known
        keys = inbound_keys(pair) if inbound else outbound_keys(pair)
        return Found(Owner(host, leg.client, leg), kind, start, end, keys)

    def _leg_at(self, packet: bytes) -> ClientLeg | None:
        there, _ = endpoints(packet)
        for leg in self._gateway.clients.living():
            if there in (leg.place.esp, leg.place.ike):
                return leg
        return None


def _turned(packet: bytes) -> bytes:
    """A packet of ours as if it came in: `classify` knows what it is by the port of this end."""
    if packet[9] != PROTOCOL_UDP:
        return packet
    ports = packet[HEADER + 2 : HEADER + 4] + packet[HEADER : HEADER + 2]
    return packet[:HEADER] + ports + packet[HEADER + 4 :]
