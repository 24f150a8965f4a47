"""A recording under way: what one client says from its first message on, until its dial is done.

The owner asks for it (`postern record`), for one client or one address, and it listens for a while.
Until a client has proved who it is, every dial is kept that may turn out to be the wanted one. What
is kept here is as it came and never leaves the process; a file is only made by `cut`.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from gateway.bridge.cutting import Places, cut_avps, cut_ike, cut_ppp
from gateway.control.recorded import MOST_LINES, Line
from gateway.crypto.mac import MD5, SHA1, equal
from gateway.ike.header import Header
from gateway.ike.keys import Keys
from gateway.ike.listen import Joiner, Listener
from gateway.ike.nat import either_port, nat_d_hash
from gateway.ike.numbers import (
    COOKIE,
    FLAG_COMMIT,
    NO_COOKIE,
    PORT_IKE,
    PORT_NATT,
    Exchange,
)
from gateway.l2tp.header import parse_header as parse_l2tp
from gateway.l2tp.messages import parse_body
from gateway.ppp.frame import has_packet, parse_packet, protocol_of
from gateway.wire.cursor import WireError
from gateway.wire.udp import Datagram, Endpoint

MOST_TAKES: Final = 16  # dials under way that may be the wanted one
LONGEST_MESSAGE: Final = 8192  # bytes
LONGEST_DIAL: Final = 90.0  # seconds after which there is nothing more to wait for
AFTERWARDS: Final = 5.0  # seconds of PPP after the session has opened
NAMES: Final[dict[int, str]] = {
    Exchange.MAIN: "main",
    Exchange.QUICK: "quick",
    Exchange.INFORMATIONAL: "notice",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as it came: an ISAKMP message, an L2TP control message or a PPP frame."""

    when: float
    by_client: bool
    layer: str
    data: bytes = field(repr=False)
    port: int = 0
    source: int = 0


@dataclass(slots=True, eq=False)
class Take:
    """One dial, by the cookie it began with. `client` and `keys` are there once it is proved."""

    began: float
    local: Endpoint
    peer: Endpoint
    dial: int = 0
    client: str = ""
    keys: Keys | None = field(default=None, repr=False)
    done_at: float = float("inf")
    heard: list[Heard] = field(default_factory=list, repr=False)

    def add(self, heard: Heard) -> None:
        """Once: what is sent again is the same message."""
        known = any(
            (one.by_client, one.data) == (heard.by_client, heard.data) for one in self.heard
        )
        if not known and len(self.heard) < MOST_LINES and len(heard.data) <= LONGEST_MESSAGE:
            self.heard.append(heard)


class Recorder:
    """`client` or `host` says who is wanted; `until` ends the listening, on the caller's clock."""

    def __init__(self, client: str | None, host: bytes | None, until: float) -> None:
        self.client, self.host, self.until = client, host, until
        self._takes: dict[bytes, Take] = {}  # by the initiator's cookie

    def ike(self, datagram: Datagram, now: float, *, by_client: bool) -> None:
        """An ISAKMP message without its marker."""
        peer, local = datagram.source, datagram.target
        if not by_client:
            peer, local = local, peer
        cookie = datagram.payload[:COOKIE]
        take = self._takes.get(cookie)
        if take is None:
            if not by_client or not self._begins(datagram, now):
                return
            take = self._takes[cookie] = Take(now, local, peer)
        take.add(Heard(now, by_client, "ike", datagram.payload, local.port, peer.port))

    def began(self, peer: Endpoint, dial: int) -> None:
        """The dial whose first message was just heard has this number."""
        for take in self._takes.values():
            if take.peer == peer and not take.dial:
                take.dial = dial

    def proved(self, cookie: bytes, dial: int, client: str, keys: Keys) -> None:
        """The dial that began with this cookie is that client's."""
        take = self._takes.get(cookie)
        if take is None:
            return
        if self.client is not None and client != self.client:
            del self._takes[cookie]
            return
        take.dial, take.client, take.keys = dial, client, keys
        if self.client is not None:
            self._takes = {cookie: take}

    def inside(self, dial: int, layer: str, data: bytes, now: float, *, by_client: bool) -> None:
        """What came or goes inside the client's ESP: L2TP's control messages and PPP's."""
        for take in self._takes.values():
            if take.dial == dial and take.client:
                take.add(Heard(now, by_client, layer, data))

    def opened(self, dial: int, now: float) -> None:
        """The session is there: only PPP's first words are still waited for."""
        for take in self._takes.values():
            if take.dial == dial:
                take.done_at = min(take.done_at, now + AFTERWARDS)

    def finished(self, now: float) -> Take | None:
        """The wanted dial, once it is over; of an address without a proof, as far as it came."""
        for take in self._takes.values():
            wanted = take.client or self.client is None
            if wanted and now >= min(take.done_at, take.began + LONGEST_DIAL):
                return take
        return None

    def dialling(self, now: float) -> bool:
        """Whether anybody wanted, or who may be, is heard at the moment."""
        return any(now - take.began < LONGEST_DIAL for take in self._takes.values())

    def _begins(self, datagram: Datagram, now: float) -> bool:
        """Whether to keep a dial that begins; the oldest without a proof makes room."""
        if datagram.payload[COOKIE : 2 * COOKIE] != NO_COOKIE:
            return False
        if self.host is not None and datagram.source.host != self.host:
            return False
        if any(take.client for take in self._takes.values()):
            return False  # it is found
        old = [cookie for cookie, take in self._takes.items() if now - take.began > LONGEST_DIAL]
        if self.client is not None:
            for cookie in old:
                del self._takes[cookie]
        if len(self._takes) >= MOST_TAKES:
            del self._takes[next(iter(self._takes))]
        return True


