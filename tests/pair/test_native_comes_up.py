"""Old clients reach a native L2TP/IPsec server: one tunnel for all, or one for each."""

import pytest

from gateway.bridge.mtu import largest_mru
from gateway.bridge.views import session_view
from gateway.outputs import What
from tests.pair.native_world import NATIVE, Native, meet
from tests.pair.peers.ike_responder import Habits
from tests.pair.peers.ppp_end import IP, PppEnd


def frames(world: Native) -> None:
    """One data frame each way for every session, the server's first."""
    for end in world.native.ends.values():
        for call in list(end.ppp):
            world.net.send(world.native.send_data(end, call, IP, b"from the server %d" % call))
    for number, client in enumerate(world.clients):
        world.net.send(client.send_data(IP, b"from client %d" % number))
    world.net.run_for(2.0)


def test_ppp_comes_up_end_to_end() -> None:
    world = meet()
    client = world.dial_one()
    assert client.up
    assert client.ppp.address == bytes((10, 2, 0, 2))
    assert world.native.links[0].up
    frames(world)
    assert [frame[24:] for frame in world.native.links[0].got] == [b"from client 0"]
    assert len(client.ppp.got) == 1
    assert world.errors() == []


def test_the_account_tells_each_step() -> None:
    world = meet()
    world.dial_one()
    kinds = [fact.what for fact in world.facts() if fact.dial == 1]
    wanted = [
        What.CALL_REQUESTED, What.SERVER_CALLED, What.SERVER_KEYED, What.SERVER_ANSWERED,
        What.SESSION_OPENED, What.LCP_OPENED, What.PPP_UP,
    ]  # fmt: skip
    assert [kind for kind in kinds if kind in wanted] == wanted
    (called,) = world.facts(What.SERVER_CALLED)
    assert called.details["kind"] == "L2TP/IPsec"


def test_what_the_owner_is_shown() -> None:
    world = meet()
    world.dial_one()
    (session,) = world.core.sessions.values()
    view = session_view(session, world.net.now)
    assert (view.inside_kind, view.encryption) == ("L2TP/IPsec", "ipsec 3des-sha1")
    assert (view.server, view.state, view.drops) == (f"{NATIVE}:1701", "up", {})
    assert view.inside_peer_call == world.native.end.lns.calls[0].call


def test_many_clients_share_one_tunnel_and_each_hears_its_own() -> None:
    world = meet(lns={"lines": 20})
    clients = [world.dial_one(number) for number in range(5)]
    assert all(client.up for client in clients)
    assert len(world.native.ends) == 1
    assert len(world.native.end.lns.tunnels) == 1
    assert len({client.ppp.address for client in clients}) == 5
    frames(world)
    assert sorted(link.got[0][24:] for link in world.native.links) == [
        b"from client %d" % number for number in range(5)
    ]
    assert {len(client.ppp.got) for client in clients} == {1}
    assert world.errors() == []


def test_or_each_has_a_tunnel_of_its_own_from_an_address_of_the_pool() -> None:
    world = meet(each=True)
    clients = [world.dial_one(number) for number in range(3)]
    assert all(client.up for client in clients)
    assert len(world.native.ends) == 3
    frames(world)
    assert {len(client.ppp.got) for client in clients} == {1}
    assert world.errors() == []


def test_an_address_of_the_pool_is_free_again_when_its_call_is_over() -> None:
    world = meet(each=True, route={"pool": (bytes((192, 0, 2, 100)),)})
    first = world.dial_one(0)
    second = world.dial_one(1)
    assert first.up
    assert not second.up
    (refused,) = world.facts(What.REFUSED)
    assert "no address of the pool" in refused.details["reason"]
    world.net.send(first.hang_up(world.net.now))
    world.net.run_for(5.0)
    third = world.dial_one(2)
    assert third.up


def test_a_tunnel_stays_a_while_for_the_next_call() -> None:
    world = meet()
    first = world.dial_one(0)
    world.net.send(first.hang_up(world.net.now))
    world.net.run_for(5.0)
    assert world.native.calls == 0
    second = world.dial_one(1)
    assert second.up
    assert world.native.end.lns.heard.count("SCCRQ") == 1
    world.net.send(second.hang_up(world.net.now))
    world.net.run_for(20.0)
    assert world.native.end.lns.ended[-1] == ("StopCCN", 1, "no call on it any more")
    assert len(world.native.end.ike.gone) == 2  # the pair, and phase 1
    assert world.core.board.trunks.by_place == {}
    assert world.core.board.trunks.ring.by_spi == {}


def test_a_call_while_the_tunnel_is_being_ended_gets_a_new_one() -> None:
    world = meet()
    first = world.dial_one(0)
    world.net.send(first.hang_up(world.net.now))
    trunk = next(iter(world.core.board.trunks.by_place.values()))
    world.net.run_for(4.0)
    world.net.send(world.join(host="192.168.1.9").dial(world.net.now))
    world.net.run_for(0.1)
    world.ask([item for item in trunk.close(world.net.now) if not hasattr(item, "leg")])
    world.net.run_for(10.0)
    assert world.clients[1].up


@pytest.mark.parametrize(
    "habits",
    [
        Habits(ports=(0,)),
        Habits(ports=(0,), silent=True),
        Habits(ids="fqdn"),
        Habits(ids="none"),
        Habits(fourth="quick", contact=True),
        Habits(fourth="informational"),
        Habits(tells_life=(900, 100_000)),
    ],
    ids=["17/0", "17/0 in silence", "FQDN", "no IDs", "4th message", "CONNECTED", "lifetime"],
)
def test_what_windows_does_against_the_book_keeps_nobody_away(habits: Habits) -> None:
    world = meet(habits=habits)
    assert world.dial_one().up
    assert world.errors() == []


def test_what_a_server_wants_in_its_selectors_is_remembered() -> None:
    world = meet(habits=Habits(ports=(0,)))
    first = world.dial_one(0)
    world.net.send(first.hang_up(world.net.now))
    world.net.run_for(30.0)
    world.native.restart()
    assert world.dial_one(1).up
    assert world.native.end.ike.selectors == [(1701, 0)]


def test_frames_are_clamped_to_what_fits_in_esp_on_both_sides() -> None:
    world = meet()
    client = world.dial_one(ppp=PppEnd(b"mine", mru=1500))
    assert client.up
    mru = largest_mru(1500, 8, before_esp=8, native=True)
    assert mru == 1414
    assert world.native.links[0].requests[0][:4] == b"\1\4" + mru.to_bytes(2, "big")


@pytest.mark.parametrize("seed", range(8))
def test_a_bad_line_outside_and_inside_brings_it_up_or_says_why(seed: int) -> None:
    world = meet(loss=0.1, duplicate=0.1, jitter=0.125, seed=seed)
    client = world.dial_one()
    world.net.run_for(60.0)
    told = world.facts(What.PPP_UP, What.REFUSED)
    assert client.up or told
    assert world.native.end.ike.errors == []
