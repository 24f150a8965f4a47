"""The packets that killed old servers (CLIENTS.md, PPTP servers), sent through a client's tunnel.

Each story says which article tells of it. What is looked at is all that the server was sent.
"""

from struct import pack

import pytest

from gateway.bridge.views import session_views
from gateway.wire.ipv4 import build_ipv4, host_bytes
from tests.hostile import in_the_tree, whole
from tests.pair.gateway_world import OUTSIDE, World, meet
from tests.pair.killing import (
    GRE,
    HEAD,
    LARGER_THAN_IT_IS,
    ODD,
    PPTP_WITHIN,
    TCP,
    TOO_LARGE,
    UDP,
    ip,
    packet,
    tcp,
)
from tests.pair.peers.l2tp_lac import Profile, avp, body
from tests.pair.peers.ppp_end import IP, IPX, PppEnd, with_header
from tests.pair.peers.pptp_server import PptpServer, control

SET_LINK, WAN_ERROR = 16, 15  # L2TP's messages that PPTP has, too (RFC 2661, 6.13 and 6.14)
STRANGER = host_bytes("203.0.113.66")


def up(**route: object) -> World:
    """A session to an NT 4 server whose link and network are up."""
    world = meet(route=route or None)
    world.server.pptp = lambda number: PptpServer(0x1110 + number, window=2)
    world.call_up()
    world.net.run_for(2.0)
    world.server.frames.clear()
    return world


def sent(world: World, *frames: bytes) -> list[bytes]:
    """What the server gets when the client sends these."""
    for frame in frames:
        world.net.send(world.clients[0].send_frame(frame))
        world.net.run_for(1 / 4)
    world.net.run_for(2.0)
    return world.server.frames


def drops(world: World) -> dict[str, int]:
    [view] = session_views(world.core, world.net.now)
    return dict(view.drops)


def still_carries(world: World) -> bool:
    before = len(world.server.frames)
    world.net.send(world.clients[0].send_data(IP, b"alive"))
    world.net.run_for(1.0)
    return [frame[-5:] for frame in world.server.frames[before:]] == [b"alive"]


@pytest.mark.parametrize("name", LARGER_THAN_IT_IS)
def test_a_length_that_is_larger_than_its_packet_does_not_go_in(name: str) -> None:
    world = up()
    assert sent(world, LARGER_THAN_IT_IS[name]) == []
    assert sum(drops(world).values()) == 1
    assert still_carries(world)


@pytest.mark.parametrize("name", ["ip", "ip, one byte", "ipx"])
def test_without_a_shield_they_do(name: str) -> None:
    """So it is the shield that keeps them out, and nothing else."""
    assert sent(up(shield=False), LARGER_THAN_IT_IS[name]) == [LARGER_THAN_IT_IS[name]]


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_larger_than_the_server_has_room_for_does_not_go_in(name: str) -> None:
    world = up()
    assert sent(world, TOO_LARGE[name]) == []
    assert still_carries(world)


@pytest.mark.parametrize("name", ODD)
def test_what_is_no_packet_of_its_protocol_does_not_go_in(name: str) -> None:
    world = up()
    assert sent(world, ODD[name]) == []
    assert still_carries(world)


@pytest.mark.parametrize("name", PPTP_WITHIN)
def test_pptp_within_the_tunnel_does_not_reach_the_servers_own_driver(name: str) -> None:
    world = up()
    assert sent(world, PPTP_WITHIN[name]) == []
    assert still_carries(world)


@pytest.mark.parametrize("protocol", [TCP, GRE])
def test_pptp_from_a_stranger_outside_goes_nowhere(protocol: int) -> None:
    world = up()
    for payload in (tcp(1723), bytes.fromhex("3001880b0000000000000000"), bytes(40)):
        packet_in = build_ipv4(STRANGER, host_bytes(OUTSIDE), protocol, payload)
        assert world.core.receive_packet(packet_in, world.net.now) == []
    world.net.run_for(1.0)
    assert world.server.frames == []


# Q179107: a malformed control packet stops raspptpe.sys.
def test_nothing_that_a_client_says_of_itself_is_in_a_control_packet() -> None:
    world = meet()
    name = b"A" * 64 + b"\xff" * 40
    who = Profile("hostile", vendor=b"%n" * 60, firmware=0xFFFF, host_name=name)
    world.call_up(lac=who)
    heard = world.server.line.pptp.heard
    assert world.server.line.pptp.errors == []
    assert {number for number, _ in heard} == {1, 7, 15}
    said = b"".join(message for _, message in heard)
    assert b"AAAA" not in said
    assert b"%n" not in said