def cut(take: Take) -> tuple[Line, ...]:
    """What may be told of a take; messages that cannot be read are left out."""
    listener = Listener(take.keys)
    places = Places(take.local.host, take.peer.host)
    groups: dict[tuple[int, int], int] = {}  # exchange and message ID -> its place among its kind
    lines = []
    for heard in _whole(take.heard):
        try:
            what, parts = _READ[heard.layer](heard, listener, places, groups)
        except WireError:
            continue
        ms = round(1000 * (heard.when - take.began))
        source = heard.source if heard.source in (PORT_IKE, PORT_NATT) else 0
        lines.append(Line(ms, heard.by_client, heard.layer, what, heard.port, source, parts))
    return tuple(lines)


def _whole(messages: Iterable[Heard]) -> Iterator[Heard]:
    """Every message once: what IKE has cut to pieces is put together, and may have come again."""
    joiners = {True: Joiner(), False: Joiner()}
    seen: set[tuple[bool, bytes]] = set()
    for heard in messages:
        try:
            data = joiners[heard.by_client].take(heard.data) if heard.layer == "ike" else heard.data
        except WireError:
            continue
        if data is not None and (heard.by_client, data) not in seen:
            seen.add((heard.by_client, data))
            yield replace(heard, data=data)


Cut = tuple[str, tuple[str, ...]]
Groups = dict[tuple[int, int], int]


def _ike(heard: Heard, listener: Listener, places: Places, groups: Groups) -> Cut:
    header, payloads = listener.read(heard.data)
    places.fits = _fits(header, places, heard)
    key = header.exchange, header.message_id
    if key not in groups:
        groups[key] = 1 + sum(exchange == header.exchange for exchange, _ in groups)
    name = NAMES.get(header.exchange, "other")
    clear = "" if header.encrypted else " clear"
    commit = " commit" if header.flags & FLAG_COMMIT else ""
    return f"{name} {groups[key]}{clear}{commit}", cut_ike(header, payloads, places)


def _fits(header: Header, places: Places, heard: Heard) -> Callable[[bytes, bool], bool]:
    """Whether a NAT-D hash is of our end, or of the client's as it is seen from here."""
    cookies = header.cookie_i, header.cookie_r
    ours, theirs = Endpoint(places.gateway, heard.port), Endpoint(places.outside, heard.source)

    def fits(came: bytes, of_gateway: bool) -> bool:
        end = ours if of_gateway else theirs
        hashes = (
            nat_d_hash(hash, *cookies, one) for hash in (SHA1, MD5) for one in either_port(end)
        )
        return any(equal(each, came) for each in hashes)

    return fits


def _l2tp(heard: Heard, listener: Listener, places: Places, groups: Groups) -> Cut:
    header, raw = parse_l2tp(heard.data)
    body = parse_body(raw, None)
    mandatory = "m" if body.mandatory else "-"
    kind = f"0 0 {mandatory} as {body.message_type:04x}"
    return f"message {body.message_type}{' call' if header.call else ''}", (
        kind,
        *cut_avps(body.avps),
    )


def _ppp(heard: Heard, listener: Listener, places: Places, groups: Groups) -> Cut:
    protocol, at = protocol_of(heard.data)
    if not has_packet(protocol):
        return "frame", (f"{protocol:04x} 0 cut {len(heard.data) - at}",)
    head = "headed" if heard.data[:1] == b"\xff" else "bare"
    return head, cut_ppp(protocol, parse_packet(heard.data, at))


_READ: Final[dict[str, Callable[[Heard, Listener, Places, Groups], Cut]]] = {
    "ike": _ike,
    "l2tp": _l2tp,
    "ppp": _ppp,
}
