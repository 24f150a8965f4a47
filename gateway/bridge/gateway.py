"""The gateway as one core: everything that comes, from either side, goes through its doors.

It has no I/O: the loop hands it packets, TCP bytes and the time, and carries out what it returns.
The road of a data packet is `receive_packet` -> `_receive_esp` -> `Session.from_client`, and back
`receive_gre` or `receive_inside` -> `Session.from_inside`.
"""

from collections.abc import Callable, Iterable
from datetime import date

from gateway.bridge.account import Accounts
from gateway.bridge.admission import ike_policy
from gateway.bridge.alive import note_alive
from gateway.bridge.classify import WAY, Kind, classify, endpoints, ike_datagram, l2tp_in
from gateway.bridge.client_leg import CARRIERS, ClientLeg, Counters
from gateway.bridge.clients import DEAD, Clients
from gateway.bridge.expulsion import put_out
from gateway.bridge.front import InFront
from gateway.bridge.guest import Guest
from gateway.bridge.inward import Inward
from gateway.bridge.keeping import Keeping
from gateway.bridge.kernel import Kernel
from gateway.bridge.ledger import Ledger
from gateway.bridge.servers import Servers
from gateway.bridge.session import Session
from gateway.bridge.session_states import State
from gateway.bridge.switchboard import Switchboard
from gateway.bridge.tally import Tally
from gateway.bridge.tell import By, tell_l2tp, why_ended
from gateway.bridge.timers import Timed, Timers
from gateway.bridge.trunk import Trunk
from gateway.bridge.trunks import Trunks
from gateway.bridge.watch import Watch
from gateway.control.config import Config
from gateway.control.days import UNTOLD
from gateway.esp.errors import Drop as EspDrop
from gateway.ike.machine import Ike
from gateway.l2tp import events as l2tp
from gateway.l2tp.errors import Drop as L2tpDrop
from gateway.outputs import Fact, Output, SendTcp, What
from gateway.paths import L2tpHeard, PathEvent
from gateway.wire.udp import Endpoint

