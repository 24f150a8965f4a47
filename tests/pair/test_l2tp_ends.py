"""How calls and tunnels end: by either side, by both at once, by silence, by a redial."""

import pytest

from gateway.l2tp.errors import Drop
from gateway.l2tp.events import CallClosed, CallOpened, TunnelClosed, TunnelOpened
from gateway.wire.udp import Datagram
from tests.pair.l2tp_world import call_up
from tests.pair.net import Net
from tests.pair.peers.l2tp_lac import MSL2TP, WINDOWS_2000, XL2TPD, Profile

TO_CLIENT = 10  # last byte of its address


def to_client(datagram: Datagram) -> bool:
    return datagram.target.host[-1] == TO_CLIENT


@pytest.mark.parametrize("profile", [WINDOWS_2000, MSL2TP, XL2TPD], ids=lambda each: each.name)
def test_the_client_hangs_up(profile: Profile) -> None:
    net, lac, node = call_up(profile)
    net.send(lac.hang_up(net.now))
    net.run_for(5.0)
    assert [each.by_peer for each in node.of(CallClosed)] == [True]
    assert [(each.by_peer, each.message) for each in node.of(TunnelClosed)] == [(True, "bye")]
    assert lac.deadline() is None  # all it said was acknowledged
    assert lac.ended == []
    assert "wrong_assigned_id" not in node.lns.counters


def test_wrong_ids_in_the_close_of_an_unknown_client_close_none_the_less() -> None:
    odd = Profile("odd", b"unheard of", 7, b"odd", our_ids_in_close=True)
    net, lac, node = call_up(odd)
    net.send(lac.hang_up(net.now))
    net.run_for(5.0)
    assert len(node.of(TunnelClosed)) == 1
    assert node.lns.counters["wrong_assigned_id"] == 2


def test_a_closed_tunnel_is_forgotten_after_its_time() -> None:
    net, lac, node = call_up()
    net.send(lac.hang_up(net.now))
    net.run_for(5.0)
    assert node.lns.idle
    assert node.lns.deadline() is not None
    net.run_for(31.0)
    assert node.lns.deadline() is None


def test_a_stop_whose_acknowledgement_was_lost_is_acknowledged_again() -> None:
    net, lac, node = call_up(XL2TPD)
    net.lose(to_client, times=3)
    net.send(lac.hang_up(net.now))
    net.run_for(20.0)
    assert len(node.of(TunnelClosed)) == 1
    assert lac.deadline() is None


def test_we_hang_up_and_the_tunnel_follows_its_last_call() -> None:
    net, lac, node = call_up()
    (call,) = node.of(CallOpened)
    net.send(node.carry(node.lns.hang_up(call.call, 3, 0, "enough", net.now), net.now))
    net.run_for(1.0)
    assert lac.ended == [
        ("CDN", 3, 0, "enough"),
        ("StopCCN", 1, 0, "no call in the tunnel"),
    ]
    assert node.lns.idle
    assert lac.errors == []


def test_both_hang_up_at_once() -> None:
    net, lac, node = call_up()
    (call,) = node.of(CallOpened)
    net.send(lac.hang_up(net.now))
    net.send(node.carry(node.lns.hang_up(call.call, 3, 0, "enough", net.now), net.now))
    net.run_for(10.0)
    assert len(node.of(CallClosed)) == 1
    assert len(node.of(TunnelClosed)) == 1
    assert node.lns.idle
    assert lac.deadline() is None


def test_both_stop_the_tunnel_at_once() -> None:
    net, lac, node = call_up()
    net.send(lac.hang_up(net.now))
    net.send(node.carry(node.lns.close("going down", net.now), net.now))
    net.run_for(10.0)
    assert [each.message for each in node.of(TunnelClosed)] == ["going down"]
    assert node.lns.idle
    assert lac.deadline() is None


def test_we_close_everything() -> None:
    net, lac, node = call_up()
    net.send(node.carry(node.lns.close("going down", net.now), net.now))
    net.run_for(1.0)
    assert lac.ended == [("StopCCN", 1, 0, "going down")]
    assert [each.message for each in node.of(CallClosed)] == ["going down"]
    assert node.lns.idle


