"""The gateway calls an L2TP server: one tunnel, many calls, and how they end."""

import pytest

from gateway.l2tp.events import CallClosed, CallOpened, TunnelClosed, TunnelOpened
from tests.pair.lac_world import meet
from tests.pair.net import Net

FRAME = bytes.fromhex("ff03c02101010014010405780206000000000506afd70f82")  # gen-l2tp-mschapv2, 23


def test_a_tunnel_and_a_call_come_up_in_the_order_of_the_rfc() -> None:
    world = meet().open()
    call = world.call()
    assert world.lns.heard == ["SCCRQ", "SCCCN", "ICRQ", "ICCN"]
    (opened,), (answered,) = world.us.of(TunnelOpened), world.us.of(CallOpened)
    assert (opened.host_name, opened.vendor, opened.firmware) == ("OLDSERVER", "Microsoft", 0x500)
    assert (answered.call, answered.peer_call) == (call, world.lns.calls[0].call)
    assert world.lns.calls[0].up
    assert world.lns.errors == []


def test_a_call_that_is_wished_for_before_there_is_a_tunnel_waits_for_it() -> None:
    world = meet()
    world.call(0.0)
    world.open()
    assert len(world.us.of(CallOpened)) == 1
    assert world.lns.errors == []


def test_many_calls_share_the_tunnel_and_each_has_its_own_frames() -> None:
    world = meet(lines=100).open()
    calls = [world.call(1.0) for _ in range(20)]
    assert len(world.lns.calls) == 20
    assert len(world.lns.tunnels) == 1
    for each in world.lns.calls:
        world.say(world.lns.send_frame(each.call, FRAME + each.peer.to_bytes(2, "big")), 0.1)
    assert sorted(world.us.frames) == sorted((n, FRAME + n.to_bytes(2, "big")) for n in calls)


def test_frames_pass_towards_the_server() -> None:
    world = meet().open()
    call = world.call()
    sealed = world.lac.seal_data(call, FRAME)
    assert isinstance(sealed, bytes)
    world.them.lns.receive(sealed, world.net.now)
    assert world.lns.frames == [(world.lns.calls[0].call, FRAME)]


def test_one_call_ends_and_the_others_go_on() -> None:
    world = meet().open()
    first, second = world.call(), world.call()
    world.ask(world.lac.hang_up(first, 1, 0, "the client hung up", world.net.now))
    assert world.lns.ended == [("CDN", 1, "the client hung up")]
    assert [each.call for each in world.us.of(CallClosed)] == [first]
    assert [each.peer for each in world.lns.calls] == [second]
    assert world.us.of(TunnelClosed) == []


def test_the_server_ends_a_call_and_says_why() -> None:
    world = meet().open()
    call = world.call()
    world.say(world.lns.hang_up(world.lns.calls[0].call, world.net.now))
    (closed,) = world.us.of(CallClosed)
    assert (closed.call, closed.by_peer, closed.result) == (call, True, 3)
    assert closed.message == "ended by the server"


def test_a_server_without_a_free_line_refuses_the_call_alone() -> None:
    world = meet(lines=1).open()
    world.call()
    world.call()
    (closed,) = world.us.of(CallClosed)
    assert (closed.result, closed.message) == (4, "no line free")
    assert len(world.us.of(CallOpened)) == 1


def test_a_server_that_answers_no_call_is_given_up_after_a_while() -> None:
    world = meet(answers_calls=False).open()
    call = world.call(16.0)
    (closed,) = world.us.of(CallClosed)
    assert (closed.call, closed.by_peer) == (call, False)
    assert "did not put the call through within 15 s" in closed.message


def test_a_server_that_does_not_answer_l2tp_is_given_up_after_ten_seconds() -> None:
    world = meet(takes_tunnels=False)
    world.open(9.0)
    assert world.us.events == []
    world.net.run_for(2.0)
    (closed,) = world.us.of(TunnelClosed)
    assert closed.message == "no answer to L2TP within 10 s"


def test_a_server_that_asks_for_a_secret_is_refused() -> None:
    world = meet(asks_secret=True).open()
    (closed,) = world.us.of(TunnelClosed)
    assert "tunnel authentication" in closed.message
    assert world.lns.ended[0][:2] == ("StopCCN", 4)


def test_the_server_goes_down_in_order_and_every_call_is_told() -> None:
    world = meet().open()
    calls = [world.call(), world.call()]
    world.say(world.lns.stop(world.net.now))
    assert [each.call for each in world.us.of(CallClosed)] == calls
    (closed,) = world.us.of(TunnelClosed)
    assert (closed.by_peer, closed.message) == (True, "going down")
    assert world.lac.idle


def test_silence_is_asked_about_and_a_living_server_answers() -> None:
    world = meet(hello=15.0).open()
    world.call()
    world.net.run_for(100.0)
    assert world.lns.heard.count("HELLO") >= 5
    assert world.us.of(TunnelClosed) == []


def test_a_server_that_vanished_is_noticed_by_the_hello() -> None:
    world = meet(hello=15.0).open()
    call = world.call()
    world.them.alive = False
    world.net.run_for(70.0)
    assert [each.call for each in world.us.of(CallClosed)] == [call]
    (closed,) = world.us.of(TunnelClosed)
    assert "does not acknowledge" in closed.message
    assert world.lac.deadline() is None


def test_a_server_that_has_forgotten_the_tunnel_is_as_good_as_gone() -> None:
    world = meet(hello=15.0).open()
    world.call()
    world.lns.forget()
    world.net.run_for(70.0)
    assert len(world.us.of(TunnelClosed)) == 1


def test_the_server_may_ask_by_hello_whether_we_are_there() -> None:
    world = meet().open()
    world.call()
    world.say(world.lns.hello(world.net.now))
    assert world.lns.deadline() is None
    assert world.us.of(TunnelClosed) == []


def test_calls_of_the_servers_own_are_refused() -> None:
    world = meet().open()
    world.say(world.lns.call_out(world.net.now))
    assert world.lns.ended == [("CDN", 5, "calls of the server's own are not served")]
    assert world.us.of(TunnelClosed) == []


def test_closing_tells_the_server_and_ends_every_call() -> None:
    world = meet().open()
    world.call()
    world.ask(world.lac.close("the gateway is being stopped", world.net.now))
    assert world.lns.ended == [("StopCCN", 1, "the gateway is being stopped")]
    assert len(world.us.of(CallClosed)) == 1
    assert world.lac.idle


@pytest.mark.parametrize("seed", range(10))
def test_it_comes_up_and_ends_with_loss_doubling_and_reordering(seed: int) -> None:
    world = meet(net=Net(loss=0.2, duplicate=0.2, jitter=0.5, seed=seed))
    world.open(0.0)
    world.call(60.0)
    opened, closed = world.us.of(CallOpened), world.us.of(CallClosed)
    assert len(opened) + len(closed) == 1
    assert world.lns.errors == []
    world.ask(world.lac.close("bye", world.net.now), 60.0)
    assert world.lac.idle
    assert world.lac.deadline() is None
