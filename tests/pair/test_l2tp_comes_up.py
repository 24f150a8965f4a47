"""A client dials the LNS and gets its call, whatever the wire does to the messages."""

import pytest

from gateway.l2tp.events import CallClosed, CallOpened, CallRequested, TunnelClosed, TunnelOpened
from tests.pair.l2tp_world import BUSY, call_up, meet
from tests.pair.net import Net
from tests.pair.peers.l2tp_lac import MSL2TP, WINDOWS_2000, XL2TPD, Profile

PATIENT = (1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0, 8.0)  # so that only our own patience is tried
FRAME = bytes.fromhex("ff03c02101010014010405780206000000000506afd70f82")  # gen-l2tp-mschapv2, 23


@pytest.mark.parametrize("profile", [WINDOWS_2000, MSL2TP, XL2TPD], ids=lambda each: each.name)
def test_every_kind_of_client_gets_its_call(profile: Profile) -> None:
    net, lac, node = call_up(profile)
    (opened,) = node.of(TunnelOpened)
    (call,) = node.of(CallOpened)
    assert (opened.peer_tunnel, opened.tunnel) == (lac.tunnel, lac.peer_tunnel)
    assert call.peer_call in lac.calls
    assert lac.errors == []


def test_a_client_is_known_by_what_it_says_of_itself() -> None:
    kinds = [call_up(each)[2].of(TunnelOpened)[0] for each in (WINDOWS_2000, MSL2TP, XL2TPD)]
    assert [each.client_kind for each in kinds] == ["windows-2000-xp", "msl2tp", "xl2tpd"]
    assert [each.host_name for each in kinds] == ["OLDBOX", "", "lac.example.net"]


def test_frames_pass_both_ways() -> None:
    net, lac, node = call_up()
    (call,) = node.of(CallOpened)
    net.send(lac.send_frame(call.peer_call, FRAME))
    net.send(node.send_frame(call.call, FRAME[::-1]))
    net.run_for(1.0)
    assert node.frames == [(call.call, FRAME)]
    assert lac.frames == [FRAME[::-1]]
    assert lac.errors == []


@pytest.mark.parametrize("seed", range(20))
def test_it_comes_up_with_loss_doubling_and_reordering(seed: int) -> None:
    net, lac, node = meet(XL2TPD, Net(loss=0.3, duplicate=0.2, jitter=1.5, seed=seed))
    lac.waits = PATIENT
    net.send(lac.dial(net.now))
    net.run_for(90.0)
    assert len(node.of(CallRequested)) == 1
    assert len(node.of(CallOpened)) == 1
    assert lac.up
    assert lac.errors == []


@pytest.mark.parametrize("seed", range(5))
def test_it_ends_in_order_with_loss_doubling_and_reordering(seed: int) -> None:
    net, lac, node = meet(XL2TPD, Net(duplicate=0.2, jitter=1.5, seed=seed))
    net.send(lac.dial(net.now))
    net.run_for(30.0)
    net.loss = 0.3
    net.send(lac.hang_up(net.now))
    net.run_for(60.0)
    assert [each.by_peer for each in node.of(CallClosed)] == [True]
    assert [each.by_peer for each in node.of(TunnelClosed)] == [True]
    assert node.lns.deadline() is None


def test_the_call_request_is_acknowledged_before_it_is_answered() -> None:
    net, lac, node = meet()
    node.delay = 5.0
    net.send(lac.dial(net.now))
    net.run_for(4.0)
    assert not lac.up
    icrqs = [each for each in net.carried if each.datagram.payload[18:20] == b"\0\x0a"]
    assert len(icrqs) == 1  # the client had no reason to send it again
    net.run_for(2.0)
    assert lac.up


def test_a_call_request_sent_again_while_the_server_is_called_is_one_call() -> None:
    net, lac, node = meet()
    node.delay = 5.0
    net.send(lac.dial(net.now))
    net.run_for(1 / 16)
    net.lose(lambda each: len(each.payload) == 12 and each.source.host[-1] == 20, times=3)
    net.run_for(20.0)
    assert len(node.of(CallRequested)) == 1
    assert len(node.of(CallOpened)) == 1
    assert node.lns.counters["duplicates"] == 2


def test_a_refused_call_brings_a_cdn_and_the_tunnel_goes() -> None:
    net, lac, node = meet()
    node.accept = False
    net.send(lac.dial(net.now))
    net.run_for(10.0)
    assert [each[0] for each in lac.ended] == ["CDN", "StopCCN"]
    assert lac.ended[0] == ("CDN", BUSY, 0, "server is down")
    assert [each.message for each in node.of(CallClosed)] == ["server is down"]
    assert [each.by_peer for each in node.of(TunnelClosed)] == [False]
    assert lac.errors == []


def test_with_a_window_of_one_the_lns_sends_one_message_at_a_time() -> None:
    narrow = Profile("narrow", b"test", 1, b"narrow", window=1)
    net, lac, node = meet(narrow)
    net.send(lac.dial(net.now, calls=4))
    net.run_for(30.0)
    assert lac.up
    assert len(node.of(CallOpened)) == 4
    for call in node.of(CallOpened):
        net.send(node.carry(node.lns.hang_up(call.call, 3, 0, "enough", net.now), net.now))
    net.run_for(10.0)
    assert [each[0] for each in lac.ended] == ["CDN"] * 4 + ["StopCCN"]
    assert lac.errors == []


def test_tunnel_authentication_proves_both_ends() -> None:
    net, lac, node = meet(XL2TPD, secret=b"tunnel-secret-42")
    net.send(lac.dial(net.now))
    net.run_for(5.0)
    assert lac.up
    assert lac.errors == []


def test_a_client_with_another_secret_is_sent_away() -> None:
    net, lac, node = meet(XL2TPD, secret=b"tunnel-secret-42")
    lac.secret = b"another"
    net.send(lac.dial(net.now))
    net.run_for(5.0)
    assert lac.ended == [("StopCCN", 4, 0, "wrong response to the challenge")]
    assert node.of(TunnelOpened) == []


def test_a_client_that_asks_for_a_secret_we_do_not_have_is_told_so() -> None:
    net, lac, node = meet(XL2TPD)
    lac.secret = b"tunnel-secret-42"
    net.send(lac.dial(net.now))
    net.run_for(5.0)
    assert lac.ended[0][:2] == ("StopCCN", 4)


@pytest.mark.parametrize("sequencing", [False, True])
def test_numbers_in_data_are_answered_with_numbers(sequencing: bool) -> None:
    net, lac, node = call_up(sequencing=sequencing)
    (call,) = node.of(CallOpened)
    assert call.sequencing is sequencing
    for turn in range(3):
        net.send(node.send_frame(call.call, bytes([turn]) * 8))
        net.run_for(1 / 16)
    assert lac.frames == [bytes([turn]) * 8 for turn in range(3)]
    assert lac.errors == []


def test_numbered_frames_that_overtook_each_other_come_in_order_or_not_at_all() -> None:
    net, lac, node = call_up(net=Net(seed=3), sequencing=True)
    net.jitter = 0.5
    (call,) = node.of(CallOpened)
    for turn in range(40):
        net.send(lac.send_frame(call.peer_call, turn.to_bytes(2, "big") * 4))
    net.run_for(2.0)
    seen = [int.from_bytes(frame[:2], "big") for _, frame in node.frames]
    assert seen == sorted(set(seen))
    assert len(seen) + len(node.drops) == 40
