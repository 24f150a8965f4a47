"""How sessions with a native server end, and what is left of them: nothing."""

import pytest

from gateway.outputs import What
from tests.pair.gateway_world import client_entry
from tests.pair.native_world import Native, meet
from tests.pair.peers.ike_profiles import AES256_SHA_2048, ESP_DES_MD5
from tests.pair.peers.ike_responder import Habits
from tests.pair.peers.ppp_end import IP


def nothing_left(world: Native) -> bool:
    board = world.core.board
    tables = (
        world.core.sessions, board.by_leg, board.trunks.by_place, board.trunks.ring.by_spi,
        board._routes, board._left,
    )  # fmt: skip
    return not any(tables)


def refusal(world: Native) -> str:
    """The newest, as the owner reads it."""
    return world.facts(What.REFUSED)[-1].details["detail"]


def test_the_client_hangs_up_and_the_server_is_told_in_order() -> None:
    world = meet()
    client = world.dial_one()
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(40.0)
    assert [each[0] for each in world.native.end.lns.ended] == ["CDN", "StopCCN"]
    assert nothing_left(world)
    assert world.errors() == []


def test_the_server_ends_one_call_and_the_others_go_on() -> None:
    world = meet()
    clients = [world.dial_one(number) for number in range(2)]
    end = world.native.end
    world.net.send(world.native.say(end, end.lns.hang_up(end.lns.calls[0].call, world.net.now)))
    world.net.run_for(5.0)
    assert [client.up and client.lac.up for client in clients] == [False, True]
    (closed,) = world.facts(What.SESSION_CLOSED)
    assert closed.details["reason"] == "it says: ended by the server"


def test_the_server_goes_down_in_order_and_every_client_hears_it() -> None:
    world = meet()
    clients = [world.dial_one(number) for number in range(3)]
    end = world.native.end
    world.net.send(world.native.say(end, end.lns.stop(world.net.now)))
    world.net.run_for(5.0)
    assert [client.lac.ended[0][:2] for client in clients] == [("CDN", 1)] * 3
    assert nothing_left(world)
    assert len(world.native.end.ike.gone) == 2


def test_a_server_that_vanished_is_noticed_and_its_clients_are_told() -> None:
    world = meet()
    client = world.dial_one()
    world.native.alive = False
    world.net.run_for(70.0)
    assert client.lac.ended[0][:2] == ("CDN", 1)
    (closed,) = world.facts(What.SESSION_CLOSED)
    assert "does not acknowledge L2TP" in closed.details["reason"]
    assert nothing_left(world)


def test_a_server_that_was_restarted_under_load_is_noticed_and_dialled_anew() -> None:
    world = meet()
    client = world.dial_one()
    for _ in range(20):
        world.net.send(client.send_data(IP, b"load"))
        world.net.run_for(0.1)
    world.native.restart()
    for _ in range(700):
        world.net.send(client.send_data(IP, b"load") if client.lac.up else [])
        world.net.run_for(0.1)
    assert len(world.facts(What.SESSION_CLOSED)) == 1
    assert nothing_left(world)
    again = world.dial_one(1)
    assert again.up
    assert world.native.dropped > 20


def test_a_server_whose_ipsec_alone_was_restarted_gets_new_keys_and_keeps_its_calls() -> None:
    """It deletes all keys when it stops, in order; L2TP and PPP do not notice."""
    world = meet()
    client = world.dial_one()
    ike = world.native.end.ike
    world.net.send(ike.delete_pair(ike.pairs[0]))
    world.net.send(ike.delete_phase1())
    ike.forget()
    world.net.run_for(5.0)
    world.net.send(client.send_data(IP, b"still here"))
    world.net.run_for(1.0)
    assert world.native.links[0].got[-1].endswith(b"still here")
    assert world.facts(What.SESSION_CLOSED) == []


