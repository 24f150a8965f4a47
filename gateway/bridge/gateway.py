"""The gateway as one core: everything that comes, from either side, goes through its doors.

It has no I/O: the loop hands it packets, TCP bytes and the time, and carries out what it returns.
The road of a data packet is `receive_packet` -> `_receive_esp` -> `Session.from_client`, and back
`receive_gre` -> `Session.from_inside`.
"""

from collections.abc import Callable
from datetime import date
from struct import Struct

from gateway.bridge.account import Accounts
from gateway.bridge.admission import ike_policy, route_for
from gateway.bridge.classify import Kind, classify, endpoints, ike_datagram
from gateway.bridge.client_leg import CARRIERS, NOTED_EVERY, PORT_L2TP, ClientLeg, Counters
from gateway.bridge.clients import Clients
from gateway.bridge.crossing import crossing_of, header_of
from gateway.bridge.expulsion import put_out
from gateway.bridge.guest import Guest
from gateway.bridge.pacing import CROWDED, Pacer
from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.session import RESULT_ADMINISTRATIVE, RESULT_NO_FACILITY, Session, State
from gateway.bridge.tell import tell_l2tp, why_ended
from gateway.bridge.timers import Timed, Timers
from gateway.bridge.watch import Watch
from gateway.control.config import Config
from gateway.control.days import UNTOLD
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

    def __init__(
        self, config: Config, random: Callable[[int], bytes], now: float, today: date = UNTOLD
    ) -> None:
        self.config = config
        self.watch = Watch(config, today)
        self.started = now
        self.accounts = Accounts()
        self.drops = Counters()
        self.sessions: dict[int, Session] = {}  # by number
        self.clients = Clients(
            Ike(ike_policy(config, today), random), random, self._next_number, self.watch
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
        if kind in CARRIERS:
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
        """From now on new dials follow `config`; what is up stays, if it may: see `watch.py`."""
        self.config = config
        self.clients.rename(self.watch.renamed(config))
        told = self._told([Fact(What.RELOADED)], now)
        return told + self.tell_date(self.watch.today, now)

    def tell_date(self, today: date, now: float) -> list[Output]:
        """What day it is where the owner is: old keys and weak suites have a last day."""
        self.watch.turn(self.config, today)
        self._set_policy()
        return self._ike(put_out(self.clients, self.watch, now), now)

    def admit(self, guest: Guest | None) -> None:
        """Let this one dial until it has been long enough, in place of any before; or nobody."""
        self._guest = guest
        self._set_policy()
        if guest is not None:
            self._timers.note(guest)

    def _set_policy(self) -> None:
        policy = ike_policy(self.config, self.watch.today)
        self.clients.ike.set_policy(self._guest.admitted_by(policy) if self._guest else policy)

    def disconnect(self, number: int, reason: str, now: float) -> list[Output]:
        """End one session in order; KeyError if there is none of that number."""
        session = self.sessions[number]
        return self._inside(session, session.disconnect(reason, now), now)

    def counters(self) -> dict[str, int]:
        """What was counted since the start, by room and reason."""
        found = {f"gateway_{name}": count for name, count in self.drops.by_reason.items()}
        found |= self.clients.counters()
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
        if kind is not pair.carrier:
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
        if leg.elders:
            leg, followed = self._whose(leg, message, now)
            moved += followed
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
        there, _ = endpoints(packet)
        if kind is Kind.ESP:
            there = Endpoint(there.host, leg.place.esp.port)
        found = self.clients.following.hear_esp(leg, there)
        if packet[0] == NO_OPTIONS:
            leg.way = packet[WAY]
        self._join_accounts()
        return found

    def _whose(self, leg: ClientLeg, message: bytes, now: float) -> tuple[ClientLeg, list[Output]]:
        """The leg that a message is for which came by one with elders, and what follows."""
        touched: list[Timed] = [*leg.elders, self.clients]
        leg, found = self.clients.following.whose(leg, message, now)
        for who in touched:
            self._timers.note(who)
        self._join_accounts()
        return leg, found

    def _join_accounts(self) -> None:
        """A known client keeps its account."""
        renewals = self.clients.following.renewals
        while renewals:
            self.accounts.join(*renewals.pop())

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
                    found += session.client_ended(why_ended(event), now)
                    self._settle(session, now)
                    self._timers.note(session)
                case l2tp.TunnelOpened(tunnel=tunnel, peer_tunnel=peer_tunnel):
                    leg.peer_tunnels[tunnel] = peer_tunnel
                    found += tell_l2tp(event, leg.dial, leg.peer)
                    found += self._ike(self.clients.began_anew(leg, now), now)
                case l2tp.TunnelClosed(tunnel=tunnel):
                    leg.peer_tunnels.pop(tunnel, None)
        return found

    def _call_requested(
        self, leg: ClientLeg, event: l2tp.CallRequested, now: float
    ) -> list[Output]:
        route = route_for(self.config, leg.client)
        refusal = self._refusal(leg, route is not None)
        start_at = None if refusal or route is None else self._pacer.turn(route, leg.machine, now)
        if route is None or start_at is None:
            refusal = refusal or CROWDED
            said = Fact(What.REFUSED, leg.dial, str(leg.peer), {"reason": refusal})
            result = RESULT_ADMINISTRATIVE if route is None else RESULT_NO_FACILITY
            return [said, *leg.carry(leg.lns.refuse(event.call, result, 0, refusal, now))]
        number = self._next_number() if leg.dial in self.sessions else leg.dial
        call_id, self._keys = self._new_call_id(), self._keys + 1
        caller, here = Caller(call_id, self._random), self.config.inside.address
        inside = PptpLeg(self._keys, caller, call_id, here, route.server, route.shield)
        mru = leg.largest_mru(self.config.outside.mtu, header_of(route))
        crossing = crossing_of(route, self.config.users, mru, lambda: inside.vendor)
        session = Session(
            number, leg, event.tunnel, event.call, event.peer_call, inside, route.name, crossing,
            now, start_at,
        )  # fmt: skip
        self.sessions[number] = session
        self._by_call[leg, event.call] = session
        self._by_call_id[call_id] = session
        self._by_key[self._keys] = session
        calls = {"call": str(event.call), "peer_call": str(event.peer_call)}
        asked = session.fact(What.CALL_REQUESTED, calls | {"server": str(route.server)})
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
            del self._by_call_id[session.inside.call_id], self._by_key[session.inside.key]
            took, netbeui = now - session.began, session.crossing.carries_netbeui
            self._pacer.ended(session.inside.server, session.leg.machine, took, netbeui, now)

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
        """IKE has spoken: who is gone leaves nothing behind, who is known keeps one account."""
        while self.clients.dead:
            leg, why = self.clients.dead.popitem()
            for session in [one for one in self.sessions.values() if one.leg is leg]:
                found += session.client_ended(why, now)
                found += self._inside(session, [], now)
            leg.lns.close(why, now)
            self.clients.bury(leg)
            self._timers.note(leg)
        told = self._told(found, now, self.clients)
        self._join_accounts()
        return told

    def _told(self, found: list[Output], now: float, *touched: Timed) -> list[Output]:
        """Enter the facts, look at the deadlines of what was touched, and hand the rest on."""
        for output in found:
            if isinstance(output, Fact):
                self.accounts.add(output, now)
        for who in touched:
            self._timers.note(who)
        return found
