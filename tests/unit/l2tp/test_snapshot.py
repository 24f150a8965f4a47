"""A client dials one LNS, and goes on with another that was made of the first one's values."""

from collections import defaultdict

import pytest

from gateway.l2tp.events import CallClosed, CallRequested, TunnelClosed
from gateway.l2tp.machine import Lns
from gateway.l2tp.snapshot import JUMP, TunnelValue, restore, snapshot
from gateway.wire.record import build_record, parse_record
from gateway.wire.words import Word
from tests.pair.l2tp_world import LnsNode, call_up
from tests.pair.net import Net, seeded
from tests.pair.peers.l2tp_lac import MSL2TP, WINDOWS_2000, XL2TPD, Profile

FRAME = b"\xff\x03\x00\x21a frame"


def begin_anew(net: Net, node: LnsNode, words: dict[int, Word] | None = None) -> Lns:
    """The LNS dies; another takes up what it has left, as bytes."""
    values = [parse_record(TunnelValue, build_record(each)) for each in snapshot(node.lns)]
    node.lns = Lns("postern", seeded(3))
    restore(node.lns, values, net.now, words or defaultdict(lambda: [0]))
    return node.lns


@pytest.mark.parametrize("profile", [WINDOWS_2000, MSL2TP, XL2TPD], ids=lambda each: each.name)
def test_the_client_talks_on_and_hangs_up(profile: Profile) -> None:
    net, lac, node = call_up(profile)
    begin_anew(net, node)
    (call,) = node.lns.roads
    (theirs,) = lac.calls
    net.send(lac.send_frame(theirs, FRAME))
    net.send(node.send_frame(call, FRAME))
    net.run_for(1.0)
    assert (node.frames, len(lac.frames)) == ([(call, FRAME)], 1)
    net.send(lac.hang_up(net.now))
    net.run_for(5.0)
    assert len(node.of(CallClosed)) == len(node.of(TunnelClosed)) == 1
    assert lac.ended == []
    assert "wrong_assigned_id" not in node.lns.counters


def test_what_is_taken_up_is_what_was_kept() -> None:
    net, _, node = call_up(MSL2TP)
    before = snapshot(node.lns)
    assert before[0].quirk == "msl2tp"
    begin_anew(net, node)
    assert snapshot(node.lns) == before


def test_the_client_is_asked_whether_it_is_there_as_before() -> None:
    net, lac, node = call_up()
    begin_anew(net, node)
    net.run_for(200.0)
    assert node.of(TunnelClosed) == []
    assert (lac.up, len(node.lns.tunnels())) == (True, 1)


def test_what_it_had_not_acknowledged_goes_out_again() -> None:
    net, lac, node = call_up()
    (call,) = node.lns.roads
    node.carry(node.lns.hang_up(call, 3, 0, "closed", net.now), net.now)  # never gets there
    begin_anew(net, node)
    net.run_for(5.0)
    assert not lac.up
    assert lac.deadline() is None


def test_a_call_that_is_not_up_is_not_kept() -> None:
    net, lac, node = call_up()
    node.delay = 1000.0
    net.send(lac.call(net.now))
    net.run_for(1.0)
    ((value,), calls) = snapshot(node.lns), node.of(CallRequested)
    assert (len(calls), [each.call for each in value.calls]) == (2, [calls[0].call])


def test_numbers_of_data_messages_jump_behind_the_word() -> None:
    net, _, node = call_up(sequencing=True)
    (call,) = node.lns.roads
    word = [0]
    node.lns.roads[call].word = word
    for _ in range(5):
        node.send_frame(call, FRAME)
    assert word == [5]
    begin_anew(net, node, {call: word})
    (datagram,) = node.send_frame(call, FRAME)
    assert int.from_bytes(datagram.payload[8:10], "big") == 5 + JUMP
    assert word == [5 + JUMP + 1]


def test_two_tunnels_of_one_id_are_not_taken_up() -> None:
    net, _, node = call_up()
    values = snapshot(node.lns)
    with pytest.raises(ValueError, match="two tunnels"):
        restore(node.lns, values, net.now, defaultdict(lambda: [0]))