NO_OPTIONS = 0x45  # the first byte of an IPv4 header of twenty bytes
CONTROL = b"\x80"  # the first byte of L2TP's control messages is this or higher
AFTER_ERROR = 1.0  # seconds until a timer that failed has its turn again
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
        self.tally = Tally()
        self.ledger = Ledger(self)
        self.drops = Counters()
        self.board = Switchboard(config, random, self._next_number)
        self.sessions = self.board.sessions  # by number
        ike = Ike(ike_policy(config, today), random)
        self.clients = Clients(ike, random, self._next_number, self.watch)
        self.carrier = self.board.carrier
        self.kernel = Kernel(self.carrier, self.clients)
        self.clients.taken_tunnels = self.carrier.tunnels
        self.clients.following.crowd = self.carrier.crowd
        self.front = InFront(config, self.clients)
        self._numbers = 0
        self._timers = Timers()
        self._guest: Guest | None = None
        self._left_over: list[Output] = []  # asked for by timers before one that failed
        self.board.follow(config, now)
        self._timers.note(self.board.servers)
        self._inward = Inward(self.board, self.kernel, self._timers, self.drops, self._told)
        self.keeping = Keeping(self.board, self.clients, random)

    def _next_number(self) -> int:
        self._numbers += 1
        return self._numbers

    def receive_packet(self, packet: bytes, now: float) -> list[Output]:
        """One IPv4 packet from the queue, come from outside."""
        kind, start, end = classify(packet)
        if kind in CARRIERS:
            return self._receive_esp(packet, kind, start, end, now)
        if kind is Kind.IKE:
            datagram = ike_datagram(packet, start, end)
            found = self.clients.receive(datagram, now)
            self.keeping.touch_datagram(datagram)
            return self._ike(found, now)
        if kind is not Kind.KEEPALIVE:
            self.drops.count("not_for_us")
        return []

    def receive_gre(self, packet: bytes, now: float) -> list[Output]:
        """One IPv4 packet of protocol 47, come from inside."""
        return self._inward.receive_gre(packet, now)

    def receive_inside(self, packet: bytes, now: float) -> list[Output]:
        """One IPv4 packet from the queue of what comes in from inside: IKE or ESP of a server."""
        return self._inward.receive_inside(packet, now)

    def tcp_opened(self, key: int, now: float) -> list[Output]:
        return self._inward.tcp_opened(key, now)

    def receive_tcp(self, key: int, data: bytes, now: float) -> list[Output]:
        self.keeping.touch_connection(key)
        return self._inward.receive_tcp(key, data, now)

    def tcp_closed(self, key: int, reason: str, now: float) -> list[Output]:
        """The connection could not be made, or has ended, for `reason`."""
        return self._inward.tcp_closed(key, reason, now)

    def receive_path(self, event: PathEvent, now: float) -> list[Output]:
        """Something that the kernel tells of what it carries."""
        found = self._inward.receive_path(event, now)
        if found is not None:
            return found
        if isinstance(event, L2tpHeard):
            if (leg := self.carrier.leg_of(event.leg)) is None:
                return []
            self.kernel.note_heard(leg, now)
            return self._told(self._hear(leg, event.message, now), now, leg)
        return self._told(self.kernel.receive(event, now), now, self.clients)

    def deadline(self) -> float | None:
        return self._timers.deadline()

    def handle_timeout(self, now: float) -> list[Output]:
        """After an error of ours nothing is forgotten, and who it was has its turn again later."""
        due = self._timers.due(now)
        try:
            while due:
                self._left_over += self._timeout_of(due[0], now)
                del due[0]
        finally:
            for who in due[1:]:
                self._timers.note(who)
            for who in due[:1]:
                self._timers.note_due(who, now + AFTER_ERROR)
        found, self._left_over = self._left_over, []
        return found

    def stop(self, now: float) -> list[Output]:
        """Close everything in the protocols' order; `idle` says when that is done."""
        self.board.refusal = STOPPING
        found: list[Output] = []
        for session in list(self.sessions.values()):
            found += self._inward.inside(session, session.disconnect(STOPPING, now), now)
        for leg in self.clients.living():
            found += leg.carry(leg.lns.close(STOPPING, now))
            self._timers.note(leg)
        found += self._inward.close_all(now)
        return found + self._ike(self.clients.close_all(now), now)

    def take_up(
        self, numbers: int, legs: Iterable[ClientLeg], found: list[Output], now: float
    ) -> list[Output]:
        """Clients and sessions of an earlier process have been put in their places, and `found` is
        what follows; dials go on behind `numbers`."""
        self._numbers = max(self._numbers, numbers)
        return self._told(found, now, *legs, *self.sessions.values(), self.clients)

    def idle(self) -> bool:
        """Nothing is left that an inside server would miss."""
        return not (self.board.trunks.by_place or self.carrier.ending or self.sessions)

    def recover(self) -> None:
        """An error of ours has left something half done: nobody's time is forgotten for it."""
        trunks, clients = self.board.trunks, self.clients
        everybody: list[Timed] = [clients, trunks, self.board.servers, *trunks.by_place.values()]
        for who in [*everybody, *clients.living(), *self.sessions.values()]:
            self._timers.note(who)

    def reload(self, config: Config, now: float) -> list[Output]:
        """From now on new dials follow `config`; what is up stays, if it may: see `watch.py`."""
        self.config = config
        self.front.follow(config)
        self.clients.rename(self.watch.renamed(config))
        for leg in self.clients.living():
            self.keeping.touch(leg)
        found = self.board.follow(config, now)
        told = self._told([*found, Fact(What.RELOADED)], now, self.board.servers)
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

    def disconnect(self, number: int, reason: str, now: float, by: By = By.GATEWAY) -> list[Output]:
        """End one session in order; KeyError if there is none of that number."""
        session = self.sessions[number]
        return self._inward.inside(session, session.disconnect(reason, now, by), now)

    def counters(self) -> dict[str, int]:
        """What was counted since the start, by room and reason."""
        found = {f"gateway_{name}": count for name, count in self.drops.by_reason.items()}
        found |= self.clients.counters() | {"front_passed": self.front.passed}
        found |= self.board.trunks.counters() | self.board.strayed()
        return {name: count for name, count in found.items() if count}

    # the road in

    def _receive_esp(
        self, packet: bytes, kind: Kind, start: int, end: int, now: float
    ) -> list[Output]:
        if self.carrier.legs:
            carried = self.kernel.receive_esp(packet, kind, start, end, now)
            if carried is not None:
                return self._told(carried, now)
        opened = self.clients.sas.open(packet, start, end, now)
        if isinstance(opened, EspDrop):
            return self.clients.note_dropped(opened, packet, now)
        inbound, segment = opened
        leg, pair = self.clients.by_spi[inbound.spi]
        if kind is not pair.carrier:
            leg.drops.count("encapsulation")
            return []
        moved: list[Output] = []
        if inbound.newest and packet[WAY] != leg.way and not pair.retired:
            moved = self._moved(leg, packet, kind, now)
        if not pair.confirmed:
            moved += self.clients.confirm(pair, now)
        note_alive(self.clients, leg, pair, now)
        message = l2tp_in(segment)
        if not message:
            leg.drops.count("not_l2tp")
            return []
        leg.client_port = int.from_bytes(segment[:2])
        if leg.elders:
            leg, followed = self._whose(leg, message, now)
            moved += followed
        if message[:1] >= CONTROL:
            return self._told(moved + self._hear(leg, message, now), now, leg)
        found = self._data(leg, message, now)
        return self._told(moved, now) + found if moved else found

    def _hear(self, leg: ClientLeg, message: bytes, now: float) -> list[Output]:
        """An L2TP message of the client's."""
        if message[:1] >= CONTROL:
            return self._l2tp(leg, leg.hear(message, now), now)
        return self._data(leg, message, now)

    def _data(self, leg: ClientLeg, message: bytes, now: float) -> list[Output]:
        opened = leg.lns.open_data(message)
        if isinstance(opened, L2tpDrop):
            leg.drops.count(opened.name.lower())
            return []
        call, frame = opened
        session = self.board.by_call.get((leg, call))
        if session is None:
            leg.drops.count("unknown_call")
            return []
        inside = session.inside
        found = session.from_client(frame, now)
        if session.inside is not inside or session.state is State.CLOSING:
            self._inward.look_after(session, now, inside)
        self._timers.note_due(session, session.road_deadline())
        return self._told(found, now)

    def _moved(self, leg: ClientLeg, packet: bytes, kind: Kind, now: float) -> list[Output]:
        """The leg follows its client when the NAT has given it another address or port."""
        self.keeping.touch(leg)
        there, _ = endpoints(packet)
        if kind is Kind.ESP:
            there = Endpoint(there.host, leg.place.esp.port)
        found = self.clients.following.hear_esp(leg, there)
        if packet[0] == NO_OPTIONS:
            leg.way = packet[WAY]
        self._join_accounts(now)
        return found

    def _whose(self, leg: ClientLeg, message: bytes, now: float) -> tuple[ClientLeg, list[Output]]:
        """The leg that a message is for which came by one with elders, and what follows."""
        self.clients.following.touched += leg.elders
        leg, found = self.clients.following.whose(leg, message, now)
        self.keeping.touch(leg)
        self._timers.note(self.clients)
        self._join_accounts(now)
        return leg, found

    def _join_accounts(self, now: float) -> None:
        """A known client keeps its account, and its leg has its turn when its keys want it."""
        following = self.clients.following
        while following.renewals:
            self.accounts.join(*following.renewals.pop())
        for leg in following.take_touched(now):
            self._timers.note(leg)

    # L2TP's events

    def _l2tp(self, leg: ClientLeg, events: list[l2tp.L2tpEvent], now: float) -> list[Output]:
        found: list[Output] = []
        self.keeping.touch(leg)
        for event in events:
            match event:
                case l2tp.Send():
                    found += leg.carry([event])
                case l2tp.CallRequested():
                    found += self._call_requested(leg, event, now)
                case l2tp.CallOpened(call=call) if (leg, call) in self.board.by_call:
                    session = self.board.by_call[leg, call]
                    found += session.client_connected(now)
                    self._timers.note(session)
                case l2tp.CallClosed(call=call) if (leg, call) in self.board.by_call:
                    session = self.board.by_call[leg, call]
                    found += session.client_ended(*why_ended(event), now)
                    self._inward.look_after(session, now)
                case l2tp.TunnelOpened(tunnel=tunnel, peer_tunnel=peer_tunnel):
                    leg.peer_tunnels[tunnel] = peer_tunnel
                    found += tell_l2tp(event, leg.dial, leg.peer) + leg.learn(event)
                    found += self._ike(self.clients.began_anew(leg, now), now)
                case l2tp.TunnelClosed(tunnel=tunnel):
                    if leg.peer_tunnels.pop(tunnel, None) is None:
                        found += tell_l2tp(event, leg.dial, leg.peer)
        return found

    def _call_requested(
        self, leg: ClientLeg, event: l2tp.CallRequested, now: float
    ) -> list[Output]:
        session, found = self.board.put_through(leg, event, now)
        if session is not None:
            self._inward.look_after(session, now)
        return found

    # inside events, time, ends

    def _timeout_of(self, who: Timed, now: float) -> list[Output]:
        if isinstance(who, Session):
            found = who.handle_timeout(now)
            return self._inward.inside(who, found, now)
        if isinstance(who, ClientLeg):
            found = self._l2tp(who, who.handle_timeout(now), now)
            self.clients.tidy(who)
            return self._told(found, now, who)
        if isinstance(who, Trunk | Trunks | Servers):
            return self._inward.timeout_of(who, now)
        if isinstance(who, Guest):
            if who is self._guest:
                self.admit(None)
            return []
        if isinstance(who, Keeping):
            kept = who.handle_timeout(now)
            self._timers.note(who)
            return kept
        return self._ike(self.clients.handle_timeout(now), now)

    def _ike(self, found: list[Output], now: float) -> list[Output]:
        """IKE has spoken: who is gone leaves nothing behind, who is known keeps one account."""
        while self.clients.dead:
            leg, why = self.clients.dead.popitem()
            for session in [one for one in self.sessions.values() if one.leg is leg]:
                found += session.client_ended(why, By.NOBODY if why == DEAD else By.GATEWAY, now)
                found += self._inward.inside(session, [], now)
            leg.lns.close(why, now)
            self.clients.bury(leg)
            self._timers.note(leg)
        told = self._told(found, now, self.clients)
        self._join_accounts(now)
        return told

    def _told(self, found: list[Output], now: float, *touched: Timed) -> list[Output]:
        """Enter the facts, look at the deadlines of what was touched, and hand the rest on."""
        found = self.carrier.settled(found, now)
        for output in found:
            if isinstance(output, Fact):
                self.accounts.add(output, now)
                self.tally.note(output)
                self.ledger.note(output, now)
                self.keeping.touch_session(output.dial)
            elif isinstance(output, SendTcp):
                self.keeping.touch_connection(output.key)
        while self.carrier.refused:
            session, why = self.carrier.refused.pop()
            found += self._inward.inside(session, session.disconnect(why, now), now)
        for who in touched:
            self._timers.note(who)
        if self.keeping.unsaved:
            found = [*self.keeping.save(), *found]  # before all that leaves
            if self.keeping.begin_to_look(now):
                self._timers.note(self.keeping)
        return found
