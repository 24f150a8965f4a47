"""Which SAs there are: the tables, their limits and their timers. Nothing here reads a message."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from gateway.ike.events import PairClosed, Phase1Closed
from gateway.ike.fragments import Gathering
from gateway.ike.numbers import COOKIE, LOWEST_SPI
from gateway.ike.peers import MOST_PAIRS, MOST_PHASES, Peer
from gateway.ike.phase1 import Phase1
from gateway.ike.phase2 import Pair, Quick
from gateway.ike.places import Places
from gateway.ike.policy import IkePolicy
from gateway.ike.steps import Step
from gateway.ike.timers import Timers
from gateway.wire.udp import Endpoint

LOW_BITS = 8  # so many SPIs differ in those bits that may be asked for
NEW_SHARE = 4  # one in so many half-open is for who has yet to show that it hears us

Due = Phase1 | Pair | Quick | Peer | Gathering


class Sas:
    """Every way to look up a phase 1, a quick mode, a pair or the client they belong to."""

    def __init__(self) -> None:
        self.phases: dict[bytes, Phase1] = {}  # by both cookies
        self.openings: dict[tuple[Endpoint, bytes], Phase1] = {}  # by who sent the first message
        self.half_open: dict[int, Phase1] = {}  # by handle, the oldest first
        self.quicks: dict[tuple[int, int], Quick] = {}  # by handle and message ID
        self.pairs: dict[int, Pair] = {}  # by spi_in
        self.peers: dict[int, Peer] = {}  # by every handle it has, living or not
        self._named: dict[str, dict[Peer, None]] = {}  # by credential
        self._alike: dict[tuple[str, str], dict[Peer, None]] = {}  # and what it calls itself
        self.timers: Timers[Due] = Timers()
        self.low_bits: Callable[[int], int | None] = _any  # of SPIs for a phase 1, by its handle
        self._half_open_by_host: Counter[bytes] = Counter()

    def make_room(self, policy: IkePolicy, host: bytes, places: Places) -> list[Phase1]:
        """Drop half-open ones until one more of `host` is within the limits; tell which."""
        dropped: list[Phase1] = []
        if self._half_open_by_host[host] >= max(policy.half_open_per_source, 1):
            same = [phase for phase in self.half_open.values() if phase.opened_from.host == host]
            dropped.append(_first_to_go(same, places))
        elif len(self.half_open) >= max(policy.half_open, 1):
            dropped.append(_first_to_go(list(self.half_open.values()), places))
        for phase in dropped:
            self.forget_phase(phase)
        return dropped

    def open(self, phase: Phase1) -> None:
        self.phases[phase.cookies] = phase
        self.openings[phase.opened_from, phase.cookie_i] = phase
        self.half_open[phase.sa] = phase
        self._half_open_by_host[phase.opened_from.host] += 1
        self.timers.set(phase, phase.expires)

    def establish(self, phase: Phase1, now: float) -> tuple[Peer, list[Phase1Closed]]:
        """Put an authenticated phase 1 beside the others of its client."""
        secured = phase.secured()
        self._close_half(phase)
        who = secured.credential, secured.identity
        known = (one for one in self._alike.get(who, ()) if one.is_the_same(*who, phase.peer))
        peer = next(known, None)
        if peer is None:
            peer = Peer(*who, phase.peer, now)
            self._enter(peer)
        peer.phases.append(phase)
        peer.psk, peer.shown = secured.psk, secured.shown
        peer.hear(now)
        self.peers[phase.sa] = peer
        self.timers.set(phase, phase.expires)
        too_many = peer.phases[:-MOST_PHASES]
        return peer, [self.close_phase(old, "too many of one client") for old in too_many]

    def take_up(self, peer: Peer) -> None:
        """A client of an earlier process, all of it authenticated. ValueError if one that is here
        has anything of it."""
        spis, cookies = set(peer.pairs), {phase.cookies for phase in peer.phases}
        if self.pairs.keys() & spis or self.phases.keys() & cookies:
            raise ValueError("two clients have one SA")
        self._enter(peer)
        for phase in peer.phases:
            self.phases[phase.cookies] = self.openings[phase.opened_from, phase.cookie_i] = phase
            self.peers[phase.sa] = peer
            self.timers.set(phase, phase.expires)
        for pair in peer.pairs.values():
            self.pairs[pair.spi_in], self.peers[pair.sa] = pair, peer
            self.timers.set(pair, pair.expires)

    def like(self, peer: Peer) -> list[Peer]:
        """Those that may be the same client, come there by another mapping of its NAT."""
        alike = self._alike.get((peer.credential, peer.identity), ())
        return [other for other in alike if other.is_like(peer)]

    def join(self, peer: Peer, other: Peer) -> None:
        """They have proved to be one. What is too many now goes when more is added."""
        if peer.newest < other.newest:
            peer.psk = other.psk
        for handle in [handle for handle, each in self.peers.items() if each is other]:
            self.peers[handle] = peer
        self._leave(other)
        peer.phases = sorted([*peer.phases, *other.phases], key=lambda phase: phase.sa)
        pairs = [*peer.pairs.items(), *other.pairs.items()]
        peer.pairs = dict(sorted(pairs, key=lambda item: item[1].sa))
        peer.hear(max(peer.alive, other.alive))
        other.phases, other.pairs = [], {}
        self.timers.set(other, None)

    def overdue(self, peer: Peer, most: int) -> list[Peer]:
        """Who goes for `peer` to be one of `most` of its name: those not heard for longest."""
        named = self._named.get(peer.credential, {})
        if len(named) <= max(most, 1):
            return []
        same = [other for other in named if other is not peer]
        same.sort(key=lambda other: other.alive)
        return same[: max(len(same) + 1 - max(most, 1), 0)]

    def add_pair(self, peer: Peer, pair: Pair, quick: Quick | None) -> list[PairClosed]:
        """`quick` is what has yet to be confirmed: None where it was ours to confirm."""
        peer.pairs[pair.spi_in] = self.pairs[pair.spi_in] = pair
        self.timers.set(pair, pair.expires)
        if quick is not None:
            self.quicks[quick.phase.sa, quick.message_id] = quick
            self.timers.set(quick, quick.retry.due)
        too_many = list(peer.pairs.values())[:-MOST_PAIRS]
        return [self.close_pair(old, "too many of one client") for old in too_many]

    def end_quick(self, quick: Quick) -> None:
        self.quicks.pop((quick.phase.sa, quick.message_id), None)
        self.timers.set(quick, None)

    def quick_of(self, spi_in: int) -> Quick | None:
        """The quick mode in which the client has yet to confirm a pair."""
        return next((q for q in self.quicks.values() if q.pair.spi_in == spi_in), None)

    def close_pair(self, pair: Pair, reason: str) -> PairClosed:
        quick = self.quick_of(pair.spi_in)
        if quick is not None:
            self.end_quick(quick)
        self.timers.set(pair, None)
        del self.pairs[pair.spi_in]
        peer = self.peers[pair.sa]
        del peer.pairs[pair.spi_in]
        self._forget_handle(pair.sa, peer)
        return PairClosed(pair.sa, pair.spi_in, pair.spi_out, reason)

    def spared_until(self, phase: Phase1) -> float | None:
        """When an overdue phase 1 ends at last, None for at once: quirks.PHASE_1_STAYS."""
        peer = self.peers[phase.sa]
        if phase.dpd is not None or peer.phases[-1] is not phase:
            return None
        return max((pair.expires for pair in peer.pairs.values()), default=None)

    def close_phase(self, phase: Phase1, reason: str) -> Phase1Closed:
        """Its pairs stay; its quick modes cannot be confirmed any more."""
        self.forget_phase(phase)
        return Phase1Closed(phase.sa, reason)

    def forget_phase(self, phase: Phase1) -> None:
        for quick in [quick for quick in self.quicks.values() if quick.phase is phase]:
            self.end_quick(quick)
        self.timers.set(phase, None)
        del self.phases[phase.cookies]
        del self.openings[phase.opened_from, phase.cookie_i]
        self._close_half(phase)
        peer = self.peers.get(phase.sa)
        if peer is not None:
            peer.phases.remove(phase)
            self._forget_handle(phase.sa, peer)

    def _close_half(self, phase: Phase1) -> None:
        if self.half_open.pop(phase.sa, None) is None:
            return
        host = phase.opened_from.host
        self._half_open_by_host[host] -= 1
        if not self._half_open_by_host[host]:
            del self._half_open_by_host[host]

    def _forget_handle(self, sa: int, peer: Peer) -> None:
        used = {phase.sa for phase in peer.phases} | {pair.sa for pair in peer.pairs.values()}
        if sa not in used:
            del self.peers[sa]
        if peer.gone:
            self._leave(peer)
            self.timers.set(peer, None)

    def rename(self, names: Mapping[str, str]) -> None:
        """Old name -> new one of credentials that are the same clients still."""
        peers = list(dict.fromkeys(self.peers.values()))
        self._named.clear()
        self._alike.clear()
        for peer in peers:
            peer.rename(names.get(peer.credential, peer.credential))
            self._enter(peer)

    def _enter(self, peer: Peer) -> None:
        self._named.setdefault(peer.credential, {})[peer] = None
        self._alike.setdefault((peer.credential, peer.identity), {})[peer] = None

    def _leave(self, peer: Peer) -> None:
        """Out of the ways to find it by what it is called."""
        name, who = peer.credential, (peer.credential, peer.identity)
        self._named.get(name, {}).pop(peer, None)
        self._alike.get(who, {}).pop(peer, None)
        if not self._named.get(name, True):
            del self._named[name]
        if not self._alike.get(who, True):
            del self._alike[who]

    def free_spi(self, random: Callable[[int], bytes], low: int | None = None) -> int:
        """`low`: what its low bits are to be, if that matters."""
        spi = int.from_bytes(random(4), "big")
        step = 1
        if low is not None:
            spi, step = spi // LOW_BITS * LOW_BITS + low, LOW_BITS
        while spi < LOWEST_SPI or spi in self.pairs:
            spi = (spi + step) % (1 << 32)
        return spi

    def free_cookie(self, cookie_i: bytes, random: Callable[[int], bytes]) -> bytes:
        cookie = int.from_bytes(random(COOKIE), "big")
        while cookie == 0 or cookie_i + cookie.to_bytes(COOKIE, "big") in self.phases:
            cookie = (cookie + 1) % (1 << 64)
        return cookie.to_bytes(COOKIE, "big")


def _any(sa: int) -> None:
    """All SPIs are alike."""


def _first_to_go(phases: Sequence[Phase1], places: Places) -> Phase1:
    """Of at least one, given the oldest first.

    The oldest of those whose client has not yet shown that it receives what we send: a flood from
    made-up addresses pushes out itself. But a quarter of the room is theirs, or who does answer,
    and then stays, would leave a newcomer no time for its third message. Of either kind those from
    where a client was seen stay longest, and who is held, for wrong keys perhaps, goes first.
    """
    new = [phase for phase in phases if phase.step is Step.AWAIT_KEY]
    known = [phase for phase in phases if phase.step is not Step.AWAIT_KEY]
    among = new if not known or len(new) > len(phases) // NEW_SHARE else known
    return min(among, key=lambda one: (one.opened_from.host in places, one.held is None))
