"""One call to a server, told as the session sees it. The bytes are those of the scripted server."""

from gateway.bridge.inside_leg import Answered, Ended, Gone, LegOutput
from gateway.bridge.pptp_leg import PptpLeg, Worked
from gateway.outputs import CloseTcp, OpenTcp, SendIp, SendTcp
from gateway.paths import SendFrame
from gateway.pptp.gre import Gre
from gateway.pptp.machine import Caller
from gateway.wire.ipv4 import host_bytes, parse_ipv4
from gateway.wire.udp import Endpoint
from tests.pair.net import seeded
from tests.pair.peers.pptp_server import STOP, answered, disconnected, started

SERVER = Endpoint(host_bytes("192.0.2.20"), 1723)
SOURCE = host_bytes("192.0.2.1")
CALL, PEER_CALL, BUSY = 0x2222, 0x1111, 4


def make(source: bytes | None = SOURCE, shield: bool = False) -> PptpLeg:
    return PptpLeg(5, Caller(CALL, seeded(1)), CALL, source, SERVER, shield)


def called() -> PptpLeg:
    leg = make()
    leg.opened(1.0)
    leg.receive(started(), 1.0)
    return leg


def up() -> PptpLeg:
    leg = called()
    leg.receive(answered(PEER_CALL, CALL), 1.0)
    return leg


def of(kind: type, outputs: list[LegOutput]) -> list[LegOutput]:
    return [output for output in outputs if isinstance(output, kind)]


def test_it_connects_from_the_configured_address() -> None:
    assert make().start(0.0) == [OpenTcp(5, SOURCE, SERVER)]


def test_the_call_is_answered_with_the_servers_name_and_number() -> None:
    leg = called()
    found = leg.receive(answered(PEER_CALL, CALL), 1.0)
    assert of(Answered, found) == [Answered("Microsoft", PEER_CALL)]
    assert leg.gre is not None
    assert leg.peer_call == PEER_CALL


def test_a_busy_server_is_told_as_busy() -> None:
    [ended] = of(Ended, called().receive(answered(0, CALL, result=BUSY), 1.0))
    assert isinstance(ended, Ended)
    assert (ended.busy, ended.was_open) == (True, False)
    assert "busy" in ended.reason


def test_a_connection_that_cannot_be_had_ends_it_with_that_reason() -> None:
    leg = make()
    assert leg.closed("connection refused", 1.0) == [
        Ended("connection refused", was_open=False),
        Gone(),
    ]


def test_a_connection_lost_in_the_call_ends_it_once() -> None:
    leg = up()
    assert leg.closed("reset", 2.0) == [Ended("reset", was_open=True), Gone()]
    assert leg.gre is None
    assert leg.closed("reset", 2.0) == [Gone()]


def test_a_server_that_disconnects_the_call_ends_it_and_is_then_closed() -> None:
    leg = up()
    found = leg.receive(disconnected(PEER_CALL), 2.0)
    [ended] = of(Ended, found)
    assert isinstance(ended, Ended)
    assert ended.was_open
    assert not ended.busy
    due = leg.deadline()
    assert due is not None
    found += leg.handle_timeout(due)
    assert found[-2:] == [CloseTcp(5), Gone()]


def test_a_server_that_stops_ends_the_call() -> None:
    assert len(of(Ended, up().receive(STOP, 2.0))) == 1


def test_hanging_up_is_in_order_and_nobody_is_told_that_it_ended() -> None:
    leg = up()
    found = leg.hang_up(2.0)
    assert [type(each) for each in found] == [SendTcp]
    found = leg.receive(disconnected(PEER_CALL), 2.0)
    assert not of(Ended, found)
    due = leg.deadline()
    assert due is not None
    assert leg.handle_timeout(due)[-2:] == [CloseTcp(5), Gone()]


def test_hanging_up_before_the_connection_stands_ends_at_once() -> None:
    assert make().hang_up(1.0)[-1:] == [Gone()]


def test_gre_leaves_from_the_configured_address_or_lets_the_kernel_choose() -> None:
    for source, expected in ((SOURCE, SOURCE), (None, bytes(4))):
        packet = make(source).packet(b"gre")
        assert isinstance(packet, SendIp)
        header = parse_ipv4(packet.packet)
        assert (header.source, header.target, header.protocol) == (expected, SERVER.host, 47)
        assert packet.packet[header.start :] == b"gre"


def test_the_deadline_is_the_next_of_control_and_data() -> None:
    leg = up()
    control = leg.deadline()
    assert leg.gre is not None
    assert control is not None
    leg.gre.open(bytes.fromhex("3001880b0001222200000000") + b"x", 0, 13, 2.0)
    data = leg.gre.deadline()
    assert data is not None
    assert leg.deadline() == min(control, data)


def test_a_server_may_speak_from_another_of_its_addresses() -> None:
    # Q169831: NT answers GRE from the address of its best route
    leg, other = up(), host_bytes("192.0.2.21")
    assert leg.is_heard_from(other)
    assert leg.is_heard_from(other)
    assert not leg.is_heard_from(SERVER.host)


def test_once_the_server_has_spoken_nobody_else_is_heard() -> None:
    leg = up()
    assert leg.is_heard_from(SERVER.host)
    assert not leg.is_heard_from(host_bytes("192.0.2.66"))


def test_nobody_is_heard_before_the_call_is_up() -> None:
    leg = called()
    assert not leg.is_heard_from(SERVER.host)
    leg.receive(answered(PEER_CALL, CALL), 1.0)
    assert leg.is_heard_from(SERVER.host)


def deaf(shield: bool, window: int) -> int:
    """How many frames a server gets that never acknowledges one, in half a minute."""
    leg = make(shield=shield)
    leg.opened(0.0)
    leg.receive(started() + answered(PEER_CALL, CALL, window=window), 0.0)
    gre, sent = leg.gre, 0
    assert gre is not None
    for step in range(480):
        sent += gre.seal(b"frame", step / 16) is not None
        sent += len([packet for packet in gre.drain(step / 16) if len(packet) > 12])
    return sent


def test_behind_a_shield_a_small_window_is_never_exceeded() -> None:
    assert deaf(shield=True, window=2) < 60
    assert deaf(shield=True, window=8) < 90
    assert deaf(shield=True, window=64) > 400
    assert deaf(shield=False, window=2) > 400


def test_a_call_that_is_up_is_taken_up_by_another_leg() -> None:
    assert called().kept() is None
    leg = up()
    kept = leg.kept()
    assert kept is not None
    again = PptpLeg(5, Caller(CALL, seeded(9)), CALL, SOURCE, SERVER)
    again.resume(kept)
    assert again.kept() == kept
    assert (again.is_up, again.peer_call, again.vendor) == (True, PEER_CALL, "Microsoft")
    assert of(Ended, again.receive(disconnected(PEER_CALL), 2.0))


def test_a_workers_call_is_kept_as_one_that_anybody_may_go_on_with() -> None:
    leg = PptpLeg(5, Caller(9, seeded(1)), 9, None, SERVER, shield=True, channel=5, worked=True)
    assert leg.kept() is None
    leg._open(8)
    assert leg.strict
    kept = leg.kept()
    assert kept is not None
    assert kept.channel == 0
    assert isinstance(leg.gre, Worked)
    leg.gre.sent[0], leg.gre.heard[0] = 7, 3
    assert leg.packet(leg.gre.seal(b"frame", 0.0)) == SendFrame(5, b"frame")
    leg.take_over()
    assert isinstance(leg.gre, Gre)
    assert (leg.gre.sent[0], leg.gre.heard[0], leg.channel) == (7, 3, 0)