def test_control_messages_of_l2tp_do_not_become_control_messages_of_pptp() -> None:
    """Q241252 has the order that NT knows; errors and link information are not in it by dozens."""
    world = up()
    before = list(world.server.line.pptp.types())
    client = world.clients[0]
    [call] = client.lac.calls.values()
    for _ in range(20):
        for kind, more in ((SET_LINK, avp(35, bytes(10))), (WAN_ERROR, avp(34, bytes(26)))):
            world.net.send(
                client._wrap(client.lac._say(call.peer, body(kind, more), world.net.now))
            )
            world.net.run_for(1 / 8)
    assert world.server.line.pptp.types() == before
    assert still_carries(world)


def test_hostile_bytes_of_every_kind_become_nothing_or_a_good_frame() -> None:
    world = up()
    for form in dict.fromkeys(form for path in in_the_tree() for form in whole(path)):
        world.net.send(world.clients[0].send_frame(form))
        world.net.run_for(1 / 16)
    world.net.run_for(3.0)
    for frame in world.server.frames:
        assert frame[:2] == HEAD
        assert len(frame) <= 1504
        length = int.from_bytes(frame[6:8])
        assert frame[2] < 0x80 or 4 + length == len(frame)
    assert len(world.core.sessions) == 1


def test_frames_that_are_good_go_in_as_they_are() -> None:
    world = up()
    good = [
        packet(b"\xc0\x21", 9, b"clnt"),
        packet(b"\x80\x57", 1, b"\1\x0a" + bytes(8)),
        packet(b"\x80\x31", 1, b""),
        ip(b"hello", UDP),
        ip(b"hello", 1),
        ip(tcp(80), TCP),
        HEAD + b"\x00\x2b" + with_header(IPX, b"hello"),
        HEAD + b"\x00\x3f" + b"\xf0\xf0\x03hello",
    ]
    assert sent(world, *good) == good


def test_a_packet_loses_its_padding_and_a_frame_its_short_form() -> None:
    world = up()
    echo = packet(b"\xc0\x21", 9, b"clnt")
    assert sent(world, echo[2:] + bytes(9), ip(b"hello", UDP)[3:] + bytes(3)) == [
        echo,
        ip(b"hello", UDP),
    ]


@pytest.mark.parametrize("acks", [1 / 16, 0.75, None], ids=["soon", "late", "never"])
def test_a_window_of_two_is_kept_however_much_the_client_sends(acks: float | None) -> None:
    """Q162230: NT's receive window; what it does with a third packet nobody has written down."""
    world = up()
    gre = world.server.line.gre
    assert gre is not None
    gre.acks = acks
    heard: list[float] = []
    for number in range(160):
        before = len(world.server.frames)
        world.net.send(world.clients[0].send_data(IP, b"%03d" % number))
        world.net.run_for(1 / 32)
        heard += [world.net.now] * (len(world.server.frames) - before)
    assert gre.errors == []
    if acks is None:
        pairs = zip(heard[4:], heard[6:], strict=False)
        assert all(later - early >= 0.5 for early, later in pairs)


def test_the_mss_of_either_side_fits_the_tunnel() -> None:
    world = up()
    syn = tcp(80)[:12] + b"\x60\2" + tcp(80)[14:] + pack("!BBH", 2, 4, 1460)
    [inward] = sent(world, ip(syn, TCP))
    world.net.send(world.server.say(world.server.line, [ip(syn, TCP)]))
    world.net.run_for(1.0)
    [outward] = world.clients[0].ppp.got
    assert inward == outward
    assert 1300 < int.from_bytes(inward[-2:]) < 1400
    assert inward[:40] == ip(syn, TCP)[:40]


def test_an_echo_comes_after_a_minute_of_silence_and_ours_is_answered_at_once() -> None:
    """Q193841."""
    world = up()
    line = world.server.line
    world.gateway.tell(line, control(5, pack("!I", 7)), world.net.now)
    world.net.run_for(1.0)
    assert line.pptp.types()[-1] == 6
    count = len(line.pptp.heard)
    world.net.run_for(58.0)
    assert len(line.pptp.heard) == count
    world.net.run_for(3.0)
    assert line.pptp.types()[count:] == [5]
    world.net.run_for(120.0)
    assert line.pptp.types()[count:] == [5, 5, 5]


def test_the_text_of_a_failed_login_reaches_the_client_as_it_is() -> None:
    """Q222060, Q240870, Q242349: servers say odd things there; it is not ours to mend."""
    world = up()
    failure = packet(b"\xc2\x23", 4, b"E=5 R=0 C=00112233445566778899aabbccddeeff V=3 M=Error 5")
    world.net.send(world.server.say(world.server.line, [failure]))
    world.net.run_for(1.0)
    assert world.clients[0].ppp.got == [failure]


def test_a_server_may_send_what_it_may_not_be_sent() -> None:
    """The shield stands before the server alone: old clients are not less robust than they were."""
    world = up()
    odd = PppEnd(b"srvr").say(0x7B, b"of a protocol that nobody has")
    world.net.send(world.server.say(world.server.line, [odd]))
    world.net.run_for(1.0)
    assert world.clients[0].ppp.got == [odd]
