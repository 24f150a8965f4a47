"""Who carries what: decides whether the kernel may, and tells it what it is to carry.

A session begins in user space, where its PPP is watched. Once that is through, the leg's ESP and
L2TP go over to the kernel, and the two ends of the session are joined there. Whatever changes a leg
or a session later only marks it; `settle` works out what is wanted now and asks for the difference.
"""

from collections.abc import Callable, Iterable, Iterator

from gateway.bridge.call_path import call_path
from gateway.bridge.carrier_trunks import CarrierTrunks
from gateway.bridge.client_leg import ClientLeg
from gateway.bridge.inside_leg import InsideLeg
from gateway.bridge.paths import PlaceOf, hand_over, leg_path, nowhere, place_of, why_not_pair
from gateway.bridge.session import Session
from gateway.bridge.session_states import State
from gateway.bridge.tracks import (
    KERNEL,
    USER,
    CallTrack,
    LegTrack,
    TrunkTrack,
    is_at_one_place,
    is_ripe,
)
from gateway.bridge.why_user import why_apart, why_user
from gateway.control.values import Network
from gateway.outputs import Output, What
from gateway.paths import NONE, SetCall, SetLeg, worker_of
from gateway.wire.udp import Endpoint

Place = tuple[bytes, Endpoint]  # our host, and where the peer's ESP comes from
CROWDED = "another client without NAT traversal is at the same address"


