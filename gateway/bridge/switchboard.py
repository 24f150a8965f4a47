"""All sessions, and everything by which one is found: its number, the client's call, the server's.

Here a client's call is put through: which route it takes, which server of it, and what that server
speaks. Where the first one cannot be had the next is called, and who turns out to be somebody
else's user is put through there (`Ways`).
"""

from collections import Counter
from collections.abc import Callable

from gateway.bridge.carrier import Carrier
from gateway.bridge.client_leg import ClientLeg
from gateway.bridge.crossing import (
    Crossing,
    confinement_of,
    crossing_of,
    header_of,
    own_hands_of,
)
from gateway.bridge.inside_leg import InsideLeg
from gateway.bridge.l2tp_leg import L2tpLeg
from gateway.bridge.local_leg import LocalLeg
from gateway.bridge.pacing import CROWDED, Pacer
from gateway.bridge.pptp_leg import Called, PptpLeg
from gateway.bridge.servers import Servers
from gateway.bridge.session import Session
from gateway.bridge.session_states import State
from gateway.bridge.trunk import Leg
from gateway.bridge.trunks import Trunks
from gateway.bridge.ways import Detour
from gateway.control.config import Config, Route
from gateway.control.confined import reach_words
from gateway.control.policy import client_named
from gateway.control.schema_routes import L2TP_IPSEC, LOCAL
from gateway.control.values_reach import NONE, Reach
from gateway.control.ways import Dialled, route_of_call
from gateway.l2tp.events import CallRequested
from gateway.l2tp.numbers import Disconnect
from gateway.outputs import Fact, Output, What
from gateway.paths import KERNEL_CALLS, SHARDS
from gateway.ppp.quirks import manners_of
from gateway.pptp.machine import Caller
from gateway.wire.ipv4 import host_text
from gateway.wire.udp import Endpoint

CONFINED = "confined_"
MOST_CALLS = 0x7000  # of PPTP's call ids one half is the kernel's; a free one is found by trying
MOST_OF_WORKERS = MOST_CALLS // SHARDS  # and of the other half an eighth is each worker's


