"""Ends at awkward moments: whatever ends a session, its last timer is kept and nothing is left."""

from dataclasses import replace

import pytest

from gateway.outputs import What
from tests.pair.gateway_world import NAT, World, meet
from tests.pair.nat import Nat
from tests.pair.peers.ike_profiles import DPD, SAFENET_98
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.pptp_server import PptpServer

CLEAR, STOP = 12, 3  # PPTP message types (RFC 2637, 1.4)
NO_DPD = tuple(vendor for vendor in SAFENET_98.vendors if vendor != DPD)
BOTH_STOPS = 3.5  # seconds: two answers that do not come, and the way


def nothing_is_left(world: World) -> bool:
    core = world.core
    return not any((core.sessions, core.board.by_call, core.board.by_call_id, core.board.by_key))


def mute_call(world: World, client: L2tpIpsecClient) -> None:
    """A call whose PPP says nothing."""
    world.net.send(client.redial_l2tp(world.net.now))
    client._ppp_begun = True
    world.net.run_for(0.25)
    assert client.lac.up


def test_a_server_that_is_deaf_to_the_hang_up_is_left_soon() -> None:
    world = meet()
    client = world.call_up()
    world.server.line.pptp.silent = frozenset({CLEAR, STOP})
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(BOTH_STOPS)
    assert nothing_is_left(world)
    assert not world.server.line.open


@pytest.mark.parametrize("how", ["disconnect", "stop"])
def test_a_session_ended_by_us_before_the_server_is_reached_is_gone_at_once(how: str) -> None:
    world = meet()
    world.server.tcp = "silent"
    world.dial(world.join(nat=Nat(NAT)), 3.0)
    [number] = world.core.sessions
    core, now = world.core, world.net.now
    outputs = core.stop(now) if how == "stop" else core.disconnect(number, "ended", now)
    world.ask(outputs)
    assert nothing_is_left(world)
    assert world.core.idle()


@pytest.mark.parametrize("deaf", [1, 7], ids=["to the start", "to the call"])
def test_a_session_ended_by_us_while_the_server_is_silent_is_gone_soon(deaf: int) -> None:
    world = meet()
    silent = frozenset({deaf, CLEAR, STOP})
    world.server.pptp = lambda number: PptpServer(silent=silent)
    world.dial(world.join(nat=Nat(NAT)), 3.0)
    [number] = world.core.sessions
    world.ask(world.core.disconnect(number, "the owner ended it", world.net.now))
    world.net.run_for(BOTH_STOPS)
    assert nothing_is_left(world)


def test_a_call_that_ends_at_once_does_not_take_the_next_one_with_it() -> None:
    """Both have the number of the dial; the first one's timer comes up while the second stands."""
    world = meet(route={"shield": False})  # calls follow each other at once
    client = world.join(nat=Nat(NAT))
    client.dials_l2tp = False
    world.dial(client, 2.0)
    mute_call(world, client)
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(0.25)
    assert nothing_is_left(world)
    mute_call(world, client)
    world.net.run_for(5.0)
    assert client.lac.up
    assert len(world.core.sessions) == 1
    assert len(world.core.board.by_key) == len(world.core.board.by_call_id) == 1


def test_who_falls_silent_did_not_hang_up() -> None:
    world = meet()
    client = world.call_up(profile=replace(SAFENET_98, vendors=NO_DPD))
    world.net.leave(client)
    world.net.run_for(600.0)
    [fact] = world.facts(What.SESSION_CLOSED)
    assert "hung up" not in fact.details["reason"]
