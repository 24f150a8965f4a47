"""The LNS of one client: all that comes through the client's ESP to UDP 1701 (RFC 2661)."""

from collections.abc import Callable

from gateway.l2tp.data import Road, open_data, seal_data
from gateway.l2tp.errors import BadHeader, Drop, L2tpError
from gateway.l2tp.events import L2tpEvent, TunnelClosed, TunnelOpened
from gateway.l2tp.exchange import Exchange
from gateway.l2tp.header import Header, addressed_tunnel, parse_header
from gateway.l2tp.messages import Body, parse_body
from gateway.l2tp.numbers import HELLO_AFTER, TUNNELS, GeneralError, Kind, MessageType, Stop
from gateway.l2tp.reasons import Reason
from gateway.l2tp.tunnel import Tunnel
from gateway.l2tp.tunnel_states import State

REDIALLED = Reason(False, Stop.REQUESTED, GeneralError.NONE, "the client has dialled again")


class Lns:
    """The door the bridge uses. Ids in and out are ours; times are seconds on the caller's clock.

    Several tunnels may stand while they come up; once one is up, the others of this client are
    what it left behind when it dialled again, and fall.
    """

    def __init__(
        self,
        host_name: str,
        random: Callable[[int], bytes],
        secret: bytes | None = None,
        window: int = 8,
        hello: float = HELLO_AFTER,
    ) -> None:
        """`secret` is that of tunnel authentication and hidden pairs; Windows has none."""
        self._exchange = Exchange(host_name, random, secret, window, hello)
        self._tunnels: dict[int, Tunnel] = {}
        self._roads = self._exchange.roads
        self._paused = False

    @property
    def counters(self) -> dict[str, int]:
        """What was dropped, ignored, refused or sent again, by reason."""
        return self._exchange.counters

    @property
    def idle(self) -> bool:
        """No tunnel stands and everything sent is acknowledged: nothing would be missed."""
        return all(
            each.state is State.CLOSED and each.channel.idle for each in self._tunnels.values()
        )

    def receive(self, message: bytes, now: float) -> list[L2tpEvent]:
        """A control message: a UDP payload with the T bit set."""
        try:
            header, body = parse_header(message)
        except BadHeader:
            self._exchange.count("malformed")
            return []
        if header.tunnel == 0:
            return self._receive_unaddressed(header, body, now)
        tunnel = self._tunnels.get(header.tunnel)
        if tunnel is None:
            self._exchange.count("no_tunnel")
            return []
        return self._after(tunnel, tunnel.receive(header, body, now), now)

    @property
    def roads(self) -> dict[int, Road]:
        """The open calls as the road sees them, by our id."""
        return self._roads

    def tunnels(self) -> list[Tunnel]:
        """Those that are up, the oldest first."""
        return [each for each in self._tunnels.values() if each.state is State.ESTABLISHED]

    def take_up(self, tunnel: int, peer_tunnel: int, now: float) -> Tunnel:
        """One that another process has had. ValueError if the id is in use."""
        if tunnel in self._tunnels:
            raise ValueError(f"two tunnels have the id {tunnel}")
        self._tunnels[tunnel] = Tunnel(tunnel, peer_tunnel, self._exchange, now)
        return self._tunnels[tunnel]

    @property
    def steady(self) -> bool:
        """Calls are up, and nothing is being set up or taken down."""
        standing = self._standing()
        return bool(standing) and all(each.steady for each in standing)

    def pause(self) -> None:
        """The client cannot be reached for now, which is no reason to think it gone: time stops.

        What it has not acknowledged goes to it once more when it is back (`resume`).
        """
        self._paused = True

    def resume(self, now: float) -> None:
        """The client can be reached again, or is to be asked whether it is there at all."""
        if self._paused:
            self._paused = False
            for tunnel in self._tunnels.values():
                tunnel.wake(now)

    def handle_timeout(self, now: float) -> list[L2tpEvent]:
        events: list[L2tpEvent] = []
        if self._paused:
            return events
        for tunnel in list(self._tunnels.values()):
            due = tunnel.deadline()
            if due is not None and due <= now:
                events += tunnel.handle_timeout(now)
        self._forget(now)
        return events

    def deadline(self) -> float | None:
        times = [] if self._paused else [each.deadline() for each in self._tunnels.values()]
        return min((time for time in times if time is not None), default=None)

    def open_data(self, message: bytes) -> tuple[int, bytes] | Drop:
        """Road: a data message as (our call id, PPP frame)."""
        return open_data(self._roads, message)

    def seal_data(self, call: int, frame: bytes) -> bytes | Drop:
        """Road: a PPP frame as the UDP payload for the client."""
        return seal_data(self._roads, call, frame)

    def note_alive(self, now: float) -> None:
        """Data has come, so no HELLO is needed for a while."""
        for tunnel in self._tunnels.values():
            tunnel.note_alive(now)

    def knows(self, message: bytes) -> bool:
        """Whether a message, control or data, is for a tunnel that stands."""
        tunnel = self._tunnels.get(addressed_tunnel(message))
        return tunnel is not None and tunnel.state is not State.CLOSED

    def ask(self, now: float) -> None:
        """There is doubt whether the client is still there: its next HELLO is due at once."""
        for tunnel in self._standing():
            tunnel.doubt(now)

    def answer(self, call: int, now: float) -> list[L2tpEvent]:
        """Accept a requested call (ICRP). Nothing happens if it is gone meanwhile."""
        tunnel = self._of_call(call)
        return tunnel.answer(call, now) if tunnel else []

    def refuse(
        self, call: int, result: int, error: int, message: str, now: float
    ) -> list[L2tpEvent]:
        """Refuse a requested call (CDN); its tunnel goes too if it has no other."""
        return self.hang_up(call, result, error, message, now)

    def hang_up(
        self, call: int, result: int, error: int, message: str, now: float
    ) -> list[L2tpEvent]:
        """End a call (CDN). After the last one the tunnel is closed once that is acknowledged."""
        tunnel = self._of_call(call)
        if tunnel is None:
            return []
        return tunnel.hang_up(call, Reason(False, result, error, message), now)

    def close(self, message: str, now: float) -> list[L2tpEvent]:
        """End all tunnels (StopCCN); they still acknowledge for a while."""
        reason = Reason(False, Stop.REQUESTED, GeneralError.NONE, message)
        self.resume(now)
        return [event for tunnel in self._standing() for event in tunnel.close(reason, now)]

    def _receive_unaddressed(self, header: Header, raw: bytes, now: float) -> list[L2tpEvent]:
        """Tunnel ID 0: the sender does not know our id, or not yet."""
        try:
            body = parse_body(raw, self._exchange.secret)
        except L2tpError:
            self._exchange.count("malformed")
            return []
        known = [
            each
            for each in self._tunnels.values()
            if each.channel.peer_tunnel == body.assigned(Kind.ASSIGNED_TUNNEL)
        ]
        if body.message_type == MessageType.SCCRQ:
            return self._dialled(header, raw, body, known, now)
        if body.message_type == MessageType.STOPCCN and known:
            return self._after(known[-1], known[-1].receive(header, raw, now), now)
        self._exchange.count("no_tunnel")
        return []

    def _dialled(
        self, header: Header, raw: bytes, body: Body, known: list[Tunnel], now: float
    ) -> list[L2tpEvent]:
        """An SCCRQ: one we have already, or a new tunnel."""
        for tunnel in known:
            if tunnel.is_repeat(raw, now):
                return tunnel.receive(header, raw, now)
        peer_tunnel = body.assigned(Kind.ASSIGNED_TUNNEL)
        if not peer_tunnel or header.ns:
            self._exchange.count("malformed")
            said = "SCCRQ without Assigned Tunnel ID" if not peer_tunnel else "SCCRQ out of order"
            return [TunnelClosed(0, False, Stop.GENERAL_ERROR, GeneralError.VALUE, said)]
        # The client has given the id to something new: what had it is gone on its side.
        events = [event for each in known for event in each.lose(REDIALLED, now)]
        self._forget(now)
        welcome = len(self._standing()) < TUNNELS
        number = self._exchange.new_id(self._tunnels)
        tunnel = Tunnel(number, peer_tunnel, self._exchange, now, welcome=welcome)
        self._tunnels[number] = tunnel
        return events + self._after(tunnel, tunnel.receive(header, raw, now), now)

    def _after(self, tunnel: Tunnel, events: list[L2tpEvent], now: float) -> list[L2tpEvent]:
        """Where a tunnel has come up, the client's older ones fall."""
        if any(isinstance(event, TunnelOpened) for event in events):
            for other in self._standing():
                if other is not tunnel:
                    events += other.close(REDIALLED, now)
        self._forget(now)
        return events

    def _standing(self) -> list[Tunnel]:
        return [each for each in self._tunnels.values() if each.state is not State.CLOSED]

    def _of_call(self, call: int) -> Tunnel | None:
        return self._tunnels.get(self._exchange.calls.get(call, 0))

    def _forget(self, now: float) -> None:
        """Closed tunnels whose time is over, and the oldest if there are too many of them."""
        closed = [each for each in self._tunnels.values() if each.state is State.CLOSED]
        for place, tunnel in enumerate(closed):
            if tunnel.forget_at <= now or place < len(closed) - TUNNELS:
                del self._tunnels[tunnel.tunnel]
