"""Which server a call goes to: by choice, by user, by order, and past those that are not there."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.bridge.views import servers_down, session_view
from gateway.control.config import Choice, Route
from gateway.outputs import What
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.pair.gateway_world import (
    CLIENT,
    OTHER_SERVER,
    SERVER,
    World,
    client_entry,
)
from tests.pair.gateway_world import meet as meet_pptp
from tests.pair.nat import Nat
from tests.pair.native_world import NATIVE, SECOND, meet
from tests.pair.peers.ppp_end import IP, PppEnd

TWO = Route(
    "two",
    "pptp",
    Endpoint(host_bytes(SERVER), 1723),
    (Endpoint(host_bytes(OTHER_SERVER), 1723),),
    check_seconds=30,
)


def two(**changes: Any) -> World:
    """A route with both PPTP servers."""
    return meet_pptp(client_entry(route="two"), routes=(replace(TWO, **changes),))


def servers(world: World) -> list[str]:
    return [str(session.inside.server.host[3]) for session in world.core.sessions.values()]


# one after the other


def test_the_first_server_takes_the_calls() -> None:
    world = two()
    assert world.call_up().up
    assert servers(world) == ["20"]


def test_a_server_that_refuses_the_connection_is_passed_by_in_the_same_dial() -> None:
    world = two()
    world.net.run_for(1.0)
    world.server.tcp = "refused"
    client = world.call_up()
    assert servers(world) == ["21"]
    assert [each[0] for each in client.lac.ended] == []
    (down,) = world.facts(What.SERVER_DOWN)
    assert (down.details["server"], down.details["detail"]) == (
        f"{SERVER}:1723",
        "connection refused",
    )


def test_a_server_that_is_known_to_be_down_is_not_called_first() -> None:
    world = two()
    world.server.tcp = "refused"
    world.net.run_for(40.0)
    world.call_up()
    assert servers(world) == ["21"]
    assert world.facts(What.TROUBLE) == []
    (told,) = servers_down(world.core, world.net.now)
    assert "192.0.2.20:1723 of two" in told
    assert "connection refused" in told


def test_a_server_that_is_there_again_is_called_again_and_the_owner_is_told() -> None:
    world = two()
    world.server.tcp = "refused"
    world.net.run_for(40.0)
    world.server.tcp = "open"
    world.net.run_for(40.0)
    world.call_up()
    assert servers(world) == ["20"]
    assert [fact.what for fact in world.facts(What.SERVER_DOWN, What.SERVER_UP)] == [
        What.SERVER_DOWN,
        What.SERVER_UP,
    ]
    assert servers_down(world.core, world.net.now) == ()


def test_a_server_that_is_full_sends_the_call_on_and_is_not_down() -> None:
    world = two()
    full = world.server.pptp(1)
    full.result = 4
    world.server.pptp = lambda number: full
    assert world.call_up().up
    assert servers(world) == ["21"]
    assert world.facts(What.SERVER_DOWN) == []


def test_with_all_of_them_down_the_client_is_refused_in_order() -> None:
    world = two()
    world.server.tcp = world.other.tcp = "refused"
    client = world.join(nat=Nat("203.0.113.7"))
    world.dial(client)
    assert client.lac.ended[0][0] == "CDN"
    assert world.facts(What.REFUSED)[-1].details["detail"].startswith(f"{OTHER_SERVER}:1723")
    world.net.run_for(40.0)
    again = world.join(host="192.168.1.3", nat=Nat("203.0.113.8"))
    world.dial(again)
    assert again.lac.ended[0][0] == "CDN"
    world.server.tcp = "open"
    third = world.join(host="192.168.1.4", nat=Nat("203.0.113.9"))
    world.dial(third)
    assert third.up


def test_in_turns_every_server_has_its_share() -> None:
    world = two(order="turns")
    for number in range(4):
        world.dial(world.join(host=f"192.168.1.{2 + number}", nat=Nat(f"203.0.113.{7 + number}")))
    assert servers(world) == ["20", "21", "20", "21"]


def test_looking_whether_servers_are_there_is_bounded() -> None:
    world = two()
    world.net.run_for(300.0)
    looks = len(world.server.lines)
    assert 8 <= looks <= 12
    assert all(not line.open for line in world.server.lines)


def test_who_has_just_taken_a_call_is_not_looked_at() -> None:
    world = two()
    world.call_up()
    before = len(world.server.lines)
    world.net.run_for(15.0)
    assert len(world.server.lines) == before


def test_native_servers_are_looked_at_by_ikes_first_message() -> None:
    world = meet(two=True, route={"check_seconds": 30})
    world.native.alive = False
    world.net.run_for(45.0)
    (down,) = world.facts(What.SERVER_DOWN)
    assert (down.details["server"], down.details["detail"]) == (
        f"{NATIVE}:1701",
        "it does not answer IKE",
    )
    client = world.dial_one()
    assert client.up
    assert servers(world) == ["31"]
    assert world.errors() == []


def test_a_native_server_that_is_gone_sends_the_call_on_within_eight_seconds() -> None:
    world = meet(two=True)
    world.net.run_for(1.0)
    world.native.alive = False
    client = world.dial_one()
    world.net.run_for(2.0)
    assert client.up
    assert servers(world) == ["31"]
    assert SECOND in world.facts(What.TROUBLE)[0].details["what"]


# choices


def choice(**conditions: Any) -> Choice:
    return Choice("elsewhere", "w2k", **conditions)


@pytest.mark.parametrize(
    ("conditions", "elsewhere"),
    [
        ({"client": "old-pc"}, True),
        ({"client": "another"}, False),
        ({"identity": CLIENT}, True),
        ({"identity": "192.168.1.*"}, True),
        ({"identity": "10.*"}, False),
        ({"called": host_bytes("198.51.100.1")}, True),
        ({"called": host_bytes("198.51.100.2")}, False),
    ],
)
def test_a_call_goes_where_the_first_fitting_choice_says(
    conditions: dict[str, Any], elsewhere: bool
) -> None:
    world = meet(client_entry(route="nt4"), choices=(choice(**conditions),))
    assert world.dial_one().up
    assert servers(world) == (["30"] if elsewhere else ["20"])


# by user


def with_user(world: World, user: str) -> PppEnd:
    """A client's PPP with that name; both kinds of server ask for it."""
    world.server.ppp = lambda number: PppEnd(
        b"old%d" % number, bytes((10, 1, 0, 1)), gives=bytes((10, 1, 0, 1 + number)), asks_pap=True
    )
    return PppEnd(b"mine", user=user, password="opensesame", renegotiates=True)


