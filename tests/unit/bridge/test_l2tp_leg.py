"""One call on a trunk, told as the session sees it."""

from gateway.bridge.inside_leg import Gone
from gateway.bridge.l2tp_leg import L2tpLeg
from gateway.outputs import SendIp, What
from tests.pair.native_world import Native, meet


def up() -> tuple[Native, L2tpLeg]:
    world = meet()
    world.dial_one()
    (session,) = world.core.sessions.values()
    assert isinstance(session.inside, L2tpLeg)
    return world, session.inside


def test_it_is_up_with_the_servers_number_and_encryption() -> None:
    world, leg = up()
    assert leg.is_up
    assert leg.peer_call == world.native.end.lns.calls[0].call
    assert (leg.kind, leg.encryption) == ("L2TP/IPsec", "ipsec 3des-sha1")
    assert leg.shared is leg.trunk


def test_a_frame_is_one_packet_of_protocol_50_from_our_address_to_the_servers() -> None:
    world, leg = up()
    [out] = leg.send(b"\xff\x03\x00\x21frame", world.net.now)
    assert isinstance(out, SendIp)
    assert (out.packet[9], out.packet[12:16], out.packet[16:20]) == (
        50,
        leg.trunk.local,
        leg.server.host,
    )
    assert b"frame" not in out.packet


def test_hanging_up_tells_the_server_and_leaves_nothing_to_wait_for() -> None:
    world, leg = up()
    found = leg.hang_up(world.net.now)
    assert [type(output) for output in found] == [SendIp, Gone]
    assert not leg.is_up
    assert leg.trunk.legs == {}


def test_a_second_hanging_up_says_nothing() -> None:
    world, leg = up()
    leg.hang_up(world.net.now)
    assert leg.abandon(world.net.now) == []


def test_it_has_no_timers_of_its_own() -> None:
    world, leg = up()
    assert leg.deadline() is None
    assert leg.road_deadline() is None
    assert leg.handle_timeout(world.net.now) == []
    assert (leg.late(0.0), leg.drain(0.0), leg.has_more) == ([], [], False)
    assert leg.link_up(0.0) == []


def test_what_is_dropped_on_the_way_is_shown_by_the_session() -> None:
    world, leg = up()
    leg.trunk.drops.count("not_l2tp")
    assert leg.drops() == {"inside_not_l2tp": 1}


def test_the_answer_names_the_servers_maker() -> None:
    world, leg = up()
    (answered,) = world.facts(What.SERVER_ANSWERED)
    assert answered.details["vendor"] == "Microsoft"
    assert answered.details["peer_call_id"] == str(leg.peer_call)
