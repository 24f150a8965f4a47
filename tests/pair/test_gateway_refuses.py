"""A call that cannot be put through: the client hears why, and the account says it."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.control.explain import account, sentence
from gateway.outputs import What
from tests.pair.gateway_world import NAT, PSK, SERVER, World, client_entry, configure, meet
from tests.pair.nat import Nat
from tests.pair.peers.ike_profiles import DES_MD5_768, SAFENET_98, TRIPLE_SHA_1024
from tests.pair.peers.isakmp import Suite
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.pptp_server import PptpServer

NO_FACILITY, ADMINISTRATIVE, BUSY = 4, 3, 8  # of a CDN (RFC 2661, 4.4.2)


def refused(prepare: Callable[[World], None]) -> tuple[World, L2tpIpsecClient]:
    world = meet()
    prepare(world)
    client = world.join(nat=Nat(NAT))
    world.dial(client, 60.0)
    assert not client.up
    return world, client


def busy(world: World) -> None:
    world.server.pptp = lambda _: PptpServer(result=4)


def no_port(world: World) -> None:
    world.server.tcp = "refused"


def no_machine(world: World) -> None:
    world.server.tcp = "silent"


def deaf(world: World) -> None:
    world.server.pptp = lambda _: PptpServer(silent=frozenset({1}))


def deaf_to_calls(world: World) -> None:
    world.server.pptp = lambda _: PptpServer(silent=frozenset({7}))


@pytest.mark.parametrize(
    ("prepare", "result", "words"),
    [
        (busy, BUSY, "busy"),
        (no_port, NO_FACILITY, "connection refused"),
        (no_machine, NO_FACILITY, "no answer"),
        (deaf, NO_FACILITY, "did not answer"),
        (deaf_to_calls, NO_FACILITY, "did not answer the call"),
    ],
)
def test_a_server_that_does_not_take_the_call_is_a_refusal_with_a_sentence(
    prepare: Callable[[World], None], result: int, words: str
) -> None:
    world, client = refused(prepare)
    (kind, told, _, text), *rest = client.lac.ended
    assert (kind, told) == ("CDN", result)
    assert words in text
    assert [each[0] for each in rest] == ["StopCCN"]
    [fact] = world.facts(What.REFUSED)
    assert words in sentence(fact)
    assert SERVER in sentence(fact)
    assert "refused" in repr([entry.what for _, entry in world.core.accounts.of(1)])
    assert all(told.text for told in account(world.core.accounts.of(1)))
    assert world.core.idle()
    assert not any(line.open for line in world.server.lines)


def test_after_a_refusal_the_next_call_of_the_same_client_can_succeed() -> None:
    world, client = refused(no_port)
    world.server.tcp = "open"
    world.net.send(client.redial_l2tp(world.net.now))
    world.net.run_for(10.0)
    assert client.up


def test_a_client_that_gives_up_while_the_server_is_called_leaves_no_call_inside() -> None:
    world = meet()
    world.server.pptp = lambda _: PptpServer(silent=frozenset({7}))
    client = world.join(nat=Nat(NAT))
    world.dial(client, 5.0)
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(10.0)
    assert world.core.idle()
    assert not world.server.line.open


def test_the_limit_of_sessions_refuses_one_more_and_leaves_the_others() -> None:
    world = meet(limits={"sessions": 1})
    first = world.call_up()
    second = world.join(host="192.168.1.3", nat=Nat("203.0.113.8"))
    world.dial(second)
    assert not second.up
    assert second.lac.ended[0][:2] == ("CDN", NO_FACILITY)
    assert "limit" in second.lac.ended[0][3]
    assert first.up
    assert len(world.core.sessions) == 1


def test_a_client_taken_out_of_the_configuration_may_call_no_more() -> None:
    """Its call is over, and its keys would be good for another."""
    world = meet()
    client = world.call_up()
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(5.0)
    config = configure(client_entry("someone-else", "another key"))
    world.ask(world.core.reload(config, world.net.now))
    world.net.run_for(1.0)
    assert client.ike.pairs == []
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(60.0)
    assert client.ike.pairs == []
    assert world.core.clients.by_spi == {}


@pytest.mark.parametrize(
    ("psk", "suite", "reason"),
    [("not the key", TRIPLE_SHA_1024, "wrong key"), (PSK, DES_MD5_768, "no common suite")],
)
def test_a_wrong_key_is_told_apart_from_a_wrong_proposal(
    psk: str, suite: Suite, reason: str
) -> None:
    world = meet()
    client = world.join(replace(SAFENET_98, suites=(suite,)), nat=Nat(NAT), psk=psk)
    world.dial(client, 60.0)
    assert not client.lac.heard
    assert {fact.details["reason"] for fact in world.facts(What.REFUSED)} == {reason}
    assert not world.server.lines
