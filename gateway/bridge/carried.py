"""What the kernel carries of a client, as values that outlive this process, and taken up again.

The kernel goes on without us, and how far it has counted only it knows. So nothing of it is made
anew from these values: it has to be there still, or has come to its end.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from gateway.bridge.carrier import Carrier
from gateway.bridge.client_leg import ClientLeg, Pair
from gateway.bridge.paths import LONGEST, Handover
from gateway.bridge.session import Session
from gateway.bridge.tracks import CallTrack, LegTrack
from gateway.esp.numbers import LAST_SEQUENCE
from gateway.paths import Left

Figures = tuple[int, int, int, int]  # as in `LegTrack.counted` and `CallTrack.counted`
NOTHING: Final[Figures] = (0, 0, 0, 0)
MOST_BYTES: Final = 1 << 62
AHEAD: Final = 1 << 16  # numbers that the kernel may send until its SA is taken away


@dataclass(frozen=True, slots=True)
class PairCarried:
    """One `Handover`, by our SPI; and what was counted of both halves."""

    spi: int
    sent: int
    heard: int
    seconds: int
    soft: tuple[int | None, int | None]  # out and in
    hard: tuple[int | None, int | None]
    counted_in: Figures
    counted_out: Figures


@dataclass(frozen=True, slots=True)
class LegCarried:
    number: int
    tunnel: int
    mapped: bool
    pairs: tuple[PairCarried, ...]


@dataclass(frozen=True, slots=True)
class CallCarried:
    """A call whose GRE is the kernel's."""

    joined: bool
    counted: Figures


def in_transit(leg: ClientLeg) -> bool:
    """The kernel has yet to say how far it has counted: nobody could go on from here."""
    track = leg.track
    if isinstance(track, LegTrack) and not track.by_words:
        return track.asked is None or any(
            pair.held_by != track.number for pair in leg.pairs.values()
        )
    return track is None and any(pair.held_by and not pair.by_words for pair in leg.pairs.values())


def describe_leg(leg: ClientLeg) -> LegCarried | None:
    """None while the kernel has nothing of it."""
    track = leg.track
    if not isinstance(track, LegTrack) or track.by_words:
        return None
    pairs = (_describe_pair(track, pair) for pair in leg.pairs.values())
    return LegCarried(track.number, track.tunnel, track.mapped, tuple(pairs))


def describe_call(session: Session) -> CallCarried | None:
    track = session.track
    if not isinstance(track, CallTrack) or not track.key or track.by_words:
        return None
    return CallCarried(track.joined, track.counted)


def can_be_had(carrier: Carrier, value: LegCarried | None, pairs: Iterable[int]) -> bool:
    """Whether there may be such a leg, whose `pairs` are those with our SPIs."""
    if value is None:
        return True
    known = carrier.has_number(value.number) and value.number not in carrier.legs
    return known and {each.spi for each in value.pairs} == set(pairs) and _is_sound(value)


def numbers_of(
    carrier: Carrier, value: LegCarried | None, pair: tuple[int, int], sends: bool, left: Left
) -> tuple[int, int]:
    """How far both halves of a pair, by our SPI and the peer's, have counted in the kernel: heard
    and sent. Of what is not there any more nothing is heard, and nothing sent: both are used up.
    """
    ours, theirs = pair
    if value is None or ours not in {each.spi for each in value.pairs}:
        return 0, 0
    virtual = carrier.virtual(value.number)
    heard = left.standing.get((virtual, ours, True), LAST_SEQUENCE)
    sent = left.standing.get((virtual, theirs, False), LAST_SEQUENCE) if sends else 0
    return heard, min(sent + AHEAD, LAST_SEQUENCE) if sends else 0


def take_up_leg(carrier: Carrier, leg: ClientLeg, value: LegCarried, left: Left) -> None:
    """The kernel carries the leg, whose pairs are there, as it did."""
    track = LegTrack(value.number, carrier.virtual(value.number), leg, carrier)
    track.tunnel, track.mapped, track.inherited = value.tunnel, value.mapped, True
    for each in value.pairs:
        _take_up_pair(track, leg.pairs[each.spi], each, left)
    carrier.take_up(track)


def take_up_call(session: Session, value: CallCarried | None) -> None:
    """The kernel has the call's end inside; and if it has joined it, it goes on doing so."""
    track = session.track
    if value is None or not isinstance(track, CallTrack) or not track.key:
        return
    track.inherited = track.heard = True
    if value.joined and not track.why and session.leg.track is not None:
        track.joined, track.told, track.counted = True, True, value.counted


def settle_leg(carrier: Carrier, leg: ClientLeg) -> None:
    """All sessions of a leg that go on have been taken up: its tunnel may be free for others."""
    if isinstance(leg.track, LegTrack):
        carrier.free_tunnel(leg.track)


def _is_sound(value: LegCarried) -> bool:
    """Whether every number fits the field of a message to the kernel."""
    numbers = [number for each in value.pairs for number in (each.spi, each.sent, each.heard)]
    limits = [limit for each in value.pairs for limit in (*each.soft, *each.hard)]
    return (
        all(0 <= number <= LAST_SEQUENCE for number in numbers)
        and all(limit is None or 0 < limit < MOST_BYTES for limit in limits)
        and all(0 <= each.seconds <= LONGEST for each in value.pairs)
    )


def _describe_pair(track: LegTrack, pair: Pair) -> PairCarried:
    spi = pair.inbound.spi
    handover = track.handovers[spi]
    return PairCarried(
        spi=spi,
        sent=handover.sent,
        heard=handover.heard,
        seconds=handover.seconds,
        soft=(handover.soft[False], handover.soft[True]),
        hard=(handover.hard[False], handover.hard[True]),
        counted_in=track.counted.get((spi, True), NOTHING),
        counted_out=track.counted.get((pair.outbound.spi, False), NOTHING),
    )


def _take_up_pair(track: LegTrack, pair: Pair, value: PairCarried, left: Left) -> None:
    spi = value.spi
    handover = Handover(value.sent, value.heard, 0, value.seconds)
    handover.soft = {False: value.soft[0], True: value.soft[1]}
    handover.hard = {False: value.hard[0], True: value.hard[1]}
    track.handovers[spi] = handover
    track.pairs[spi, True] = pair
    track.counted[spi, True] = value.counted_in
    track.heard[spi] = left.standing.get((track.virtual, spi, True), 0)
    pair.held_by = track.number
    if pair is track.leg.current:
        track.pairs[pair.outbound.spi, False] = pair
        track.counted[pair.outbound.spi, False] = value.counted_out
