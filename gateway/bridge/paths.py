"""What is wanted of the kernel for a leg and for a session, worked out of what they are now.

One frozen value each: whoever compares it with the one before knows what has to be done. Nothing
here is remembered; `carrier.py` does that.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Final

from gateway.bridge.classify import Kind
from gateway.bridge.client_leg import ClientLeg, Pair
from gateway.bridge.l2tp_leg import L2tpLeg
from gateway.bridge.trunk import Trunk
from gateway.esp.numbers import HEADER, ICV, TRAILER
from gateway.esp.sa import ENDLESS, Half
from gateway.esp.suites import Suite, find_suite, split_keymat
from gateway.paths import (
    Abilities,
    L2tpEnd,
    LegPath,
    Sa,
    worker_of,
)
from gateway.wire.udp import Endpoint

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


def hand_over(pair: Pair, now: float, share: float = 1.0) -> Handover:
    """The pair as it is now, in user space. What is told first is `share` of its lifetime."""
    heard, seen = pair.inbound.window()
    left = min(max(0.0, pair.until - now) + LINGER, LONGEST)
    found = Handover(pair.outbound.sequence, heard, seen, int(left))
    for inbound, half in ((True, pair.inbound), (False, pair.outbound)):
        if half.limit >= UNCOUNTED:
            found.soft[inbound] = found.hard[inbound] = None
            continue
        found.soft[inbound] = next_soft(half, 0, share)
        left_over = max(1, half.limit - half.payload_bytes)
        found.hard[inbound] = HARD_LEAST + HARD_SHARE * left_over
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
        outbound = _sa(current, handovers[current.inbound.spi], inbound=False)
        if place is not None:
            outbound = replace(outbound, word=place(leg, current.outbound, "word"))
    inbound = [
        _sa(pair, handovers[pair.inbound.spi], inbound=True, unsure=not pair.confirmed)
        for pair in pairs
    ]
    if place is not None:
        inbound = [
            replace(sa, retired=pair.retired, word=place(leg, pair.inbound, "word"))
            for sa, pair in zip(inbound, pairs, strict=True)
        ]
    return LegPath(
        virtual=virtual,
        near=leg.local.host,
        peer=place_of(leg),
        port=leg.client_port,
        inbound=tuple(inbound),
        outbound=outbound,
        tunnel=tunnel,
        mapped=mapped,
    )


def trunk_path(trunk: Trunk, virtual: bytes, handovers: dict[int, Handover]) -> LegPath:
    """The same of the way to a native server: of each pair it is told when the server has used it.

    The server's L2TP is heard from the one port that it has spoken from.
    """
    current, outbound = trunk.keys.current, None
    if current is not None:
        outbound = _sa(current, handovers[current.inbound.spi], inbound=False)
    return LegPath(
        virtual=virtual,
        near=trunk.local,
        peer=Endpoint(trunk.server.host, 0),
        port=trunk.server_port,
        inbound=tuple(
            _sa(pair, handovers[spi], inbound=True, unsure=pair.inbound.heard_at is None)
            for spi, pair in trunk.keys.pairs.items()
        ),
        outbound=outbound,
        tunnel=trunk.lac.tunnel,
    )


def place_of(leg: ClientLeg) -> Endpoint:
    """Where its ESP is sent; port 0 if it is not in UDP."""
    there = leg.place.esp
    plain = leg.current is not None and leg.current.carrier is Kind.ESP
    return Endpoint(there.host, 0) if plain else there


def trunk_end(leg: L2tpLeg, number: int) -> L2tpEnd:
    """A call's end inside, in the trunk that the kernel has under this number."""
    lac = leg.trunk.lac
    return L2tpEnd(number, lac.tunnel, lac.peer_tunnel, leg.call_id, leg.peer_call)


def l2tp_end(leg: ClientLeg, number: int, tunnel: int, call: int, peer_call: int) -> L2tpEnd:
    return L2tpEnd(number, tunnel, leg.peer_tunnels.get(tunnel, 0), call, peer_call)


def why_not(leg: ClientLeg, abilities: Abilities) -> str:
    """Why the kernel cannot carry this client's ESP; nothing if it can."""
    if abilities.lacks:
        return abilities.lacks
    return why_not_pairs(leg.pairs.values(), abilities)


def why_not_pairs(pairs: Iterable[Pair], abilities: Abilities) -> str:
    return next(filter(None, (why_not_pair(pair, abilities) for pair in pairs)), "")


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


def nowhere(leg: ClientLeg, owner: Any, name: str) -> int:
    """Nothing outlives this process."""
    return 0


def payload_of(suite: Suite, counted: int, packets: int) -> int:
    """Of the bytes that the kernel counts, those that are payload; padding counts as payload."""
    each = HEADER + suite.cipher.block + TRAILER + ICV
    return max(0, counted - each * packets)


def next_soft(half: Half, counted: int, share: float = 1.0) -> int:
    """After how many kernel bytes the lifetime can be over at the earliest, or this share of it if
    that is still to come."""
    early = int(share * half.limit) - half.payload_bytes
    return counted + (early if early > 0 else max(1, half.limit - half.payload_bytes))


def _sa(pair: Pair, handover: Handover, *, inbound: bool, unsure: bool = False) -> Sa:
    """`unsure`: whether the peer has it, so the first packet by it is told."""
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
        soft_packets=UNSURE if unsure else None,
        soft_bytes=handover.soft[inbound],
        hard_bytes=handover.hard[inbound],
        seconds=handover.seconds,
    )
