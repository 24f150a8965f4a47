"""What is wanted of the kernel for a leg and for a session, worked out of what they are now.

One frozen value each: whoever compares it with the one before knows what has to be done. Nothing
here is remembered; `carrier.py` does that.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from gateway.bridge.classify import Kind
from gateway.bridge.client_leg import ClientLeg, Pair
from gateway.bridge.pptp_leg import PptpLeg
from gateway.esp.numbers import HEADER, ICV, TRAILER
from gateway.esp.sa import ENDLESS, Half
from gateway.esp.suites import Suite, find_suite, split_keymat
from gateway.paths import (
    Abilities,
    GreEnd,
    L2tpEnd,
    LegPath,
    PptpEnd,
    Sa,
    Shielding,
    worker_of,
)
from gateway.wire.udp import Endpoint

if TYPE_CHECKING:
    from gateway.bridge.session import Session

PlaceOf = Callable[[ClientLeg, Any, str], int]
"""Where the word is that somebody of a client's counts in, by the field it is in; 0: nowhere."""
UNSURE: Final = 1  # packets of a pair that is not confirmed, after which we want to know
# Kernel bytes that a lifetime stands for at most: small packets are little more than headers.
HARD_SHARE, HARD_LEAST = 8, 1 << 16
UNCOUNTED: Final = ENDLESS // (2 * HARD_SHARE)  # bytes: a longer lifetime is as good as none
LINGER: Final = (
    120.0  # seconds for which the kernel keeps what should have ended, if nobody says so
)
LONGEST: Final = 1 << 32  # seconds


@dataclass(slots=True)
class Handover:
    """Where a pair stood when the kernel took it over, and the limits that hold since."""

    sent: int
    heard: int
    seen: int
    seconds: int
    soft: dict[bool, int | None] = field(default_factory=dict)  # kernel bytes, by "inbound"
    hard: dict[bool, int | None] = field(default_factory=dict)


def hand_over(pair: Pair, now: float) -> Handover:
    """The pair as it is now, in user space."""
    heard, seen = pair.inbound.window()
    left = min(max(0.0, pair.until - now) + LINGER, LONGEST)
    found = Handover(pair.outbound.sequence, heard, seen, int(left))
    for inbound, half in ((True, pair.inbound), (False, pair.outbound)):
        payload = None if half.limit >= UNCOUNTED else max(1, half.limit - half.payload_bytes)
        found.soft[inbound] = payload
        found.hard[inbound] = None if payload is None else HARD_LEAST + HARD_SHARE * payload
    return found


def leg_path(
    leg: ClientLeg,
    virtual: bytes,
    handovers: dict[int, Handover],
    tunnel: int,
    mapped: bool,
    place: PlaceOf | None = None,
) -> LegPath:
    """The leg, with those of its pairs that have been handed over (by our SPI). `place`: a worker
    is to have it, which counts in words."""
    pairs = [pair for spi, pair in leg.pairs.items() if spi in handovers]
    current = leg.current
    outbound = None
    if current is not None and current.inbound.spi in handovers:
        outbound = _sa(leg, current, handovers[current.inbound.spi], place, inbound=False)
    return LegPath(
        virtual=virtual,
        near=leg.local.host,
        peer=place_of(leg),
        port=leg.client_port,
        inbound=tuple(
            _sa(leg, pair, handovers[pair.inbound.spi], place, inbound=True) for pair in pairs
        ),
        outbound=outbound,
        tunnel=tunnel,
        mapped=mapped,
    )


def place_of(leg: ClientLeg) -> Endpoint:
    """Where its ESP is sent; port 0 if it is not in UDP."""
    there = leg.place.esp
    plain = leg.current is not None and leg.current.carrier is Kind.ESP
    return Endpoint(there.host, 0) if plain else there


def l2tp_end(leg: ClientLeg, number: int, tunnel: int, call: int, peer_call: int) -> L2tpEnd:
    return L2tpEnd(number, tunnel, leg.peer_tunnels.get(tunnel, 0), call, peer_call)


def pptp_end(leg: ClientLeg, inside: PptpLeg, place: PlaceOf) -> PptpEnd:
    """A call whose GRE is the kernel's, or a worker's."""
    peer_call = inside.peer_call if inside.is_up else None
    gre = None
    if inside.worked:
        places = [place(leg, inside.gre, name) for name in ("sent", "heard")]
        gre = GreEnd(inside.window, inside.strict, inside.speaker, *places)
    return PptpEnd(inside.source, inside.server.host, inside.call_id, peer_call, gre)


def shielding(session: "Session") -> Shielding | None:
    """What a worker's shield goes by; None: there is to be none."""
    kept = session.crossing.kept().shield
    if kept is None:
        return None
    return Shielding(kept.most, kept.mss, kept.short, kept.bare, kept.compressed)


def why_not(leg: ClientLeg, abilities: Abilities) -> str:
    """Why the kernel cannot carry this client's ESP; nothing if it can."""
    if abilities.lacks:
        return abilities.lacks
    for pair in leg.pairs.values():
        why = why_not_pair(pair, abilities)
        if why:
            return why
    return ""


def why_not_pair(pair: Pair, abilities: Abilities) -> str:
    suite = find_suite(pair.suite)
    if abilities.workers and not worker_of(pair.inbound.spi, abilities.workers):
        return "its packets come by the daemon's own queue"
    if pair.carrier is Kind.ESP_ON_500:
        if abilities.workers:
            return "the client speaks draft 00 or 01 of NAT traversal, and no worker does"
        return "the client speaks draft 00 or 01 of NAT traversal, which the kernel does not"
    if pair.carrier is Kind.ESP_IN_UDP and not abilities.udp:
        return "the kernel does not take ESP out of UDP"
    if (suite.cipher.name, suite.hash.name) not in abilities.suites:
        return f"the kernel does not have {pair.suite}"
    return ""


def payload_of(suite: Suite, counted: int, packets: int) -> int:
    """Of the bytes that the kernel counts, those that are payload; padding counts as payload."""
    each = HEADER + suite.cipher.block + TRAILER + ICV
    return max(0, counted - each * packets)


def next_soft(half: Half, counted: int) -> int:
    """After how many kernel bytes the lifetime can be over at the earliest."""
    return counted + max(1, half.limit - half.payload_bytes)


def _sa(
    leg: ClientLeg, pair: Pair, handover: Handover, place: PlaceOf | None, *, inbound: bool
) -> Sa:
    suite = find_suite(pair.suite)
    half = pair.inbound if inbound else pair.outbound
    keymat = pair.keymat_in if inbound else pair.keymat_out
    cipher_key, digest_key = split_keymat(suite, keymat)
    return Sa(
        spi=half.spi,
        cipher=suite.cipher.name,
        cipher_key=cipher_key,
        digest=suite.hash.name,
        digest_key=digest_key,
        sequence=handover.heard if inbound else handover.sent,
        seen=handover.seen if inbound else 0,
        soft_packets=UNSURE if inbound and not pair.confirmed else None,
        soft_bytes=handover.soft[inbound],
        hard_bytes=handover.hard[inbound],
        seconds=handover.seconds,
        retired=place is not None and pair.retired,
        word=0 if place is None else place(leg, half, "word"),
    )
