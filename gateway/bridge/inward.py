"""The doors towards the servers: what comes from them, and what follows for the sessions.

Nothing of a client comes through here. A packet is for a session if the session's own leg says so:
by call id and first speaker (GRE), by connection (TCP), by addresses and keys (native IPsec).
"""

from collections.abc import Sequence
from typing import Protocol

from gateway.bridge.classify import Kind, classify, ike_datagram
from gateway.bridge.client_leg import Counters
from gateway.bridge.inside_leg import InsideLeg
from gateway.bridge.kernel import Kernel
from gateway.bridge.kernel_trunks import KernelTrunks
from gateway.bridge.local_leg import LocalLeg
from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.servers import Servers
from gateway.bridge.session import Session
from gateway.bridge.session_states import State
from gateway.bridge.switchboard import Switchboard
from gateway.bridge.timers import Timed, Timers
from gateway.bridge.trunk import ForLeg, Item, Trunk
from gateway.bridge.trunks import Received, Trunks
from gateway.outputs import CloseTcp, Output
from gateway.paths import FrameHeard, LinkHeard, PathEvent
from gateway.pptp.gre import call_id_of

SOURCE = slice(12, 16)  # of an IPv4 header


class Tell(Protocol):
    """Enters the facts, and notes the deadlines of what was touched."""

    def __call__(self, found: list[Output], now: float, *touched: Timed) -> list[Output]: ...


