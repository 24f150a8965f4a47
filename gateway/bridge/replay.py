"""Playing a recorded handshake to a fresh gateway: does this version still do what that one did?

All is in memory and on a clock of its own: a gateway with one client in its configuration, the
client as it was recorded, and a server that takes the call. The tests play recordings, and so does
a box before it takes an upgrade for good.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from struct import error as StructError  # noqa: N812
from typing import Final

from gateway.bridge.admission import BY_CLIENT
from gateway.bridge.classify import MARKER, NON_IKE_MARKER
from gateway.bridge.client_leg import BY_MARKER, OWN_PORT
from gateway.bridge.gateway import Gateway
from gateway.bridge.outcome import steps_of
from gateway.bridge.replay_ike import Agreed, Initiator
from gateway.bridge.replay_l2tp import Lac
from gateway.bridge.replay_places import GATEWAY, INSIDE, NAT_PORT, OUTSIDE, SERVER
from gateway.bridge.replay_server import Server
from gateway.bridge.replay_signed import Shown, is_signed, make_shown
from gateway.control.config import Client, Config, Inside, Outside, Route
from gateway.control.days import UNTOLD
from gateway.control.defaults import DEFAULTS
from gateway.control.limits import Limits
from gateway.control.recorded import BadCase, Case, Line
from gateway.control.schema import NAT_D
from gateway.control.suites import ESP_SUITES, IKE_SUITES
from gateway.esp.errors import Drop
from gateway.esp.inbound import Inbound
from gateway.esp.outbound import Outbound
from gateway.esp.suites import find_suite
from gateway.ike.nat import NAMES
from gateway.ike.numbers import PORT_IKE, PORT_L2TP, PORT_NATT
from gateway.outputs import Fact, OpenTcp, Output, SendIp, SendTcp, What
from gateway.wire.cursor import WireError
from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_UDP, build_ipv4, parse_ipv4
from gateway.wire.udp import HEADER as UDP_HEADER
from gateway.wire.udp import Endpoint, build_checked_udp, build_udp, parse_udp
from gateway.x509.rule import Rule

NAME: Final = "recorded"
TODAY: Final = date(2004, 1, 1)  # it is as good as any other
STEP: Final = 0.05  # seconds between two messages: less than anything waits for


@dataclass(frozen=True, slots=True)
class Replayed:
    """`problems` are sentences: empty if the gateway still does what it did. `changes` are no
    reason to worry, but are told."""

    came: tuple[str, ...]
    found: Mapping[str, str]
    problems: tuple[str, ...]
    changes: tuple[str, ...]


def replay(case: Case, random: Callable[[int], bytes]) -> Replayed:
    """BadCase if the file cannot be played; whatever the gateway does is told in the answer."""
    stage = Stage(case, random)
    for line in case.lines:
        if line.by_client:
            stage.play(line)
    came, found = steps_of(stage.facts)
    problems = [f"it no longer comes to {step}" for step in case.came if step not in came]
    problems += [
        f"{name} was {case.found[name]}, and is {found.get(name, 'nothing')}"
        for name in case.found
        if found.get(name) != case.found[name] and not name.startswith(What.RECOGNISED.value)
    ]
    changes = [f"it now comes to {step}" for step in came if step not in case.came]
    changes += [
        f"{name} was {case.found.get(name, 'nothing')}, and is {value}"
        for name, value in found.items()
        if name.startswith(What.RECOGNISED.value) and case.found.get(name) != value
    ]
    return Replayed(came, found, tuple(problems), tuple(changes))


def configuration(case: Case, psk: bytes, shown: Shown | None) -> Config:
    """One client that may use what it might at its site, and a server for it."""
    outside = Outside(
        "replay0",
        (GATEWAY,),
        nat_d=case.nat_d if case.nat_d in NAT_D else BY_CLIENT,
        natt=tuple(way for way in NAMES if way in case.natt),
    )
    return Config(
        outside,
        Inside("replay1", INSIDE),
        Limits(**DEFAULTS["limits"]),
        (
            Client(
                NAME,
                psk if shown is None else b"",
                tuple(suite for suite in IKE_SUITES if suite in case.ike),
                tuple(suite for suite in ESP_SUITES if suite in case.esp),
                "replay",
                weak_reason="it might at its site",
                weak_until=UNTOLD,
                certificate=None if shown is None else Rule(),
            ),
        ),
        (Route("replay", "pptp", SERVER),),
        certificates=() if shown is None else (shown.own,),
        authorities=() if shown is None else (shown.authority,),
    )


@dataclass(slots=True)
class Stage:
    """The gateway, and everybody around it."""

    case: Case
    random: Callable[[int], bytes] = field(repr=False)
    facts: list[Fact] = field(default_factory=list)
    now: float = 0.0
    _core: Gateway = field(init=False)
    _ike: Initiator = field(init=False)
    _lac: Lac = field(default_factory=Lac)
    _server: Server = field(default_factory=Server)
    _pairs: dict[int, tuple[Agreed, Inbound, Outbound]] = field(default_factory=dict)
    _later: list[Output] = field(default_factory=list)

    def __post_init__(self) -> None:
        psk = self.random(24)
        shown = make_shown(self.case, self.random) if is_signed(self.case) else None
        config = configuration(self.case, psk, shown)
        self._core = Gateway(config, self.random, self.now, TODAY)
        self._ike = Initiator(psk, self.random, shown)

    def play(self, line: Line) -> None:
        """One message of the client, and everything that comes of it."""
        self.now += STEP
        try:
            packet = self._packet(line)
        except BadCase:
            raise
        except (WireError, ValueError, IndexError, OverflowError, StructError) as error:
            raise BadCase(f"{line.what} at {line.ms} ms cannot be built: {error}") from None
        if packet is not None:
            self._carry(self._core.receive_packet(packet, self.now))

    def _packet(self, line: Line) -> bytes | None:
        if line.layer == "ike":
            message = self._ike.say(line)
            return None if message is None else self._ike_packet(line, message)
        message = self._lac.say(line) if line.layer == "l2tp" else self._lac.frame(line)
        return None if message is None else self._esp_packet(message)

    def _ike_packet(self, line: Line, message: bytes) -> bytes:
        marker = MARKER if line.port == PORT_NATT else b""
        source = Endpoint(OUTSIDE, line.source or NAT_PORT + (line.port == PORT_NATT))
        segment = build_checked_udp(source, Endpoint(GATEWAY, line.port), marker + message)
        return build_ipv4(OUTSIDE, GATEWAY, PROTOCOL_UDP, segment)

    def _esp_packet(self, message: bytes) -> bytes | None:
        """Under the newest keys, as NAT traversal has it."""
        self._learn_pairs()
        if not self._pairs:
            return None
        agreed, _, outbound = list(self._pairs.values())[-1]
        sealed = outbound.seal(build_udp(PORT_L2TP, PORT_L2TP, message))
        if isinstance(sealed, Drop):
            return None
        port = OWN_PORT.get(BY_MARKER[agreed.marker])
        if port is None:
            return build_ipv4(OUTSIDE, GATEWAY, PROTOCOL_ESP, sealed)
        before = NON_IKE_MARKER if port == PORT_IKE else b""
        segment = build_udp(self._source(port), port, before + sealed)
        return build_ipv4(OUTSIDE, GATEWAY, PROTOCOL_UDP, segment)

    def _source(self, port: int) -> int:
        """The port from which the client's IKE to this port of ours came last."""
        said = [one.source for one in self.case.lines if one.by_client and one.port == port]
        return (said[-1] if said else 0) or NAT_PORT + (port == PORT_NATT)

    def _learn_pairs(self) -> None:
        for agreed in self._ike.pairs:
            if agreed.spi_in not in self._pairs:
                suite = find_suite(agreed.suite)
                inbound = Inbound(agreed.spi_in, suite, agreed.keymat_in)
                outbound = Outbound(agreed.spi_out, suite, agreed.keymat_out, self.random)
                self._pairs[agreed.spi_in] = agreed, inbound, outbound

    def _carry(self, outputs: list[Output]) -> None:
        """What the gateway asks for, and what comes of that, until nothing more does."""
        waiting = list(outputs)
        while waiting:
            waiting += self._carry_one(waiting.pop(0))

    def _carry_one(self, output: Output) -> list[Output]:
        match output:
            case Fact():
                self.facts.append(output)
            case OpenTcp(key=key):
                return self._core.tcp_opened(key, self.now)
            case SendTcp(key=key, data=data):
                answer = self._server.receive(data)
                return self._core.receive_tcp(key, answer, self.now) if answer else []
            case SendIp(packet=packet):
                return self._hear(packet)
        return []

    def _hear(self, packet: bytes) -> list[Output]:
        """A packet for the client, or for the server, which has nothing to say to it."""
        header = parse_ipv4(packet)
        payload = packet[header.start : header.end]
        if header.target != OUTSIDE:
            return []
        try:
            if header.protocol == PROTOCOL_ESP:
                return self._hear_esp(payload)
            source, _, data = parse_udp(payload)
            if data[: len(NON_IKE_MARKER)] == NON_IKE_MARKER:
                return self._hear_esp(data[len(NON_IKE_MARKER) :])
            if source == PORT_IKE:
                self._ike.hear(data)
            elif data[: len(MARKER)] == MARKER:
                self._ike.hear(data[len(MARKER) :])
            else:
                return self._hear_esp(data)
        except WireError:
            pass  # the client would be silent, and the dial would come no further
        return []

    def _hear_esp(self, packet: bytes) -> list[Output]:
        self._learn_pairs()
        known = self._pairs.get(int.from_bytes(packet[:4], "big"))
        segment = Drop.NO_SA if known is None else known[1].open(packet)
        if isinstance(segment, Drop):
            return []
        answer = self._lac.hear(segment[UDP_HEADER:])
        sealed = None if answer is None else self._esp_packet(answer)
        return [] if sealed is None else self._core.receive_packet(sealed, self.now)
