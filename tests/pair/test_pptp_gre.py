"""Frames go through a call's GRE over a net that loses, doubles and reorders."""

from gateway.pptp.gre import Drop, Gre
from tests.pair.net import Net
from tests.pair.peers.pptp_server import GreServer
from tests.pair.pptp_world import HERE, OUR_CALL, THERE, GreNode

PEER_CALL = 0x1111


def frames(count: int) -> list[bytes]:
    return [b"\x00\x21" + number.to_bytes(4, "big") for number in range(count)]


def meet(net: Net, *, window: int = 2, acks: float | None = 1 / 64) -> tuple[GreNode, GreServer]:
    node = GreNode(Gre(OUR_CALL, PEER_CALL, window))
    server = GreServer(THERE, HERE, OUR_CALL, acks=acks, window=window)
    net.join(node, "192.0.2.1")
    net.join(server, "192.0.2.2")
    return node, server


def test_a_window_of_two_is_never_overrun_and_all_frames_arrive() -> None:
    net = Net()
    node, server = meet(net)
    net.send(node.say(frames(50), net.now))
    net.run_for(10.0)
    assert server.got == frames(50)
    assert server.errors == []
    assert node.gre.timeouts == 0


def test_a_server_that_never_acknowledges_does_not_stall_the_call() -> None:
    net = Net()
    node, server = meet(net, acks=None)
    net.send(node.say(frames(60), net.now))
    net.run_for(4.0)
    assert server.got == frames(60)
    assert node.gre.timeouts == 4
    before = net.now
    net.send(node.say(frames(300), net.now))
    net.run_for(1 / 64)
    assert (len(server.got), net.now - before) == (360, 1 / 64)


def test_a_server_that_acknowledges_after_all_is_honoured_again() -> None:
    net = Net()
    node, server = meet(net, acks=None)
    net.send(node.say(frames(60), net.now))
    net.run_for(4.0)
    server.acks, server.acked = 1 / 64, server.highest
    net.send(node.say(frames(1), net.now))
    net.run_for(1.0)
    net.send(node.say(frames(50), net.now))
    net.run_for(10.0)
    assert server.errors == []
    assert server.got == frames(60) + frames(1) + frames(50)


def test_a_lost_packet_opens_the_window_by_time() -> None:
    net = Net()
    node, server = meet(net)
    net.lose(lambda datagram: datagram.target == THERE)
    net.send(node.say(frames(10), net.now))
    net.run_for(5.0)
    assert server.got == frames(10)[1:]
    assert node.gre.timeouts == 1


def test_frames_beyond_the_queue_are_counted() -> None:
    net = Net()
    node, server = meet(net)
    net.send(node.say(frames(70), net.now))
    net.run_for(10.0)
    assert server.got == frames(65)
    assert node.gre.counts == {Drop.QUEUE_FULL: 5}


def test_what_is_received_is_acknowledged_soon_and_not_each_time() -> None:
    net = Net()
    node, server = meet(net)
    net.send(server.say(frames(40)))
    net.run_for(1.0)
    assert node.got == frames(40)
    assert server.heard_ack == 39
    assert [c.when for c in net.carried if c.datagram.source == HERE] == [
        1000.0 + 1 / 64,
        1000.0 + 1 / 64 + 0.1,
    ]


def test_an_answer_carries_the_acknowledgement() -> None:
    net = Net()
    node, server = meet(net)
    net.send(server.say(frames(1)))
    net.run_for(1 / 32)
    net.send(node.say(frames(1), net.now))
    net.run_for(1.0)
    assert server.heard_ack == 0
    assert len([c for c in net.carried if c.datagram.source == HERE]) == 1


def test_a_missing_packet_is_waited_for_thirty_milliseconds() -> None:
    net = Net()
    node, server = meet(net)
    net.lose(lambda datagram: datagram.source == THERE)
    net.send(server.say(frames(4)))
    net.run_for(1 / 64)
    assert node.got == []
    net.run_for(0.03)
    assert node.got == frames(4)[1:]
    assert node.gre.skipped == 1


def test_sixteen_waiting_packets_wait_no_longer() -> None:
    net = Net()
    node, server = meet(net)
    net.lose(lambda datagram: datagram.source == THERE)
    net.send(server.say(frames(17)))
    net.run_for(1 / 64)
    assert node.got == frames(17)[1:]


def test_loss_doubling_and_disorder_leave_order() -> None:
    net = Net(loss=0.05, duplicate=0.1, jitter=1 / 64, seed=5)
    node, server = meet(net, window=16)
    for turn in range(100):
        net.send(server.say(frames(500)[turn * 5 : turn * 5 + 5]))
        net.run_for(1 / 32)
    net.run_for(1.0)
    assert node.got == sorted(set(node.got))
    lost = [c for c in net.carried if c.lost and c.datagram.source == THERE]
    assert len(node.got) == 500 - len(lost)
    assert node.gre.skipped <= len(lost)


def test_a_server_that_counts_anew_is_followed() -> None:
    net = Net()
    node, server = meet(net)
    net.send(server.say(frames(500)))
    net.run_for(1.0)
    server.next = 0
    net.send(server.say(frames(100)))
    net.run_for(1.0)
    assert node.got[500:] == frames(100)[31:]
    assert node.gre.counts == {Drop.LATE: 31}