@pytest.mark.parametrize(
    ("world", "words", "seconds"),
    [
        (lambda: meet(psk="another"), "does not accept the pre-shared key", 2.0),
        (lambda: meet(habits=Habits(silent=True), psk="another"), "pre-shared key", 10.0),
        (
            lambda: meet(habits=Habits(suites=(AES256_SHA_2048,))),
            "takes none of the suites offered for IKE",
            2.0,
        ),
        (
            lambda: meet(habits=Habits(esp=(ESP_DES_MD5,))),
            "refuses the security associations for L2TP",
            2.0,
        ),
        (lambda: meet(lns={"takes_tunnels": False}), "no answer to L2TP within 10 s", 12.0),
        (lambda: meet(lns={"asks_secret": True}), "tunnel authentication", 2.0),
        (lambda: meet(lns={"lines": 0}), "no line free", 2.0),
        (lambda: meet(lns={"answers_calls": False}), "within 15 s", 17.0),
    ],
    ids=["wrong key", "wrong key, silence", "no suite", "no ESP suite", "no L2TP", "secret",
         "full", "no answer"],
)  # fmt: skip
def test_a_server_that_will_not_is_a_refusal_the_client_hears_and_the_owner_reads(
    world: object, words: str, seconds: float
) -> None:
    made = world()  # type: ignore[operator]  # each story makes its own
    client = made.join()
    made.dial(client, seconds + 2.0)
    assert client.lac.ended[0][0] == "CDN"
    assert words in refusal(made)
    assert words in client.lac.ended[0][3]
    made.net.run_for(30.0)
    assert nothing_left(made)


def test_a_server_that_is_away_is_told_within_eight_seconds() -> None:
    world = meet()
    world.native.alive = False
    client = world.join()
    world.dial(client, 9.0)
    assert "does not answer IKE" in refusal(world)
    assert client.lac.ended[0][:2] == ("CDN", 4)


def test_a_client_that_gives_up_while_keys_are_made_leaves_nothing() -> None:
    world = meet()
    world.native.alive = False
    client = world.join()
    world.dial(client, 2.0)
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(20.0)
    assert nothing_left(world)


def test_the_gateway_stops_in_order() -> None:
    world = meet()
    clients = [world.dial_one(number) for number in range(2)]
    world.ask(world.core.stop(world.net.now))
    world.net.run_for(3.0)
    assert world.core.idle()
    assert world.native.end.lns.ended[-1][0] in ("CDN", "StopCCN")
    assert world.native.end.lns.tunnels == {}
    assert len(world.native.end.ike.gone) == 2
    assert [client.lac.ended[0][0] for client in clients] == ["CDN", "CDN"]
    assert nothing_left(world)


def test_the_gateway_stops_while_a_call_is_being_put_through() -> None:
    world = meet()
    world.native.alive = False
    world.dial(world.join(), 2.0)
    world.ask(world.core.stop(world.net.now))
    world.net.run_for(3.0)
    assert world.core.idle()


def test_a_reload_leaves_what_is_up_as_it_is() -> None:
    world = meet()
    client = world.dial_one()
    world.ask(world.core.reload(world.core.config, world.net.now))
    world.net.send(client.send_data(IP, b"on"))
    world.net.run_for(1.0)
    assert world.native.links[0].got[-1].endswith(b"on")


def test_a_client_of_another_route_is_not_touched_by_the_end_of_this_one() -> None:
    world = meet(client_entry(route="w2k"), client_entry("b", psk="other-key-ab", route="nt4"))
    native = world.dial_one(0)
    pptp = world.dial_one(1, psk="other-key-ab")
    assert native.up
    assert pptp.up
    world.native.alive = False
    world.net.run_for(80.0)
    assert len(world.core.sessions) == 1
    world.net.send(pptp.send_data(IP, b"alive"))
    world.net.run_for(1.0)
    ppp = world.server.line.ppp
    assert ppp is not None
    assert ppp.got[-1].endswith(b"alive")
