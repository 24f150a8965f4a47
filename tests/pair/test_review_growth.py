"""Nothing grows for ever: not by traffic, not by a client that has the key."""

from tests.pair.gateway_world import client_entry, meet
from tests.pair.nat import Nat
from tests.pair.peers.ppp_end import IP


def test_traffic_leaves_no_heap_of_old_deadlines() -> None:
    """Each acknowledgement in GRE has a deadline of its own, far before that of the next echo."""
    world = meet()
    client = world.call_up()
    line = world.server.line
    for _ in range(400):
        world.net.send(world.server.send_data(line, IP, b"down"))
        world.net.run_for(0.125)
    assert client.up
    assert len(world.core._timers._heap) < 200


def test_who_dials_without_end_pushes_out_only_itself() -> None:
    """Twelve dials of one name that go no further than IKE, from twelve places."""
    world = meet(client_entry(), client_entry("other", "another key"), limits={"sessions": 4})
    good = world.call_up()
    waiting = world.join(nat=Nat("203.0.113.8"), host="192.168.1.3")
    waiting.dials_l2tp = False
    world.dial(waiting, 2.0)
    for number in range(12):
        host = f"192.168.2.{1 + number}"
        pest = world.join(nat=Nat(f"203.0.113.{100 + number}"), host=host, psk="another key")
        pest.dials_l2tp = False
        world.dial(pest, 2.0)
    clients = world.core.clients
    assert len(clients.phases) == 8
    world.net.run_for(60.0)
    assert len(clients.by_spi) == len(clients.legs) == 8
    world.net.send(waiting.redial_l2tp(world.net.now))
    world.net.run_for(10.0)
    assert good.up
    assert waiting.up


def test_with_all_at_work_the_newest_goes_no_further() -> None:
    world = meet(limits={"sessions": 1})
    world.call_up()
    second = world.join(nat=Nat("203.0.113.8"), host="192.168.1.3")
    world.dial(second)
    third = world.join(nat=Nat("203.0.113.9"), host="192.168.1.4")
    third.dials_l2tp = False
    world.dial(third, 2.0)
    assert len(world.core.clients.phases) == 2


def test_a_timer_of_a_dead_clients_tunnel_is_noted() -> None:
    """Its StopCCN cannot leave any more; a leg that waits for nothing is soon forgotten."""
    world = meet(limits={"hello_seconds": 3600})
    client = world.call_up()
    world.net.leave(client)
    world.net.run_for(30.0 + 6 * 10.0 + 120.0)
    assert world.core.idle()
    assert not world.core.clients.legs
