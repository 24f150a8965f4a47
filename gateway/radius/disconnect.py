"""The answering end of Disconnect (RFC 5176): who may ask, what for, and which session is meant.

What does not prove to come from who has our secret is dropped without a word. A session is named by
whatever a request says of it, all of which must be right; without its id, which it has once and
never again, a time stamp must show that the request is of now.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from gateway.radius.account import Account, Nas
from gateway.radius.errors import NotMeant, Stale
from gateway.radius.numbers import FRESH, NOBODY, Code, ErrorCause, Kind
from gateway.radius.packet import (
    Attribute,
    Packet,
    build_packet,
    check_request,
    echoed,
    number,
    parse_packet,
    signed_answer,
    with_message_authenticator,
)
from gateway.radius.quirks import NEEDS_NO_STAMP
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint

AT_ONCE, A_SECOND = 20.0, 2.0  # requests
MOST_KEPT: Final = 64  # answers, for a request that comes again
NAMING: Final = frozenset(
    (
        Kind.ACCT_SESSION_ID,
        Kind.USER_NAME,
        Kind.NAS_PORT,
        Kind.FRAMED_IP_ADDRESS,
        Kind.CALLING_STATION_ID,
        Kind.CALLED_STATION_ID,
    )
)
# What changes nothing here (RFC 5176, 3.6), or was looked at elsewhere.
ALLOWED: Final = frozenset(
    (
        Kind.NAS_IP_ADDRESS,
        Kind.NAS_IDENTIFIER,
        Kind.REPLY_MESSAGE,
        Kind.STATE,
        Kind.CLASS,
        Kind.PROXY_STATE,
        Kind.ACCT_TERMINATE_CAUSE,
        Kind.EVENT_TIMESTAMP,
        Kind.MESSAGE_AUTHENTICATOR,
    )
)
_NAK: Final = {
    Code.DISCONNECT_REQUEST: Code.DISCONNECT_NAK,
    Code.COA_REQUEST: Code.COA_NAK,
}


@dataclass(frozen=True, slots=True)
class Wish:
    """A request to be believed; `refusal` is why it is not even looked for a session."""

    source: Endpoint
    request: Packet
    refusal: ErrorCause | None = None


@dataclass(slots=True)
class Answerer:
    """One server's requests, so many a second."""

    secret: bytes = field(repr=False)
    nas: Nas
    _left: float = AT_ONCE
    _when: float = 0.0
    _kept: dict[tuple[Endpoint, Packet], tuple[bytes, float]] = field(default_factory=dict)

    def receive(self, data: bytes, source: Endpoint, now: float, wall: float) -> Wish | bytes:
        """What is wished, or the answer that was given before. `RadiusError`: to be dropped."""
        request = parse_packet(data)
        if request.code not in _NAK:
            raise NotMeant(f"a packet with code {request.code}")
        check_request(request, self.secret)
        self._forget(now)
        if (source, request) in self._kept:
            return self._kept[source, request][0]
        self._left = min(AT_ONCE, self._left + (now - self._when) * A_SECOND) - 1
        self._when = now
        if self._left < 0:
            self._left = 0.0
            return Wish(source, request, ErrorCause.RESOURCES_UNAVAILABLE)
        return Wish(source, request, self._refusal(request, wall))

    def answer(self, wish: Wish, refusal: ErrorCause | None, now: float) -> bytes:
        """Yes, or no and why."""
        request = wish.request
        code, told = Code.DISCONNECT_ACK, tuple(echoed(request))
        if refusal is not None:
            code = _NAK[Code(request.code)]
            told = (number(Kind.ERROR_CAUSE, refusal), *told)
        found = Packet(code, request.identifier, NOBODY, told)
        found = with_message_authenticator(found, request.authenticator, self.secret)
        data = build_packet(signed_answer(found, request, self.secret))
        while len(self._kept) >= MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept[wish.source, request] = data, now
        return data

    def _forget(self, now: float) -> None:
        for key in [key for key, (_, when) in self._kept.items() if now - when > FRESH]:
            del self._kept[key]

    def _refusal(self, request: Packet, wall: float) -> ErrorCause | None:
        stamps = [int.from_bytes(one) for one in request.values(Kind.EVENT_TIMESTAMP)]
        if any(abs(wall - stamp) > FRESH for stamp in stamps):
            raise Stale("its time stamp is of another time: compare the clocks of both machines")
        if request.code == Code.COA_REQUEST:
            return ErrorCause.UNSUPPORTED_SERVICE
        kinds = {one.kind for one in request.attributes}
        if kinds - NAMING - ALLOWED:
            return ErrorCause.UNSUPPORTED_ATTRIBUTE
        if not self._is_us(request):
            return ErrorCause.NAS_MISMATCH
        if not kinds & NAMING or not (stamps or NEEDS_NO_STAMP in kinds):
            return ErrorCause.MISSING_ATTRIBUTE
        return None

    def _is_us(self, request: Packet) -> bool:
        addresses = set(request.values(Kind.NAS_IP_ADDRESS))
        names = set(request.values(Kind.NAS_IDENTIFIER))
        return addresses <= {self.nas.address} and names <= {self.nas.identifier.encode()}


def is_meant(request: Packet, account: Account) -> bool:
    """Whether all that it says of a session is true of this one."""
    known = {one.kind: one.value for one in _names(account)}
    return all(known.get(one.kind) == one.value for one in request.attributes if one.kind in NAMING)


def _names(account: Account) -> Iterator[Attribute]:
    yield Attribute(Kind.ACCT_SESSION_ID, account.session.encode())
    yield Attribute(Kind.USER_NAME, (account.user or account.machine).encode())
    yield number(Kind.NAS_PORT, account.port)
    yield Attribute(Kind.CALLING_STATION_ID, account.caller.encode())
    yield Attribute(Kind.CALLED_STATION_ID, account.called.encode())
    if account.framed:
        yield Attribute(Kind.FRAMED_IP_ADDRESS, host_bytes(account.framed))
