"""The gateway as one core: everything that comes, from either side, goes through its doors.

It has no I/O: the loop hands it packets, TCP bytes and the time, and carries out what it returns.
The road of a data packet is `receive_packet` -> `_receive_esp` -> `Session.from_client`, and back
`receive_gre` -> `Session.from_inside`.
"""

from collections.abc import Callable
from struct import Struct

from gateway.bridge.account import Accounts
from gateway.bridge.admission import ike_policy, most_phases, route_for
from gateway.bridge.classify import Kind, classify, endpoints, ike_datagram
from gateway.bridge.client_leg import NOTED_EVERY, PORT_L2TP, ClientLeg, Counters
from gateway.bridge.clients import DEAD, Clients
from gateway.bridge.crossing import crossing_of, header_of
from gateway.bridge.guest import Guest
from gateway.bridge.mtu import mru_of
from gateway.bridge.pacing import CROWDED, Pacer
from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.session import RESULT_ADMINISTRATIVE, RESULT_NO_FACILITY, Session, State
from gateway.bridge.tell import tell_l2tp
from gateway.bridge.timers import Timed, Timers
from gateway.control.config import Config
from gateway.esp.errors import Drop as EspDrop
from gateway.ike.machine import Ike
from gateway.l2tp import events as l2tp
from gateway.l2tp.errors import Drop as L2tpDrop
from gateway.outputs import CloseTcp, Fact, Output, What
from gateway.pptp.gre import call_id_of
from gateway.pptp.machine import Caller
from gateway.wire.udp import HEADER as UDP_HEADER
from gateway.wire.udp import Endpoint

NO_OPTIONS = 0x45  # the first byte of an IPv4 header of twenty bytes
SOURCE = slice(12, 16)  # of an IPv4 header
WAY = slice(12, 22)  # source and target host, source port
_PORTS = Struct("!HHH")
MOST_CALLS = 0xF000  # PPTP's call ids have sixteen bits, and a free one is found by trying
STOPPING = "the gateway is being stopped"