class Inward:
    """One for the gateway; `told` is the gateway's own."""

    def __init__(
        self, board: Switchboard, kernel: Kernel, timers: Timers, drops: Counters, told: Tell
    ) -> None:
        self._kernel = kernel
        self._kernel_trunks = KernelTrunks(board.carrier.trunks, board.trunks)
        self._board, self._timers, self._drops, self._told = board, timers, drops, told

    def receive_gre(self, packet: bytes, now: float) -> list[Output]:
        """One IPv4 packet of protocol 47, come from inside."""
        kind, start, end = classify(packet)
        if kind is not Kind.GRE:
            self._drops.count("bad_gre")
            return []
        session = self._board.by_call_id.get(call_id_of(packet, start, end))
        if session is None or not isinstance(session.inside, PptpLeg):
            self._drops.count("unknown_call")
            return []
        if session.inside.channel and packet[SOURCE] == session.inside.server.host:
            return []  # the kernel has it, too
        taken = self._kernel.other_speaker(session, session.inside, packet[SOURCE])
        if not session.inside.is_heard_from(packet[SOURCE]):
            self._drops.count("other_server")  # whoever guesses sixteen bits
            return []
        found = taken + session.from_inside(session.inside.open(packet, start, end, now), now)
        if session.state is State.CLOSING:
            self.look_after(session, now)
        self._timers.note_due(session, session.road_deadline())
        return self._told(found, now)

    def receive_path(self, event: PathEvent, now: float) -> list[Output] | None:
        """What the kernel tells of the servers' side; None if it is of the clients'."""
        if isinstance(event, FrameHeard):
            return self._receive_frame(event.call, event.frame, now)
        if isinstance(event, LinkHeard):
            return self._receive_link(event.call, event.frame, now)
        received = self._kernel_trunks.receive(event, now)
        if received is None:
            return None
        return [*self._received(received, now), *self._told([], now)]  # of counters, too

    def _receive_frame(self, call: int, frame: bytes, now: float) -> list[Output]:
        """A frame of a call whose GRE is the kernel's, and which is not joined."""
        track = self._board.carrier.calls.get(call)
        if track is None or not track.living:
            return []
        track.heard = True
        found = track.session.from_inside([frame], now)
        self._timers.note_due(track.session, track.session.road_deadline())
        return self._told(found, now)

    def _receive_link(self, call: int, frame: bytes, now: float) -> list[Output]:
        """A frame of the client for the pppd of a call that the kernel has, or had until now."""
        track = self._board.carrier.calls.get(call)
        if track is None or not track.living:
            return []
        return self.inside(track.session, track.session.from_client(frame, now, counted=True), now)

    def receive_inside(self, packet: bytes, now: float) -> list[Output]:
        """One IPv4 packet from the queue of what comes in from inside: IKE or ESP of a server."""
        carried = self._kernel_trunks.receive_esp(packet, now)
        received = carried or self._board.trunks.receive(packet, now)
        return self._knocked(packet, now) if received[0] is None else self._received(received, now)

    def _received(self, received: Received, now: float) -> list[Output]:
        """Something of a trunk's."""
        trunk, items, leg, frame = received
        if trunk is None:
            return []
        found = self.from_trunk(trunk, items, now) if items else []
        session = None if leg is None else self._board.by_leg.get(leg)
        if session is not None:
            found += self._told(session.from_inside([frame], now), now)
            if session.state is State.CLOSING:
                self.look_after(session, now)
        return found

    def tcp_opened(self, key: int, now: float) -> list[Output]:
        calling = self._calling(key)
        if calling is None:
            found = self._board.servers.tcp_opened(key, now) or [CloseTcp(key)]
            return self._told(found, now, self._board.servers)
        session, leg = calling
        return self.inside(session, session.inside_event(leg.opened(now), now), now)

    def receive_tcp(self, key: int, data: bytes, now: float) -> list[Output]:
        calling = self._calling(key)
        if calling is None:
            return [CloseTcp(key)]
        session, leg = calling
        if isinstance(leg, LocalLeg):
            return self._from_pppd(session, leg, data, now)
        return self.inside(session, session.inside_event(leg.receive(data, now), now), now)

    def tcp_closed(self, key: int, reason: str, now: float) -> list[Output]:
        """The connection could not be made, or has ended, for `reason`."""
        calling = self._calling(key)
        if calling is None:
            found = self._board.servers.tcp_closed(key, reason, now)
            return self._told(found, now, self._board.servers)
        session, leg = calling
        return self.inside(session, session.inside_event(leg.closed(reason, now), now), now)

    def timeout_of(self, who: Trunk | Trunks | Servers, now: float) -> list[Output]:
        if isinstance(who, Trunk):
            return self.from_trunk(who, who.handle_timeout(now), now)
        if isinstance(who, Servers):
            return self._told(who.handle_timeout(now), now, who)
        due = who.handle_timeout(now)
        self._timers.note(who)
        return [output for each in due for output in self.from_trunk(*each, now)]

    def close_all(self, now: float) -> list[Output]:
        """End what the sessions have left behind."""
        found: list[Output] = []
        for trunk, items in self._board.trunks.close_all(now):
            found += self.from_trunk(trunk, items, now)
        return found

    def inside(self, session: Session, found: list[Output], now: float) -> list[Output]:
        """Something was done with a session: its ends, its facts, and all their deadlines."""
        self.look_after(session, now)
        return self._told(found, now, session.leg)

    def look_after(self, session: Session, now: float, before: InsideLeg | None = None) -> None:
        """A session that is over is forgotten; others are noted with what they share.

        `before` is the leg it had, if it has another one now.
        """
        self._board.settle(session, now)
        self._timers.note(session)
        for leg in (session.inside, before):
            shared = None if leg is None else leg.shared
            if isinstance(shared, Trunk):
                self._look_after_trunk(shared)

    def from_trunk(self, trunk: Trunk, items: Sequence[Item], now: float) -> list[Output]:
        """What a trunk asks for, and what it has to tell its calls, in order."""
        found: list[Output] = []
        for item in items:
            if not isinstance(item, ForLeg):
                found += self._told([item], now)
                continue
            session = self._board.by_leg.get(item.leg)
            if session is not None:
                found += self.inside(session, session.inside_event([item.output], now), now)
        self._look_after_trunk(trunk)
        return found

    def _look_after_trunk(self, trunk: Trunk) -> None:
        self._board.trunks.tidy(trunk)
        self._timers.note(trunk)
        self._timers.note(self._board.trunks)

    def _knocked(self, packet: bytes, now: float) -> list[Output]:
        """What is of no trunk may be the answer to a look whether a server is there."""
        kind, start, end = classify(packet)
        if kind is not Kind.IKE:
            return []
        servers = self._board.servers
        return self._told(servers.receive(ike_datagram(packet, start, end), now), now, servers)

    def _from_pppd(self, session: Session, leg: LocalLeg, data: bytes, now: float) -> list[Output]:
        """Its frames, once it has been started: the road of the route into the LAN."""
        found: list[Output] = []
        if not leg.is_up:
            found = self.inside(session, session.inside_event(leg.answer(data), now), now)
            data = b""
        frames = leg.open(data) if leg.is_up else []
        if frames:
            found += self._told(session.from_inside(frames, now), now)
        if session.state is State.CLOSING:
            self.look_after(session, now)
        return found

    def _calling(self, key: int) -> tuple[Session, PptpLeg | LocalLeg] | None:
        """Whose connection it is."""
        session = self._board.by_key.get(key)
        if session is None or not isinstance(session.inside, PptpLeg | LocalLeg):
            return None
        return session, session.inside