def test_frames_after_the_end_go_nowhere() -> None:
    net, lac, node = call_up()
    (call,) = node.of(CallOpened)
    late = lac.send_frame(call.peer_call, b"\xff\x03\xc0\x21Terminate")
    net.send(node.carry(node.lns.close("going down", net.now), net.now))
    net.send(late)
    net.run_for(1.0)
    assert node.drops == [Drop.NO_CALL]
    assert node.lns.seal_data(call.call, b"\xff\x03\xc0\x21") is Drop.NO_CALL


def test_a_client_that_vanishes_is_missed_after_a_minute_of_silence() -> None:
    net, lac, node = call_up()
    there = net.now
    net.leave(lac)
    net.run_for(200.0)
    (closed,) = node.of(TunnelClosed)
    assert closed.message == "the peer does not acknowledge"
    assert [each.message for each in node.of(CallClosed)] == [closed.message]
    hellos = [each for each in net.carried if each.when > there]
    assert len(hellos) == 8
    assert hellos[-1].when - hellos[0].when == 39.0  # 1 2 4 8 8 8 8
    assert node.lns.deadline() is None


def test_a_quiet_client_is_asked_once_a_minute_and_stays() -> None:
    net, lac, node = call_up()
    net.run_for(290.0)
    assert lac.heard.count("HELLO") == 4
    assert lac.up
    assert node.of(TunnelClosed) == []


def test_a_client_that_sends_frames_is_not_asked() -> None:
    net, lac, node = call_up()
    (call,) = node.of(CallOpened)
    for _ in range(10):
        net.run_for(30.0)
        net.send(lac.send_frame(call.peer_call, b"\xff\x03\xc0\x21Echo"))
    assert "HELLO" not in lac.heard


def test_a_client_that_asks_is_answered() -> None:
    net, lac, node = call_up()
    net.send(lac.ask_alive(net.now))
    net.run_for(0.5)
    assert lac.deadline() is None


def test_after_a_redial_the_old_tunnel_falls_when_the_new_one_is_up() -> None:
    net, lac, node = call_up(XL2TPD)
    net.run_for(10.0)
    net.send(lac.dial(net.now))
    net.run_for(5.0)
    assert lac.up
    old, new = node.of(TunnelOpened)
    assert [(each.tunnel, each.message) for each in node.of(TunnelClosed)] == [
        (old.tunnel, "the client has dialled again")
    ]
    assert [each.tunnel for each in node.of(CallClosed)] == [old.tunnel]
    assert node.events.index(new) < node.events.index(node.of(CallClosed)[0])


def test_a_redial_with_the_old_tunnels_id_says_nothing_to_the_old_one() -> None:
    net, lac, node = call_up(WINDOWS_2000)
    net.run_for(10.0)
    net.send(lac.dial(net.now))
    net.run_for(60.0)
    assert lac.up
    assert lac.ended == []
    assert "StopCCN" not in lac.heard
    assert len(node.of(TunnelClosed)) == 1


def test_a_redial_that_never_completes_leaves_the_old_tunnel_alone() -> None:
    net, lac, node = call_up(XL2TPD)
    dead = Net()
    net.send(lac.dial(dead.now))
    net.leave(lac)
    net.run_for(50.0)
    assert [each.message for each in node.of(TunnelClosed)] == ["the peer does not acknowledge"]
    assert node.of(CallClosed) == []


def test_a_client_that_ends_its_last_call_may_ask_for_another() -> None:
    net, lac, node = call_up()
    net.send(lac.hang_up_call(next(iter(lac.calls)), net.now))
    net.run_for(5.0)
    net.send(lac.call(net.now))
    net.run_for(30.0)
    assert lac.up
    assert node.of(TunnelClosed) == []


def test_a_tunnel_left_without_a_call_is_closed() -> None:
    net, lac, node = call_up()
    net.send(lac.hang_up_call(next(iter(lac.calls)), net.now))
    net.run_for(12.0)
    assert lac.ended == [("StopCCN", 1, 0, "no call in the tunnel")]