def test_a_user_of_another_server_comes_up_there_in_one_dial() -> None:
    world = meet(client_entry(route="nt4"), choices=(choice(user="night-*"),))
    world.native.ppp = lambda number: PppEnd(
        b"new%d" % number, bytes((10, 2, 0, 1)), gives=bytes((10, 2, 0, 1 + number)), asks_pap=True
    )
    client = world.dial_one(ppp=with_user(world, "Night-7"))
    world.net.run_for(10.0)
    assert client.up
    assert client.ppp.address == bytes((10, 2, 0, 2))
    (diverted,) = world.facts(What.DIVERTED)
    assert (diverted.details["user"], diverted.details["route"]) == ("Night-7", "w2k")
    (session,) = world.core.sessions.values()
    view = session_view(session, world.net.now)
    assert (view.user, view.route, view.server) == ("Night-7", "w2k", f"{NATIVE}:1701")


def test_his_proof_never_reaches_the_server_he_does_not_belong_to() -> None:
    world = meet(client_entry(route="nt4"), choices=(choice(user="night-*"),))
    client = world.dial_one(ppp=with_user(world, "night-7"))
    world.net.run_for(10.0)
    to_old = [
        each.datagram.payload
        for each in world.net.carried
        if each.datagram.target.host == host_bytes(SERVER)
    ]
    assert to_old
    assert not any(b"opensesame" in payload for payload in to_old)
    assert client.up
    assert not world.server.line.open


def test_a_user_who_belongs_to_his_clients_server_stays_there() -> None:
    world = meet(client_entry(route="nt4"), choices=(choice(user="night-*"),))
    client = world.dial_one(ppp=with_user(world, "day-3"))
    assert client.up
    assert servers(world) == ["20"]
    assert world.facts(What.DIVERTED) == []


def test_the_other_server_is_down_and_the_client_hears_it() -> None:
    world = meet(client_entry(route="nt4"), choices=(choice(user="night-*"),))
    world.native.alive = False
    client = world.dial_one(ppp=with_user(world, "night-7"))
    world.net.run_for(15.0)
    assert client.lac.ended[0][0] == "CDN"
    assert "does not answer IKE" in world.facts(What.REFUSED)[-1].details["detail"]
    assert world.core.sessions == {}
    assert world.core.board.by_leg == {}


def test_the_client_hangs_up_while_the_other_server_is_called() -> None:
    world = meet(client_entry(route="nt4"), choices=(choice(user="night-*"),))
    world.native.alive = False
    client = world.join(nat=Nat("203.0.113.9"), ppp=with_user(world, "night-7"))
    world.dial(client, 3.0)
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(30.0)
    assert world.core.sessions == {}
    assert world.core.board.trunks.by_place == {}


def test_from_a_native_server_to_a_pptp_one_works_as_well() -> None:
    back = Choice("back", "nt4", user="night-*")
    world = meet(choices=(back,))
    world.native.ppp = lambda number: PppEnd(
        b"new%d" % number, bytes((10, 2, 0, 1)), gives=bytes((10, 2, 0, 1 + number)), asks_pap=True
    )
    client = world.dial_one(ppp=with_user(world, "night-7"))
    world.net.run_for(10.0)
    assert client.up
    assert servers(world) == ["20"]
    world.net.send(client.send_data(IP, b"here"))
    world.net.run_for(1.0)
    ppp = world.server.line.ppp
    assert ppp is not None
    assert ppp.got[-1].endswith(b"here")
    world.net.run_for(30.0)
    assert world.core.board.trunks.by_place == {}