class Switchboard:
    """Calls of clients, calls to servers, and which belong together."""

    def __init__(
        self, config: Config, random: Callable[[int], bytes], next_number: Callable[[], int]
    ) -> None:
        self.config = config
        self.refusal = ""  # why no call is taken at all, once that is so
        self.sessions: dict[int, Session] = {}  # by number
        self.by_call: dict[tuple[ClientLeg, int], Session] = {}  # our L2TP call id outside
        self.by_call_id: dict[int, Session] = {}  # our PPTP call id
        self.by_key: dict[int, Session] = {}  # the TCP connection's key
        self.by_leg: dict[Leg, Session] = {}  # native servers'
        self.trunks = Trunks(random, float(config.limits.hello_seconds))
        self.servers = Servers(self._next_key, self.trunks.policy, random)
        self.carrier = Carrier(config.outside.virtual)
        self.trunks.changed = self.carrier.trunks.changed
        self.trunks.taken_tunnels = self.carrier.tunnels
        self._left: dict[int, list[Endpoint]] = {}  # by session: servers not called yet
        self._routes: dict[int, Route] = {}  # by session
        self._pacer = Pacer()
        self._strayed: Counter[str] = Counter()  # in sessions that are over
        self._next_number = next_number
        self._random = random
        self._keys = 0

    def follow(self, config: Config, now: float) -> list[Output]:
        """From now on new calls follow `config`."""
        self.config = config
        self.carrier.fronts = frozenset(config.front.servers)
        self.trunks.hello = float(config.limits.hello_seconds)
        self.trunks.keep({server.host for route in config.routes for server in route.servers})
        for number, session in self.sessions.items():
            route, reach = self._routes[number], self._reach(session.leg)
            words = reach_words(reach, route.kind)
            session.crossing.confine(confinement_of(route, reach), words)
            self.carrier.have_hands(session, self._own_hands(route, reach))
        return self.servers.follow(config, now)

    def put_through(
        self, leg: ClientLeg, event: CallRequested, now: float
    ) -> tuple[Session | None, list[Output]]:
        """A client has asked for a call: the session that comes of it, or what it is told."""
        route = route_of_call(self.config, self._dialled(leg))
        refusal = self._refusal(leg, route is not None)
        if refusal or route is None:
            said = Fact(What.REFUSED, leg.dial, str(leg.peer), {"reason": refusal})
            result = Disconnect.NO_FACILITY_NOW if route else Disconnect.ADMINISTRATIVE
            return None, [said, *leg.carry(leg.lns.refuse(event.call, result, 0, refusal, now))]
        number = self._next_number() if leg.dial in self.sessions else leg.dial
        servers = self.servers.in_order(route)
        inside, start_at, found = self._next_leg(leg, route, servers, now)
        if isinstance(inside, str):
            said = Fact(What.REFUSED, leg.dial, str(leg.peer), {"reason": inside})
            told = leg.lns.refuse(event.call, Disconnect.NO_FACILITY_NOW, 0, inside, now)
            return None, [said, *leg.carry(told)]
        session = Session(
            number,
            leg,
            event.tunnel,
            event.call,
            event.peer_call,
            inside,
            route.name,
            self.crossing(leg, route),
            now,
            self,
            start_at,
        )
        self.sessions[number] = session
        self.by_call[leg, event.call] = session
        self._routes[number], self._left[number] = route, servers
        self._register(inside, session, route)
        asked = session.fact(
            What.CALL_REQUESTED,
            {
                "call": str(event.call),
                "peer_call": str(event.peer_call),
                "server": inside.called,
                "client": leg.client,
            },
        )
        return session, [asked, *found, *session.start(now)]

    def route_of(self, called: Called, name: str) -> Route | None:
        """The route of a call that another process has made, if there still is one like that."""
        routes = (route for route in self.config.routes if route.name == name)
        route = next(routes, None)
        pptp = route is not None and route.kind not in (L2TP_IPSEC, LOCAL)
        return route if route is not None and pptp and called.server in route.servers else None

    def take_up(self, session: Session, route: Route) -> None:
        """A session that is up already."""
        self.sessions[session.number] = self.by_call[session.leg, session.call] = session
        self._routes[session.number], self._left[session.number] = route, []
        self._register(session.inside, session, route)

    def pptp_leg(self, called: Called) -> PptpLeg:
        """The leg of a call that another process has made; keys go on behind its own."""
        caller = Caller(called.call_id, self._random)
        self._keys = max(self._keys, called.key)
        worked = not called.channel and self.carrier.worker_of(called.call_id) > 0
        leg = PptpLeg(
            called.key, caller, called.call_id, called.source, called.server, called.shield,
            called.key if worked else called.channel, worked,
        )  # fmt: skip
        leg.resume(called)
        return leg

    def settle(self, session: Session, now: float) -> None:
        """Forget a session of which nothing is left. Its numbers may be another's by now."""
        if session.state is not State.CLOSING:
            return
        if self.by_call.get((session.leg, session.call)) is session:
            del self.by_call[session.leg, session.call]
        if session.gone and self.sessions.get(session.number) is session:
            del self.sessions[session.number]
            del self._routes[session.number], self._left[session.number]
            self._unregister(session, now)
            self._strayed.update(_strays_of(session))

    def strayed(self) -> dict[str, int]:
        """What clients sent to places that are not theirs, since the start, by reason."""
        found = Counter(self._strayed)
        for session in self.sessions.values():
            found.update(_strays_of(session))
        return dict(found)

    def note_answered(self, session: Session, now: float) -> list[Output]:
        """The server of this session is plainly there."""
        route = self._routes.get(session.number)
        return [] if route is None else self.servers.note_up(route, session.inside.server, now)

    # Ways, for sessions

    def after_failure(
        self, session: Session, reason: str, busy: bool, now: float
    ) -> tuple[InsideLeg | None, list[Output]]:
        """The next server of the route, if one is left; one that is full is not down."""
        route = self._routes.get(session.number)
        if route is None:
            return None, []
        found = [] if busy else self.servers.note_down(route, session.inside.server, reason, now)
        leg, start_at, more = self._next_leg(session.leg, route, self._left[session.number], now)
        if isinstance(leg, str):
            return None, [*found, *more]
        self._unregister(session, now)
        self._register(leg, session, route)
        session.start_at = start_at
        return leg, [*found, *more]

    def for_user(
        self, session: Session, user: str, now: float
    ) -> tuple[Detour | str | None, list[Output]]:
        """Where this user belongs, if that is not where the session is; or why not there."""
        route = route_of_call(self.config, self._dialled(session.leg, user))
        if route is None or route.name == session.route:
            return None, []
        servers = self.servers.in_order(route)
        leg, start_at, found = self._next_leg(session.leg, route, servers, now)
        if isinstance(leg, str):
            return leg, found
        self._unregister(session, now)
        self._register(leg, session, route)
        session.start_at = start_at
        self._routes[session.number], self._left[session.number] = route, servers
        return Detour(leg, route.name, self.crossing(session.leg, route)), found

    # inside

    def _next_leg(
        self, client: ClientLeg, route: Route, servers: list[Endpoint], now: float
    ) -> tuple[InsideLeg | str, float, list[Output]]:
        """A leg to the first of `servers` that can be called at all, which then are fewer, and when
        it is its turn; or why there is none."""
        found: list[Output] = []
        reason = self._no_address(route)
        if route.shield:
            servers[:] = self._pacer.in_order(servers, now)
        while servers:
            server = servers.pop(0)
            if route.kind == LOCAL:
                return self._local_leg(client, route, server), now, found
            start_at = self._pacer.turn(server, client.machine, now) if route.shield else now
            if start_at is None:
                reason = CROWDED
                continue
            if route.kind != L2TP_IPSEC:
                return self._pptp_leg(client, route, server), start_at, found
            address = self.config.inside.address
            if address is None:
                continue
            trunk, more = self.trunks.take(route, server, address, now)
            found += more
            if trunk is not None:
                return L2tpLeg(trunk, self._next_key()), start_at, found
        return reason, now, found

    def _pptp_leg(self, client: ClientLeg, route: Route, server: Endpoint) -> PptpLeg:
        own_hands = self._own_hands(route, self._reach(client))
        away = not self.carrier.why_user(client, route.carrier, own_hands)
        worker = self.carrier.worker_of(next(iter(client.pairs), 0)) if away else 0
        key, call_id = self._next_key(), self._new_call_id(away, worker)
        caller, source = Caller(call_id, self._random), self.config.inside.address
        channel, worked = key if away else 0, worker > 0
        return PptpLeg(key, caller, call_id, source, server, route.shield, channel, worked)

    def _local_leg(self, client: ClientLeg, route: Route, server: Endpoint) -> LocalLeg:
        request = {
            "route": route.name,
            "client": client.client,
            "from": host_text(client.peer.host),
            "mru": str(client.largest_mru(self.config.outside.mtu)),
        }
        return LocalLeg(self._next_key(), self._new_call_id(away=False), server, request)

    def _register(self, leg: InsideLeg, session: Session, route: Route) -> None:
        session.own_hands = self._own_hands(route, self._reach(session.leg))
        self.carrier.follow(session, leg, route.carrier)
        if isinstance(leg, PptpLeg | LocalLeg):
            self.by_call_id[leg.call_id] = self.by_key[leg.key] = session
        elif isinstance(leg, L2tpLeg):
            self.by_leg[leg] = session

    def _unregister(self, session: Session, now: float) -> None:
        """The session's call to its server is over."""
        leg = session.inside
        took, netbeui = now - session.began, session.crossing.carries_netbeui
        self._pacer.ended(leg.server, session.leg.machine, took, netbeui, now)
        if isinstance(leg, PptpLeg | LocalLeg):
            del self.by_call_id[leg.call_id]
            del self.by_key[leg.key]
        elif isinstance(leg, L2tpLeg):
            del self.by_leg[leg]

    def _dialled(self, leg: ClientLeg, user: str | None = None) -> Dialled:
        return Dialled(leg.client, leg.identity, leg.local.host, user)

    def _refusal(self, leg: ClientLeg, has_route: bool) -> str:
        if leg.current is None:
            return "the client has deleted its keys"
        if not has_route:
            return "the client has no route any more"
        if self.refusal:
            return self.refusal
        most = MOST_OF_WORKERS if self.carrier.abilities.workers else MOST_CALLS
        if len(self.sessions) >= min(self.config.limits.sessions, most):
            return "the limit of sessions is reached"
        return ""

    def crossing(self, leg: ClientLeg, route: Route, mru: int = 0) -> Crossing:
        """Where a session of this client crosses over to this route; `mru`, if it has one."""
        if not mru:
            native, header = route.kind == L2TP_IPSEC, header_of(route)
            mru = leg.who.kept_mru(leg.largest_mru(self.config.outside.mtu, native, header))
        manners, reach = manners_of(leg.who.name), self._reach(leg)
        return crossing_of(route, self.config.users, mru, manners, reach)

    def _reach(self, leg: ClientLeg) -> tuple[Reach, ...] | None:
        client = client_named(self.config, leg.client)
        return (NONE,) if client is None else client.reach

    def _no_address(self, route: Route) -> str:
        if self.config.inside.address is None:
            return f"the gateway has no address inside yet, and route {route.name} needs one"
        return f"no address of the pool of {route.name} is free"

    def _next_key(self) -> int:
        self._keys += 1
        return self._keys

    def _own_hands(self, route: Route, reach: tuple[Reach, ...] | None) -> str:
        return own_hands_of(route, reach, self.carrier.abilities.workers)

    def _new_call_id(self, away: bool, worker: int = 0) -> int:
        """Where the kernel has calls, theirs are above all others, where workers have, theirs have
        the worker's number in their low bits: see system/raw.py."""
        while True:
            call_id = int.from_bytes(self._random(2), "big")
            if self.carrier.abilities.workers:
                call_id = call_id % KERNEL_CALLS // SHARDS * SHARDS + worker
            elif not self.carrier.abilities.lacks:
                call_id = call_id | KERNEL_CALLS if away else call_id & (KERNEL_CALLS - 1)
            if call_id and call_id not in self.by_call_id:
                return call_id


def _strays_of(session: Session) -> dict[str, int]:
    counts = session.crossing.counts
    return {name: count for name, count in counts.items() if name.startswith(CONFINED)}
