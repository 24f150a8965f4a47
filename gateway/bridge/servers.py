"""Which of several servers of a route is there: found out by calls, and by looking now and then.

Looked after are only the servers of routes that have more than one. A server is asked as little as
can be, by what it understands anyway: a PPTP server by a TCP connection that is closed at once, a
native one by IKE's first message. Who has just taken a call is not asked at all.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from gateway.control.config import Config, Route
from gateway.control.schema_routes import L2TP_IPSEC
from gateway.ike.events import Send
from gateway.ike.initiator import AskPolicy
from gateway.ike.initiator_events import Failed
from gateway.ike.knock import Alive, Knock, KnockEvent
from gateway.outputs import CloseTcp, Fact, OpenTcp, Output, SendIp, What
from gateway.wire.ipv4 import PROTOCOL_UDP, build_ipv4
from gateway.wire.udp import Datagram, Endpoint, build_checked_udp

PORT_IKE: Final = 500
TURNS: Final = "turns"


@dataclass(slots=True)
class Server:
    """What is known of one. Times are the caller's clock; `due` is when to look next."""

    route: Route
    endpoint: Endpoint
    due: float
    down_since: float | None = None
    reason: str = ""
    key: int = 0  # of the connection by which it is being looked at
    knock: Knock | None = None


class Servers:
    """By route and endpoint. `next_key` numbers connections; `policy` says what IKE offers."""

    def __init__(
        self,
        next_key: Callable[[], int],
        policy: Callable[[Route, Endpoint], AskPolicy],
        random: Callable[[int], bytes],
    ) -> None:
        self.scheduled: float | None = None  # for Timers
        self._known: dict[tuple[str, Endpoint], Server] = {}
        self._address: bytes | None = None  # the gateway's own, inside
        self._turns: dict[str, int] = {}
        self._next_key, self._policy, self._random = next_key, policy, random

    def follow(self, config: Config, now: float) -> list[Output]:
        """From now on these are the servers; what was known of them stays known."""
        before, self._known = self._known, {}
        self._address = config.inside.address
        for route in config.routes:
            for endpoint in route.servers if route.others else ():
                place = route.name, endpoint
                known = before.pop(place, None) or Server(route, endpoint, now)
                known.route = route
                known.due = min(known.due, now + route.check_seconds)
                self._known[place] = known
        return [CloseTcp(gone.key) for gone in before.values() if gone.key]

    def in_order(self, route: Route) -> list[Endpoint]:
        """All of the route, those that are thought to be there first."""
        servers = list(route.servers)
        if route.order == TURNS:
            turn = self._turns.get(route.name, 0) % len(servers)
            self._turns[route.name] = turn + 1
            servers = servers[turn:] + servers[:turn]
        return sorted(servers, key=lambda server: self._is_down(route, server))

    def note_up(self, route: Route, endpoint: Endpoint, now: float) -> list[Output]:
        """It has answered, so it need not be looked at for a while."""
        server = self._known.get((route.name, endpoint))
        return [] if server is None else self._found_up(server, now)

    def note_down(self, route: Route, endpoint: Endpoint, reason: str, now: float) -> list[Output]:
        server = self._known.get((route.name, endpoint))
        return [] if server is None else self._found_down(server, reason, now)

    def known(self) -> list[Server]:
        """All that are looked after."""
        return list(self._known.values())

    def down(self) -> list[tuple[Server, float]]:
        """Those that are not there, each with the moment since when."""
        return [
            (server, server.down_since)
            for server in self._known.values()
            if server.down_since is not None
        ]

    # what the looking brings

    def tcp_opened(self, key: int, now: float) -> list[Output]:
        server = self._by_key(key)
        return [CloseTcp(key), *self._found_up(server, now)] if server else []

    def tcp_closed(self, key: int, reason: str, now: float) -> list[Output]:
        server = self._by_key(key)
        return self._found_down(server, reason, now) if server else []

    def receive(self, datagram: Datagram, now: float) -> list[Output]:
        """An IKE message from inside: it may be the answer to a knock."""
        for server in self._known.values():
            knock = server.knock
            if knock is not None and (knock.local, knock.peer) == (
                datagram.target,
                datagram.source,
            ):
                return self._knocked(server, knock.receive(datagram), now)
        return []

    def deadline(self) -> float | None:
        times = [server.due for server in self._known.values() if not server.key]
        knocks = [server.knock for server in self._known.values() if server.knock is not None]
        times += [due for knock in knocks if (due := knock.deadline()) is not None]
        return min(times, default=None)

    def handle_timeout(self, now: float) -> list[Output]:
        found: list[Output] = []
        for server in self._known.values():
            knock = server.knock
            if knock is not None and (due := knock.deadline()) is not None and due <= now:
                found += self._knocked(server, knock.handle_timeout(now), now)
            elif server.due <= now and not server.key:
                found += self._look(server, now)
        return found

    def _look(self, server: Server, now: float) -> list[Output]:
        server.due = now + server.route.check_seconds
        if server.route.kind == L2TP_IPSEC:
            if self._address is None or server.knock is not None:
                return []
            here, there = (
                Endpoint(host, PORT_IKE) for host in (self._address, server.endpoint.host)
            )
            policy = self._policy(server.route, server.endpoint)
            server.knock = Knock(policy, here, there, self._random)
            return self._knocked(server, server.knock.start(now), now)
        server.key = self._next_key()
        return [OpenTcp(server.key, self._address, server.endpoint)]

    def _knocked(self, server: Server, events: list[KnockEvent], now: float) -> list[Output]:
        found: list[Output] = []
        for event in events:
            match event:
                case Send():
                    found.append(_packet(event))
                case Alive():
                    found += self._found_up(server, now)
                case Failed(why):
                    found += self._found_down(server, f"it {why.value}", now)
        return found

    def _found_up(self, server: Server, now: float) -> list[Output]:
        was_down, server.down_since = server.down_since is not None, None
        server.key, server.knock = 0, None
        server.due = now + server.route.check_seconds
        details = {"server": str(server.endpoint), "route": server.route.name}
        return [Fact(What.SERVER_UP, details=details)] if was_down else []

    def _found_down(self, server: Server, reason: str, now: float) -> list[Output]:
        was_up = server.down_since is None
        server.key, server.knock = 0, None
        server.due = now + server.route.check_seconds
        server.reason = reason
        if not was_up:
            return []
        server.down_since = now
        details = {
            "server": str(server.endpoint),
            "route": server.route.name,
            "reason": "server down",
            "detail": reason,
        }
        return [Fact(What.SERVER_DOWN, details=details)]

    def _is_down(self, route: Route, endpoint: Endpoint) -> bool:
        server = self._known.get((route.name, endpoint))
        return server is not None and server.down_since is not None

    def _by_key(self, key: int) -> Server | None:
        return next((server for server in self._known.values() if key and server.key == key), None)


def _packet(event: Send) -> SendIp:
    segment = build_checked_udp(event.source, event.target, event.message)
    return SendIp(build_ipv4(event.source.host, event.target.host, PROTOCOL_UDP, segment))
