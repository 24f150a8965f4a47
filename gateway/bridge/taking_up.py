"""What an earlier process has left is taken up: clients in their places, sessions joined again.

What cannot go on is ended in the protocols' order: the client's call by a CDN, the server's by a
Call-Clear on the connection that it was made on. Whoever may not stay by today's configuration is
put out afterwards, as after a reload.
"""

from collections.abc import Callable, Container, Mapping
from typing import Any, Final

from gateway.bridge.carried import can_be_had, numbers_of, settle_leg, take_up_call, take_up_leg
from gateway.bridge.classify import Kind
from gateway.bridge.client_leg import ClientLeg, Pair
from gateway.bridge.gateway import Gateway
from gateway.bridge.household import (
    Household,
    LegValue,
    PairValue,
    SessionValue,
    is_sound,
    remember,
)
from gateway.bridge.phases import Phase1
from gateway.bridge.pptp_leg import PptpLeg, Worked
from gateway.bridge.session import Session
from gateway.bridge.session_states import State
from gateway.bridge.tell import By
from gateway.control.config import Route
from gateway.esp import snapshot as esp
from gateway.ike import snapshot as ike
from gateway.ike.peers import Peer
from gateway.l2tp import snapshot as l2tp
from gateway.l2tp.machine import Lns
from gateway.l2tp.numbers import Disconnect
from gateway.outputs import Fact, Forget, Output, What
from gateway.paths import Left
from gateway.pptp.gre import Gre
from gateway.wire.cursor import WireError
from gateway.wire.words import Word, Words

HOST_NAME: Final = "postern"
RESTARTED: Final = "the gateway was restarted"
NO_ROUTE: Final = f"{RESTARTED}, and the session's route is not there any more"
NO_CONNECTION: Final = f"{RESTARTED}, and the connection to the server was lost"
NO_KERNEL: Final = f"{RESTARTED}, and what the kernel carried was lost"
ENCRYPTED: Final = f"{RESTARTED}, and the keys of MPPE are not kept"

Lent = list[tuple[Any, str, int]]  # who counts in which field, and the place of the word


