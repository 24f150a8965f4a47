"""One way to one native L2TP/IPsec server: its keys, its L2TP tunnel, and the calls on it.

A trunk speaks from one address of ours to one server. It is made for a first call and asks for
keys, then for the tunnel, then for the calls; it ends with the last call, at once or a little
later. Keys come and go under it: whoever renews them, L2TP and PPP never notice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from gateway.bridge.client_leg import NOTED_EVERY, Counters, Pair, Track
from gateway.bridge.inside_leg import Answered, Ended, Gone, LegOutput, Told
from gateway.bridge.trunk_keys import Keyring, TrunkKeys
from gateway.bridge.trunk_states import TABLE, Do, Input, State
from gateway.ike import events as ike
from gateway.ike.initiator import Initiator
from gateway.ike.initiator_events import Agreed, AskEvent, Failed
from gateway.l2tp import events as l2tp
from gateway.l2tp.errors import Drop as L2tpDrop
from gateway.l2tp.lac import Lac
from gateway.outputs import Fact, Output, SendIp, What
from gateway.paths import SendL2tp
from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_UDP, build_ipv4
from gateway.wire.udp import Datagram, Endpoint, build_checked_udp, build_udp

PORT_L2TP: Final = 1701
STAYS: Final = 10.0  # seconds an empty trunk waits for one more call
PARTING: Final = 2.0  # seconds the server has to acknowledge the end of the tunnel
TRY_AGAIN: Final = 10.0  # seconds after keys could not be renewed
HUNG_UP, NO_FACILITY_NOW, NO_FACILITY = 1, 4, 5  # results of a CDN (RFC 2661, 4.4.2)
EMPTY: Final = "no call on it any more"


class Leg(Protocol):
    """What a trunk knows of the legs on it."""

    peer_call: int
    is_up: bool


@dataclass(frozen=True, slots=True)
class ForLeg:
    """Something that has happened to one of the calls."""

    leg: Leg
    output: LegOutput


Item = Output | ForLeg


class Trunk:
    """`alone`: it is for one call, and goes with it."""

    def __init__(
        self,
        local: bytes,
        server: Endpoint,
        asking: Initiator,
        lac: Lac,
        ring: Keyring,
        alone: bool,
        changed: "Callable[[Trunk], None]",
    ) -> None:
        """`changed` is told whenever its keys are others."""
        self.local, self.server, self.alone = local, server, alone
        self.ike, self.lac = asking, lac
        self.state = State.KEYING
        self.legs: dict[int, Leg] = {}  # by our call id
        self.drops = Counters()
        self.changed = changed
        self.keys = TrunkKeys(ring, self.drops, lambda: changed(self))
        self.track: Track | None = None  # there while the kernel carries it
        self.why_user = ""  # why it is not to be tried again
        self.server_port = PORT_L2TP
        self.noted = float("-inf")  # when L2TP and IKE were last told that the server lives
        self.scheduled: float | None = None  # for Timers
        self._why = ""  # in words, once it goes wrong
        self._empty_at: float | None = None
        self._part_by: float | None = None
        self._again_at: float | None = None

    @property
    def encryption(self) -> str:
        current = self.keys.current
        return f"ipsec {current.suite}" if current else "ipsec"

    @property
    def takes_calls(self) -> bool:
        return self.state in (State.KEYING, State.DIALLING, State.UP)

    # what the legs ask

    def ring(self, leg: Leg, now: float) -> tuple[int, list[Output]]:
        """Put one more call through, as soon as that can be: its number."""
        number, events = self.lac.call(now)
        self.legs[number] = leg
        self._empty_at = None
        asked = self.ike.start(now) if self.state is State.KEYING else []
        return number, plain([*self._carry_ike(asked, now), *self._carry(events, now)])

    def hang_up(self, call: int, now: float) -> list[Output]:
        """One call less; nothing of it is told any more."""
        self.legs.pop(call, None)
        events = self.lac.hang_up(call, HUNG_UP, 0, "the client is gone", now)
        return plain([*self._carry(events, now), *self._look_whether_empty(now)])

    def close(self, now: float) -> list[Item]:
        """The gateway is being stopped."""
        return self._step(Input.ASKED, now, "the gateway is being stopped")

    def finish(self, now: float) -> list[Item]:
        """It is closing, and its place is wanted."""
        return self._step(Input.DONE, now)

    # what comes from the server

    def receive_ike(self, datagram: Datagram, now: float) -> list[Item]:
        return self._carry_ike(self.ike.receive(datagram, now), now)

    def heard(self, pair: Pair, now: float) -> list[Item]:
        """Authenticated ESP has come on a pair: it can be used, and those before it can go."""
        found: list[Item] = []
        if not pair.confirmed:
            found += self._carry_ike(self.ike.confirm(pair.inbound.spi, now), now)
        if not self.keys.settled and self.keys.is_newest(pair):
            self.keys.settled = True
            for spi in self.keys.older():
                found += self.expire(spi, now)
        return found

    def note_alive(self, pair: Pair, now: float) -> None:
        """Road: the same for L2TP and IKE, which then need not ask whether the server lives."""
        if now - self.noted > NOTED_EVERY:
            self.noted = now
            self.lac.note_alive(now)
            self.ike.answering.note_alive(pair.ike_sa, now)

    def receive_l2tp(self, message: bytes, port: int, now: float) -> list[Item]:
        """A control message out of ESP, come from the server's UDP `port`."""
        if port != self.server_port:
            self.server_port = port
            self.changed(self)
        found = self._carry(self.lac.receive(message, now), now)
        return found + self._look_whether_done(now)

    def deadline(self) -> float | None:
        times = (
            self.ike.deadline(),
            self.lac.deadline(),
            self._empty_at,
            self._part_by,
            self._again_at,
        )
        return min((time for time in times if time is not None), default=None)

    def handle_timeout(self, now: float) -> list[Item]:
        found: list[Item] = []
        if _due(self.ike.deadline(), now):
            found += self._carry_ike(self.ike.handle_timeout(now), now)
        if _due(self.lac.deadline(), now):
            found += self._carry(self.lac.handle_timeout(now), now)
        if _due(self._again_at, now):
            self._again_at = None
            found += self.renew(now)
        if _due(self._empty_at, now):
            self._empty_at = None
            found += self._step(Input.IDLE, now, EMPTY)
        if _due(self._part_by, now):
            self._part_by = None
            found += self._step(Input.DONE, now)
        return found + self._look_whether_done(now)

    # keys

    def renew(self, now: float) -> list[Item]:
        """The keys in use come to their end."""
        if not self.takes_calls:
            return []
        return self._carry_ike(self.ike.start(now), now)

    def expire(self, spi: int, now: float) -> list[Item]:
        """A pair is used up."""
        return self._carry_ike(self.ike.close_pair(spi, now), now)

    def _carry_ike(self, events: Sequence[AskEvent], now: float) -> list[Item]:
        """What IKE wants sent, and what its events mean for the trunk."""
        found: list[Item] = []
        for event in events:
            match event:
                case ike.Send():
                    found.append(_packet(event))
                case ike.PairReady():
                    found += self._add_pair(event, now)
                case ike.PairConfirmed(spi_in=spi) if spi in self.keys.pairs:
                    self.keys.confirm(spi)
                    self._again_at = None
                    found += self._step(Input.KEYED, now)
                case ike.PairClosed(spi_in=spi) if spi in self.keys.pairs:
                    self.keys.retire(spi, now)
                    if self.keys.current is None and self.state in (State.DIALLING, State.UP):
                        found += self._carry_ike(self.ike.start(now), now)
                case ike.InitialContact():
                    self.lac.doubt(now)
                case Agreed(server_port):
                    self.keys.ring.ports[self.server.host] = server_port
                case Failed(why, detail):
                    words = f"it {why.value}" + (f" ({detail})" if detail else "")
                    found += self._no_keys(words, now)
        return found

    def _add_pair(self, event: ike.PairReady, now: float) -> list[Item]:
        self.keys.add(self, event, now)
        details = {
            "server": str(self.server),
            "suite": event.suite,
            "spi_in": f"{event.spi_in:08x}",
            "spi_out": f"{event.spi_out:08x}",
            "life_seconds": str(event.life_seconds),
        }
        if event.life_kilobytes is not None:
            details["life_kilobytes"] = str(event.life_kilobytes)
        waiting = [leg for leg in self.legs.values() if not leg.is_up]
        if not waiting:
            return [Fact(What.SERVER_KEYED, details=details)]
        return [ForLeg(leg, Told(What.SERVER_KEYED, details)) for leg in waiting]

    def _no_keys(self, words: str, now: float) -> list[Item]:
        if self.keys.current is None:
            return self._step(Input.FAILED, now, words)
        self._again_at = now + TRY_AGAIN
        what = f"the keys towards {self.server} could not be renewed: {words}"
        return [Fact(What.TROUBLE, details={"what": what})]

    # the tunnel and its calls

    def _carry(self, events: Sequence[l2tp.L2tpEvent], now: float) -> list[Item]:
        found: list[Item] = []
        for event in events:
            match event:
                case l2tp.Send(message):
                    packet = self.seal(message)
                    found += [] if packet is None else [packet]
                case l2tp.TunnelOpened():
                    found += self._step(Input.OPENED, now)
                case l2tp.CallOpened(call=call, peer_call=peer_call) if call in self.legs:
                    leg = self.legs[call]
                    leg.peer_call, leg.is_up = peer_call, True
                    found.append(ForLeg(leg, Answered(self.lac.vendor, peer_call)))
                case l2tp.CallClosed(call=call) if call in self.legs:
                    found += self._call_closed(self.legs.pop(call), event)
                    found += self._look_whether_empty(now)
                case l2tp.TunnelClosed():
                    found += self._step(Input.ENDED, now)
        return found

    def _call_closed(self, leg: Leg, event: l2tp.CallClosed) -> list[Item]:
        was_open, leg.is_up = leg.is_up, False
        said = event.message or f"result {event.result}"
        reason = f"it says: {said}" if event.by_peer else self._why or said
        busy = event.by_peer and event.result in (NO_FACILITY_NOW, NO_FACILITY)
        return [ForLeg(leg, Ended(reason, was_open, busy)), ForLeg(leg, Gone())]

    def _look_whether_empty(self, now: float) -> list[Item]:
        if self.legs or not self.takes_calls:
            return []
        if self.alone or self.state is State.KEYING:
            return self._step(Input.IDLE, now, EMPTY)
        self._empty_at = now + STAYS
        return []

    def _look_whether_done(self, now: float) -> list[Item]:
        if self.state is State.CLOSING and self.lac.idle:
            return self._step(Input.DONE, now)
        return []

    def _step(self, what: Input, now: float, why: str = "") -> list[Item]:
        actions, after = TABLE[self.state, what]
        if after is State.CLOSING and self.state is not State.CLOSING:
            self._part_by, self._empty_at = now + PARTING, None
        self.state = after
        self._why = self._why or why
        return [item for action in actions for item in self._do(action, now)]

    def _do(self, action: Do, now: float) -> list[Item]:
        match action:
            case Do.DIAL:
                return self._carry(self.lac.start(now), now)
            case Do.STOP_TUNNEL:
                return self._carry(self.lac.close(self._why, now), now)
            case Do.END_CALLS:
                unsent = [
                    event
                    for event in self.lac.close(self._why, now)
                    if not isinstance(event, l2tp.Send)
                ]
                return [*self._carry(unsent, now), *self._end_waiting()]
            case Do.DELETE_KEYS:
                return self._delete_keys(now)

    def _end_waiting(self) -> list[Item]:
        """Calls of a tunnel that was never asked for."""
        legs, self.legs = self.legs, {}
        ended = Ended(self._why, was_open=False)
        return [ForLeg(leg, output) for leg in legs.values() for output in (ended, Gone())]

    def _delete_keys(self, now: float) -> list[Item]:
        """The last word; what comes from the server after it is of no use to anybody."""
        self.keys.remove_all()
        sent = [event for event in self.ike.close(now) if isinstance(event, ike.Send)]
        self._part_by = self._empty_at = self._again_at = None
        return [_packet(event) for event in sent]

    # the road

    def send_frame(self, call: int, frame: bytes) -> list[Output]:
        """Road: a PPP frame towards the server."""
        message = self.lac.seal_data(call, frame)
        if isinstance(message, L2tpDrop):
            self.drops.count(message.name.lower())
            return []
        packet = self.seal(message)
        return [] if packet is None else [packet]

    def seal(self, message: bytes) -> SendIp | SendL2tp | None:
        """Road: an L2TP message as the packet that goes out, or None (counted)."""
        if self.track is not None:
            return SendL2tp(self.track.number, message)
        sealed = self.keys.seal(build_udp(PORT_L2TP, self.server_port, message))
        if sealed is None:
            return None
        return SendIp(build_ipv4(self.local, self.server.host, PROTOCOL_ESP, sealed))

    def counted_drops(self) -> dict[str, int]:
        """By reason, those of the pairs among them."""
        found = self.keys.counted_drops()
        for name, count in self.drops.by_reason.items():
            found[name] = found.get(name, 0) + count
        return {f"inside_{name}": count for name, count in found.items()}


def plain(items: Sequence[Item]) -> list[Output]:
    """Of a leg that is only being started or hung up: others cannot be meant."""
    return [item for item in items if not isinstance(item, ForLeg)]


def _packet(event: ike.Send) -> SendIp:
    segment = build_checked_udp(event.source, event.target, event.message)
    return SendIp(build_ipv4(event.source.host, event.target.host, PROTOCOL_UDP, segment))


def _due(deadline: float | None, now: float) -> bool:
    return deadline is not None and deadline <= now