class Gateway:
    """All clients, all sessions, one clock."""

    def __init__(self, config: Config, random: Callable[[int], bytes], now: float) -> None:
        self.config = config
        self.started = now
        self.accounts = Accounts()
        self.drops = Counters()
        self.sessions: dict[int, Session] = {}  # by number
        self.clients = Clients(
            Ike(ike_policy(config), random),
            random,
            self._next_number,
            float(config.limits.hello_seconds),
            most_phases(config),
        )
        self._by_call: dict[tuple[ClientLeg, int], Session] = {}  # our L2TP call id
        self._by_call_id: dict[int, Session] = {}  # our PPTP call id
        self._by_key: dict[int, Session] = {}  # the TCP connection's key
        self._random = random
        self._numbers = 0
        self._keys = 0
        self._timers = Timers()
        self._pacer = Pacer()
        self._stopping = False
        self._guest: Guest | None = None

    def _next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    # the doors

    def receive_packet(self, packet: bytes, now: float) -> list[Output]:
        """One IPv4 packet from the queue, come from outside."""
        kind, start, end = classify(packet)
        if kind is Kind.ESP_IN_UDP or kind is Kind.ESP:
            return self._receive_esp(packet, kind, start, end, now)
        if kind is Kind.IKE:
            found = self.clients.receive(ike_datagram(packet, start, end), now)
            return self._ike(found, now)
        if kind is not Kind.KEEPALIVE:
            self.drops.count("not_for_us")
        return []

    def receive_gre(self, packet: bytes, now: float) -> list[Output]:
        """One IPv4 packet of protocol 47, come from inside."""
        kind, start, end = classify(packet)
        if kind is not Kind.GRE:
            self.drops.count("bad_gre")
            return []
        call_id = call_id_of(packet, start, end)
        session = self._by_call_id.get(call_id)
        if session is None:
            self.drops.count("unknown_call")
            return []
        if not session.inside.is_heard_from(packet[SOURCE]):
            self.drops.count("other_server")  # whoever guesses sixteen bits
            return []
        found = session.from_inside(packet, start, end, now)
        self._timers.note_due(session, session.road_deadline())
        return self._told(found, now)

    def tcp_opened(self, key: int, now: float) -> list[Output]:
        session = self._by_key.get(key)
        if session is None:
            return [CloseTcp(key)]
        return self._inside(session, session.inside_event(session.inside.opened(now), now), now)

    def receive_tcp(self, key: int, data: bytes, now: float) -> list[Output]:
        session = self._by_key.get(key)
        if session is None:
            return [CloseTcp(key)]
        heard = session.inside.receive(data, now)
        return self._inside(session, session.inside_event(heard, now), now)

    def tcp_closed(self, key: int, reason: str, now: float) -> list[Output]:
        """The connection could not be made, or has ended, for `reason`."""
        session = self._by_key.get(key)
        if session is None:
            return []
        lost = session.inside.closed(reason, now)
        return self._inside(session, session.inside_event(lost, now), now)

    def deadline(self) -> float | None:
        return self._timers.deadline()

    def handle_timeout(self, now: float) -> list[Output]:
        found: list[Output] = []
        due = self._timers.due(now)
        try:
            while due:
                found += self._timeout_of(due.pop(0), now)
        finally:
            for who in due:  # after an error of ours the others still have their turn
                self._timers.note(who)
        return found

    def stop(self, now: float) -> list[Output]:
        """Close everything in the protocols' order; `idle` says when that is done."""
        self._stopping = True
        found: list[Output] = []
        for session in list(self.sessions.values()):
            found += self._inside(session, session.disconnect(STOPPING, now), now)
        for leg in self.clients.living():
            found += leg.carry(leg.lns.close(STOPPING, now))
            self._timers.note(leg)
        return found + self._ike(self.clients.close_all(now), now)

    def idle(self) -> bool:
        """Nothing is left that an inside server would miss."""
        return not self.sessions

    def reload(self, config: Config, now: float) -> list[Output]:
        """From now on new dials follow `config`; what is up stays as it is."""
        self.config = config
        self._set_policy()
        self.clients.hello = float(config.limits.hello_seconds)
        self.clients.most = most_phases(config)
        return self._told([Fact(What.RELOADED)], now)

    def admit(self, guest: Guest | None) -> None:
        """Let this one dial until it has been long enough, in place of any before; or nobody."""
        self._guest = guest
        self._set_policy()
        if guest is not None:
            self._timers.note(guest)

    def _set_policy(self) -> None:
        policy = ike_policy(self.config)
        self.clients.ike.set_policy(self._guest.admitted_by(policy) if self._guest else policy)

    def disconnect(self, number: int, reason: str, now: float) -> list[Output]:
        """End one session in order; KeyError if there is none of that number."""
        session = self.sessions[number]
        return self._inside(session, session.disconnect(reason, now), now)

    def counters(self) -> dict[str, int]:
        """What was counted since the start, by room and reason."""
        found = {f"gateway_{name}": count for name, count in self.drops.by_reason.items()}
        found |= {f"ike_{name}": count for name, count in self.clients.ike.counters.items()}
        found["ike_strangers_untold"] = self.clients.untold
        for reason in EspDrop:
            found[f"esp_{reason.name.lower()}"] = self.clients.sas.drops[reason]
        return {name: count for name, count in found.items() if count}

    # the road in

    def _receive_esp(
        self, packet: bytes, kind: Kind, start: int, end: int, now: float
    ) -> list[Output]:
        opened = self.clients.sas.open(packet, start, end, now)
        if isinstance(opened, EspDrop):
            return []  # counted there
        inbound, segment = opened
        leg, pair = self.clients.by_spi[inbound.spi]
        if (kind is Kind.ESP_IN_UDP) is not pair.in_udp:
            leg.drops.count("encapsulation")
            return []
        moved: list[Output] = []
        if inbound.newest and packet[WAY] != leg.way and not pair.retired:
            moved = self._moved(leg, packet, kind)
        if not pair.confirmed:
            moved += self.clients.confirm(pair, now)
        if now - leg.noted > NOTED_EVERY:
            leg.noted = now
            leg.lns.note_alive(now)
            self.clients.ike.note_alive(pair.ike_sa, now)
        if len(segment) <= UDP_HEADER:
            leg.drops.count("not_l2tp")
            return []
        port, target, length = _PORTS.unpack_from(segment)
        if target != PORT_L2TP or length > len(segment):
            leg.drops.count("not_l2tp")
            return []
        leg.client_port = port
        message = segment[UDP_HEADER:length]
        if segment[UDP_HEADER] & 0x80:
            heard = self._l2tp(leg, leg.lns.receive(message, now), now)
            return self._told(moved + heard, now, leg)
        found = self._data(leg, message, now)
        return self._told(moved, now) + found if moved else found

    def _data(self, leg: ClientLeg, message: bytes, now: float) -> list[Output]:
        opened = leg.lns.open_data(message)
        if isinstance(opened, L2tpDrop):
            leg.drops.count(opened.name.lower())
            return []
        call, frame = opened
        session = self._by_call.get((leg, call))
        if session is None:
            leg.drops.count("unknown_call")
            return []
        found = session.from_client(frame, now)
        self._timers.note_due(session, session.road_deadline())
        return self._told(found, now)

    def _moved(self, leg: ClientLeg, packet: bytes, kind: Kind) -> list[Output]:
        """The leg follows its client when the NAT has given it another address or port."""
        source, _ = endpoints(packet)
        was, there = leg.peer, source
        if kind is Kind.ESP:
            there = Endpoint(source.host, was.port)
        found: list[Output] = []
        if there != was:
            self.clients.move(leg, there)
            found = [Fact(What.PEER_MOVED, leg.dial, str(was), {"to": str(there)})]
        if packet[0] == NO_OPTIONS:
            leg.way = packet[WAY]
        return found

    # L2TP's events

    def _l2tp(self, leg: ClientLeg, events: list[l2tp.L2tpEvent], now: float) -> list[Output]:
        found: list[Output] = []
        for event in events:
            match event:
                case l2tp.Send():
                    found += leg.carry([event])
                case l2tp.CallRequested():
                    found += self._call_requested(leg, event, now)
                case l2tp.CallOpened(call=call) if (leg, call) in self._by_call:
                    session = self._by_call[leg, call]
                    found += session.client_connected(now)
                    self._timers.note(session)
                case l2tp.CallClosed(call=call) if (leg, call) in self._by_call:
                    session = self._by_call[leg, call]
                    found += session.client_ended(_ended(event), now)
                    self._settle(session, now)
                    self._timers.note(session)
                case l2tp.TunnelOpened(tunnel=tunnel, peer_tunnel=peer_tunnel):
                    leg.peer_tunnels[tunnel] = peer_tunnel
                    found += tell_l2tp(event, leg.dial, leg.peer)
                case l2tp.TunnelClosed(tunnel=tunnel):
                    leg.peer_tunnels.pop(tunnel, None)
        return found

    def _call_requested(
        self, leg: ClientLeg, event: l2tp.CallRequested, now: float
    ) -> list[Output]:
        route = route_for(self.config, leg.client)
        refusal = self._refusal(leg, route is not None)
        start_at = None if refusal or route is None else self._pacer.turn(route, leg.client, now)
        if route is None or start_at is None:
            refusal = refusal or CROWDED
            said = Fact(What.REFUSED, leg.dial, str(leg.peer), {"reason": refusal})
            result = RESULT_ADMINISTRATIVE if route is None else RESULT_NO_FACILITY
            return [said, *leg.carry(leg.lns.refuse(event.call, result, 0, refusal, now))]
        number = self._next_number() if leg.dial in self.sessions else leg.dial
        call_id, self._keys = self._new_call_id(), self._keys + 1
        caller = Caller(call_id, self._random)
        address = self.config.inside.address
        inside = PptpLeg(self._keys, caller, call_id, address, route.server, route.shield)
        mru = mru_of(leg.current, self.config.outside.mtu, header_of(route))
        crossing = crossing_of(route, self.config.users, mru, lambda: inside.vendor)
        session = Session(
            number, leg, event.tunnel, event.call, event.peer_call, inside, route.name, crossing,
            now, start_at,
        )  # fmt: skip
        self.sessions[number] = session
        self._by_call[leg, event.call] = session
        self._by_call_id[call_id] = session
        self._by_key[self._keys] = session
        asked = session.fact(
            What.CALL_REQUESTED,
            {
                "call": str(event.call),
                "peer_call": str(event.peer_call),
                "server": str(inside.server),
            },
        )
        self._timers.note(session)
        return [asked, *session.start(now)]

    def _refusal(self, leg: ClientLeg, has_route: bool) -> str:
        if leg.current is None:
            return "the client has deleted its keys"
        if not has_route:
            return "the client has no route any more"
        if self._stopping:
            return STOPPING
        if len(self.sessions) >= min(self.config.limits.sessions, MOST_CALLS):
            return "the limit of sessions is reached"
        return ""

    def _new_call_id(self) -> int:
        while True:
            call_id = int.from_bytes(self._random(2), "big")
            if call_id and call_id not in self._by_call_id:
                return call_id

    # inside events, time, ends

    def _inside(self, session: Session, found: list[Output], now: float) -> list[Output]:
        self._settle(session, now)
        return self._told(found, now, session, session.leg)

    def _settle(self, session: Session, now: float) -> None:
        """Forget a session of which nothing is left. Its numbers may be another's by now."""
        if session.state is not State.CLOSING:
            return
        if self._by_call.get((session.leg, session.call)) is session:
            del self._by_call[session.leg, session.call]
        if session.gone and self.sessions.get(session.number) is session:
            del self.sessions[session.number]
            del self._by_call_id[session.inside.call_id]
            del self._by_key[session.inside.key]
            took, netbeui = now - session.began, session.crossing.carries_netbeui
            self._pacer.ended(session.inside.server, session.leg.client, took, netbeui, now)

    def _timeout_of(self, who: Timed, now: float) -> list[Output]:
        if isinstance(who, Session):
            found = who.handle_timeout(now)
            return self._inside(who, found, now)
        if isinstance(who, ClientLeg):
            found = self._l2tp(who, who.lns.handle_timeout(now), now)
            self.clients.tidy(who)
            return self._told(found, now, who)
        if isinstance(who, Guest):
            if who is self._guest:
                self.admit(None)
            return []
        return self._ike(self.clients.handle_timeout(now), now)

    def _ike(self, found: list[Output], now: float) -> list[Output]:
        """IKE has spoken: a dead client leaves nothing behind, a known one keeps its account."""
        while self.clients.dead:
            leg = self.clients.dead.pop()
            for session in [one for one in self.sessions.values() if one.leg is leg]:
                found += session.client_ended(DEAD, now)
                found += self._inside(session, [], now)
            leg.lns.close(DEAD, now)
            self.clients.bury(leg)
            self._timers.note(leg)
        told = self._told(found, now, self.clients)
        while self.clients.renewals:
            self.accounts.join(*self.clients.renewals.pop())
        return told

    def _told(self, found: list[Output], now: float, *touched: Timed) -> list[Output]:
        """Enter the facts, look at the deadlines of what was touched, and hand the rest on."""
        for output in found:
            if isinstance(output, Fact):
                self.accounts.add(output, now)
        for who in touched:
            self._timers.note(who)
        return found


def _ended(event: l2tp.CallClosed) -> str:
    """Why a client's call is over, for a person."""
    if not event.by_peer:
        return event.message
    return "the client hung up" + (f" ({event.message})" if event.message else "")