class TakingUp:
    """Once, before the gateway has heard anything; `refused` counts records of which nothing was
    made, `wanted` are the connections that belong to somebody now."""

    def __init__(
        self,
        gateway: Gateway,
        words: Words,
        connections: Container[int],
        random: Callable[[int], bytes],
        now: float,
        left: Left | None = None,
    ) -> None:
        """`connections` are the keys of those that are still there; `left` is what the kernel still
        has."""
        self.refused = 0
        self.wanted: set[int] = set()
        self._gateway, self._words, self._connections = gateway, words, connections
        self._random, self._now = random, now
        self._left = left or Left()
        self._highest = 0  # number of a dial

    def take_up(self, records: Mapping[int, bytes]) -> list[Output]:
        """All of them, by their numbers; what is to be done, and told, because of it."""
        found: list[Output] = []
        legs: list[ClientLeg] = []
        for number, sealed in records.items():
            value = self._gateway.keeping.open(number, sealed)
            leg = None if value is None else self._place(number, value)
            if value is None or leg is None:
                self.refused += 1
                found.append(Forget(number))
                continue
            legs.append(leg)
            for session in value.sessions:
                found += self._join(leg, session)
            settle_leg(self._gateway.carrier, leg)
        return self._gateway.take_up(self._highest, legs, found, self._now)

    def _place(self, number: int, value: Household) -> ClientLeg | None:
        """The client with its keys and tunnels; None, and nothing is left of it, if it cannot be
        had."""
        clients, leg = self._gateway.clients, self._leg(value.leg)
        spis = [pair.sa.spi_in for pair in value.pairs]
        known = can_be_had(self._gateway.carrier, value.leg.carried, spis)
        if not known or not is_sound(value) or not self._is_ours(leg.local.host):
            return None
        try:
            peers = [ike.restore(each, self._now) for each in value.peers]
            roads = {each.call: self._hold(each.road) for each in value.sessions}
            others: dict[int, Word] = {c.call: [0] for t in value.tunnels for c in t.calls}
            l2tp.restore(leg.lns, value.tunnels, self._now, others | roads)
            lent: Lent = [(leg.lns.roads[s.call], "word", s.road) for s in value.sessions]
            lent += [each for pair in value.pairs for each in self._pair(leg, value.leg, pair)]
            for peer in peers:
                clients.ike.take_up(peer)
        except (ValueError, KeyError, WireError):
            clients.bury(leg)
            return None
        leg.current = leg.pairs.get(value.leg.current or 0)
        self._carried(leg, value.leg)
        clients.following.take_up(leg)
        for peer in peers:
            self._phases(leg, peer)
        self._highest = max(self._highest, leg.dial)
        self._gateway.keeping.take_up(number, leg, lent)
        return leg

    def _is_ours(self, host: bytes) -> bool:
        """Whether packets to that address still come here."""
        config = self._gateway.config
        anywhere = not config.outside.addresses
        return anywhere or host in (*config.outside.addresses, *config.front.servers)

    def _leg(self, value: LegValue) -> ClientLeg:
        hello = float(self._gateway.config.limits.hello_seconds)
        lns = Lns(HOST_NAME, self._random, hello=hello)
        who = value.client, value.identity, value.local, value.place
        leg = ClientLeg(value.dial, self._now, *who, lns)
        leg.began, leg.carried = None, self._gateway.clients.carried
        leg.client_port, leg.peer_tunnels = value.client_port, dict(value.peer_tunnels)
        leg.ike_suite, leg.natt, leg.old_key = value.ike_suite, value.natt, value.old_key
        leg.who.seen, leg.who.quirks = value.seen, value.quirks
        leg.who.tell(value.told)
        leg.drops.by_reason = dict(value.drops)
        if value.idle_since is not None:
            leg.idle_since = value.idle_since
            leg.lns.pause()
        return leg

    def _carried(self, leg: ClientLeg, value: LegValue) -> None:
        """The kernel goes on with it, if it can."""
        if value.carried is not None and self._left.goes_on:
            take_up_leg(self._gateway.carrier, leg, value.carried, self._left)

    def _pair(self, leg: ClientLeg, whose: LegValue, value: PairValue) -> Lent:
        clients, keys = self._gateway.clients, value.sa
        words = self._hold(value.heard), self._hold(value.sent)
        spis, sends = (keys.spi_in, keys.spi_out), keys.spi_in == whose.current
        ran = numbers_of(self._gateway.carrier, whose.carried, spis, sends, self._left)
        for word, number in zip(words, ran, strict=True):
            word[0] = max(word[0], number)
        inbound, outbound = esp.restore(clients.sas, value.sa, *words, self._now)
        pair = Pair(value.ike_sa, keys.suite, inbound, outbound, Kind(value.carrier))
        pair.keymat_in, pair.keymat_out = keys.keymat_in, keys.keymat_out
        pair.confirmed, pair.retired = value.confirmed, value.retired
        leg.pairs[inbound.spi] = pair
        clients.by_spi[inbound.spi] = leg, pair
        return [(inbound, "word", value.heard), (outbound, "word", value.sent)]

    def _hold(self, place: int) -> Word:
        if not self._words.hold(place):
            raise ValueError(f"no word at {place}, or somebody has it")
        return self._words.word(place)

    def _phases(self, leg: ClientLeg, peer: Peer) -> None:
        """What the bridge knows of each phase 1."""
        for each in peer.phases:
            phase = Phase1(leg.dial, self._now, each.peer, each.local)
            phase.client, phase.identity = peer.credential, peer.identity
            phase.suite, phase.old_key = each.suite.name, each.secured().old_key
            phase.who, phase.leg = leg.who, leg
            self._gateway.clients.phases[each.sa] = phase
            leg.phases.add(each.sa)

    def _join(self, leg: ClientLeg, value: SessionValue) -> list[Output]:
        """The session goes on, or ends at both ends with a reason."""
        self._highest = max(self._highest, value.number)
        board, called = self._gateway.board, value.called
        if called is None:
            why = f"{RESTARTED}, and a call by {value.inside} is not kept"
            return [*self._hang_up(leg, value, why)]
        try:
            inside = board.pptp_leg(called)
        except (ValueError, KeyError):
            return self._hang_up(leg, value, RESTARTED)
        moved = called.source != self._gateway.config.inside.address
        if moved or called.key not in self._connections:
            return self._hang_up(leg, value, NO_CONNECTION)
        self.wanted.add(called.key)
        route = board.route_of(called, value.route)
        why = self._why_not(value, route, inside)
        if route is None or why:
            return [*self._hang_up(leg, value, why), *inside.abandon(self._now)]
        gre = inside.gre
        if isinstance(gre, Gre | Worked) and not self._number(leg, value, gre):
            return [*self._hang_up(leg, value, RESTARTED), *inside.abandon(self._now)]
        calls = value.tunnel, value.call, value.peer_call
        crossing = board.crossing(leg, route, value.crossed.mru)
        crossing.resume(value.crossed)
        session = Session(value.number, leg, *calls, inside, route.name, crossing, self._now, board)
        remember(session, value)
        session.state, session.holding, session.start_at = State.UP, False, None
        board.take_up(session, route)
        take_up_call(session, value.carried)
        return [session.fact(What.RESUMED, {"route": route.name, "server": inside.called})]

    def _why_not(self, value: SessionValue, route: Route | None, inside: PptpLeg) -> str:
        """Why a session whose connection is there cannot go on; nothing if it can."""
        if value.encrypts:
            return ENCRYPTED
        if inside.channel and not inside.worked and not self._left.goes_on:
            return NO_KERNEL
        return NO_ROUTE if route is None else ""

    def _number(self, leg: ClientLeg, value: SessionValue, gre: Gre | Worked) -> bool:
        """GRE that is ours or a worker's goes on behind its numbers, if they are there."""
        try:
            gre.sent, gre.heard = self._hold(value.sent), self._hold(value.heard)
        except ValueError:
            return False
        self._gateway.keeping.note(leg, [(gre, "sent", value.sent), (gre, "heard", value.heard)])
        if isinstance(gre, Gre):
            gre.resume(gre.sent[0], gre.heard[0])
        return True

    def _hang_up(self, leg: ClientLeg, value: SessionValue, why: str) -> list[Output]:
        events = leg.lns.hang_up(value.call, Disconnect.LOST_CARRIER, 0, why, self._now)
        details = {
            "reason": why,
            "by": By.GATEWAY.value,
            "seconds": f"{self._now - value.began:.0f}",
            "bytes_in": str(value.bytes_in),
            "bytes_out": str(value.bytes_out),
        }
        return [
            Fact(What.SESSION_CLOSED, value.number, str(leg.peer), details),
            *leg.carry(events),
        ]