class Carrier:
    """All that the kernel carries or is to carry."""

    def __init__(self, virtual: Network) -> None:
        self.abilities = NONE
        self.legs: dict[int, LegTrack] = {}  # by number, also those that are leaving
        self.calls: dict[int, CallTrack] = {}  # by key, also those whose last figures are to come
        self.tunnels: dict[int, LegTrack | TrunkTrack] = {}  # by our number, with joined calls
        self.trunks = CarrierTrunks(self, self.tunnels, self.calls, self._next_place)
        self.refused: list[tuple[Session, str]] = []  # to be ended: the kernel or nobody
        self.fronts: frozenset[bytes] = frozenset()  # servers dialled by their own address
        self.touch: Callable[[ClientLeg], None] = _nobody_keeps  # told of each leg that changes
        self.place_of: PlaceOf = nowhere  # where the word is that is counted in
        self._virtual = virtual
        self._places: dict[Place, LegTrack] = {}
        self._dirty: dict[LegTrack | TrunkTrack | CallTrack, None] = {}  # in order
        self._numbers = 0

    def add(self, track: LegTrack | TrunkTrack | CallTrack, /) -> None:
        """Something has changed there."""
        self._dirty[track] = None

    @property
    def dirty(self) -> bool:
        return bool(self._dirty)

    @property
    def ending(self) -> bool:
        """Whether the last figures are still to come of a session that is over."""
        return any(track.over is not None for track in self.calls.values())

    def leg_of(self, number: int) -> ClientLeg | None:
        """The leg that the kernel carries under this number."""
        track = self.legs.get(number)
        return track.leg if track is not None and track.leg.track is track else None

    def carried(self) -> Iterator[ClientLeg]:
        """Whose ESP is the kernel's."""
        return (track.leg for track in self.legs.values() if track.asked is not None)

    def has_number(self, number: int) -> bool:
        """Whether a leg may have it: not the network's own address, nor its last."""
        return 0 < number < self._virtual.size() - 1

    def worker_of(self, number: int) -> int:
        """Whose the packets with this SPI or call id are; 0: nobody's but the daemon's."""
        return worker_of(number, self.abilities.workers)

    def virtual(self, number: int) -> bytes:
        """The address by which the kernel has a leg."""
        return (self._virtual.first + number).to_bytes(4, "big")

    def take_up(self, track: LegTrack) -> None:
        """A leg that the kernel carries for an earlier process."""
        self.legs[track.number] = track.leg.track = track
        if track.tunnel:
            self.tunnels[track.tunnel] = track
        track.changed()

    # decisions

    def why_user(self, leg: ClientLeg, wanted: str, own_hands: str) -> str:
        """`wanted` is what the route says, `own_hands` why its frames have to pass through here."""
        return why_user(self, leg, wanted, own_hands)

    def follow(self, session: Session, inside: InsideLeg, wanted: str) -> None:
        """The session goes this way from now on, and not by any it went before."""
        before = session.track
        why = self.why_user(session.leg, wanted, session.own_hands)
        track = CallTrack(session, inside, why, wanted == KERNEL, self)
        # A box on which nothing is ever the kernel's need not say so every time.
        track.told = wanted == USER or bool(self.abilities.lacks)
        session.track = track
        if before is not None:
            before.changed()
        if track.key:
            self.calls[track.key] = track
            track.changed()

    def have_hands(self, session: Session, own_hands: str) -> None:
        """From now on the session's frames pass through here for this reason, or need not."""
        track, before = session.track, session.own_hands
        if own_hands == before or not isinstance(track, CallTrack) or not track.living:
            return
        session.own_hands = own_hands
        if track.joined:
            self._part(track)
        if track.why in ("", before):
            track.why, track.told = own_hands, bool(self.abilities.lacks)
            track.changed()

    def drop(self, track: CallTrack) -> list[Output]:
        """The kernel has no part in this call any more; the session goes on."""
        self.calls.pop(track.key, None)
        asked, track.asked = track.asked, None
        found: list[Output] = [SetCall(track.key, None)] if asked is not None else []
        track.key = 0
        return found

    def crowd(self, leg: ClientLeg) -> None:
        """A leg has come to a place: what comes from there may be any of two clients'.

        Or it has keys again, after it was idle: its calls may be joined once more.
        """
        if leg.track is None:
            for call in self.calls.values():
                if call.session.leg is leg:
                    call.changed()
        other = self._places.get((leg.local.host, place_of(leg)))
        if other is not None and other.leg is not leg and other.mapped:
            other.mapped = False
            other.changed()

    # making it so

    def settle(self, now: float) -> list[Output]:
        """Ask for what is wanted now, wherever something has changed."""
        found: list[Output] = []
        while self._dirty:
            dirty = list(self._dirty)
            self._dirty.clear()
            for each in dirty:
                if not isinstance(each, TrunkTrack):
                    self.touch(each.leg if isinstance(each, LegTrack) else each.session.leg)
            calls = [track for track in dirty if isinstance(track, CallTrack)]
            for call in calls:
                found += self._end_call(call, now) or self._look_at_call(call)
            dirty += self._dirty
            self._dirty.clear()
            legs = [each for each in dirty if isinstance(each, LegTrack)]
            found += self._set_legs(dict.fromkeys(legs), now)
            trunks = [each for each in dirty if isinstance(each, TrunkTrack)]
            found += self.trunks.set(dict.fromkeys(trunks), now)
            for call in calls:
                found += self._set_call(call)
        return found

    def settled(self, found: list[Output], now: float) -> list[Output]:
        """`found`, and what is wanted now: new keys first, for a peer sends by them at once."""
        wanted = self.settle(now)
        if all(isinstance(each, SetLeg) and each.path is not None for each in wanted):
            return [*wanted, *found] if wanted else found
        return [*found, *wanted]

    def give_back(self, track: LegTrack, why: str) -> list[Output]:
        """The leg goes back to user space, and stays there."""
        track.leg.why_user = why
        return self._leave(track, asks=True)

    def lose(self, track: LegTrack, why: str) -> None:
        """The kernel has nothing of this leg any more, and will not have."""
        track.leg.why_user = why
        for pair in track.leg.pairs.values():
            if pair.held_by == track.number:
                pair.held_by = 0
        self._leave(track, asks=False)
        self.legs.pop(track.number, None)

    def forget(self, track: LegTrack) -> None:
        """Its last SA has been counted: the number is free."""
        if track.asked is None and not track.pairs:
            self.legs.pop(track.number, None)

    # calls

    def _end_call(self, track: CallTrack, now: float) -> list[Output]:
        if track.living:
            return []
        if track.asked is None:
            if track.over is None:
                self.calls.pop(track.key, None)
            return []
        track.asked = None
        self._part(track)
        return [SetCall(track.key, None)]

    def _look_at_call(self, track: CallTrack) -> list[Output]:
        """Join the call if it can be joined by now."""
        session = track.session
        if track.joined or not track.living or session.state is not State.UP:
            return []
        if not is_ripe(track, self.abilities.workers):
            return []
        track.why = track.why or why_apart(self, track)
        if not track.why:
            leg = self._begin_leg(session.leg) if self.trunks.begin(track.inside) else None
            if leg is None:
                track.why = "no virtual address is free"
            else:
                self._part_of(leg, session.tunnel)
                track.joined, track.told = True, True
                track.counted = track.counted if leg.by_words else (0, 0, 0, 0)
                track.changed()
                return [] if leg.by_words else [session.fact(What.CARRIED, {"by": KERNEL})]
        return self.stay(track)

    def apart(self, track: CallTrack) -> list[Output]:
        """The two ends could not be joined: for `track.why` the session goes on by hand."""
        self._part(track)
        track.changed()
        return self.stay(track)

    def stay(self, track: CallTrack) -> list[Output]:
        """The session stays in user space for `track.why`, or ends if that was not wanted."""
        if track.insists:
            why = f"the route insists on the kernel: {track.why}"
            self.refused.append((track.session, why))
        if track.told:
            return []
        track.told = True
        return [track.session.fact(What.CARRIED, {"by": USER, "why": track.why})]

    def _set_call(self, track: CallTrack) -> list[Output]:
        path = call_path(track, self.place_of)
        if path is None or path == track.asked:
            return []
        track.asked, there, track.inherited = path, track.inherited, False
        return [SetCall(track.key, path, there)]

    def _part(self, track: CallTrack) -> None:
        """The call is not in its tunnel any more."""
        track.joined = False
        leg = track.session.leg.track
        if isinstance(leg, LegTrack) and leg.tunnel == track.session.tunnel:
            self.free_tunnel(leg)

    def free_tunnel(self, leg: LegTrack) -> None:
        """If no call of the leg is joined any more, its tunnel's number is free."""
        joined = (each for each in self.calls.values() if each.joined)
        if leg.tunnel and not any(each.session.leg is leg.leg for each in joined):
            self.tunnels.pop(leg.tunnel, None)
            leg.tunnel = 0
            leg.changed()

    def _part_of(self, leg: LegTrack, tunnel: int) -> None:
        leg.tunnel = tunnel
        self.tunnels[tunnel] = leg
        leg.changed()

    # legs

    def _begin_leg(self, leg: ClientLeg) -> LegTrack | None:
        if isinstance(leg.track, LegTrack):
            return leg.track
        place = self._next_place()
        if place is None:
            return None
        track = LegTrack(*place, leg, self, bool(self.abilities.workers))
        self.legs[track.number] = leg.track = track
        return track

    def _next_place(self) -> tuple[int, bytes] | None:
        number = self._free_number()
        return None if number is None else (number, self.virtual(number))

    def _free_number(self) -> int | None:
        """Numbers go round, so that one that was given up rests before it is another's."""
        most = self._virtual.size() - 2
        for _ in range(min(most, len(self.legs) + len(self.trunks.tracks) + 1)):
            self._numbers = self._numbers % most + 1
            if self._numbers not in self.legs and self._numbers not in self.trunks.tracks:
                return self._numbers
        return None

    def _set_legs(self, tracks: Iterable[LegTrack], now: float) -> list[Output]:
        """Those who go, or go out of another's way, go first."""
        going: list[Output] = []
        coming: list[Output] = []
        for track in tracks:
            leg = track.leg
            if leg.track is not track:
                continue
            if not leg.pairs or not is_at_one_place(leg, self.abilities.workers):
                going += self._leave(track, asks=True)
                continue
            going += self._claim(track, now)
            coming += self._set_leg(track, now) if leg.track is track else []
        return going + coming

    def _claim(self, track: LegTrack, now: float) -> list[Output]:
        """What comes from its place is this one's, if it is to be mapped. Workers need no map."""
        if self.abilities.workers:
            return []
        if not track.mapped:
            self._release(track)
            return []
        place = track.leg.local.host, place_of(track.leg)
        holder = self._places.get(place)
        if holder is track:
            return []
        if holder is not None and not place[1].port:
            # Without ports the kernel cannot tell what comes from the one from the other's.
            return self.give_back(holder, CROWDED) + self.give_back(track, CROWDED)
        self._release(track)
        self._places[place] = track
        track.place = place
        if holder is None:
            return []
        holder.mapped, holder.place = False, None
        return [] if holder.asked is None else self._set_leg(holder, now)

    def _release(self, track: LegTrack) -> None:
        if track.place is not None:
            del self._places[track.place]
            track.place = None

    def _set_leg(self, track: LegTrack, now: float) -> list[Output]:
        leg = track.leg
        for spi, pair in leg.pairs.items():
            if spi in track.handovers or pair.held_by not in (0, track.number):
                continue
            why = why_not_pair(pair, self.abilities)
            if why:
                return self.give_back(track, why)
            track.handovers[spi] = hand_over(pair, now)
            track.pairs[spi, True] = pair
            pair.held_by, pair.by_words = track.number, track.by_words
        current = leg.current
        if current is not None and current.held_by == track.number:
            track.pairs[current.outbound.spi, False] = current
        by_words = self.place_of if self.abilities.workers else None
        path = leg_path(leg, track.virtual, track.handovers, track.tunnel, track.mapped, by_words)
        asked = track.asked
        if path == asked:
            return []
        if asked is not None and (asked.near, bool(asked.peer.port)) != (
            path.near,
            bool(path.peer.port),
        ):
            return self.give_back(track, "the client has come to another address of ours")
        track.asked, there, track.inherited = path, track.inherited, False
        return [SetLeg(track.number, path, there)]

    def _leave(self, track: LegTrack, asks: bool) -> list[Output]:
        """The kernel is to have nothing of it; its calls, if any are left, stay apart."""
        leg = track.leg
        self._release(track)
        for number in [each for each, who in self.tunnels.items() if who is track]:
            del self.tunnels[number]  # in place: whoever draws numbers looks here
        leg.track = None
        for call in self.calls.values():
            if call.session.leg is leg and call.joined:
                call.part(leg.why_user)
        found: list[Output] = [SetLeg(track.number, None)] if asks and track.asked else []
        track.asked = None
        self.forget(track)
        return found


def _nobody_keeps(leg: ClientLeg) -> None:
    """Nothing is written down."""
