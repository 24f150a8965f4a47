"""Beginnings and ends, for whoever keeps accounts."""

from dataclasses import replace

import pytest

from gateway.bridge import ledger
from gateway.control.accounting import Sitting
from gateway.control.companions import Accounting
from gateway.outputs import What
from gateway.wire.ipv4 import host_bytes
from tests.pair.gateway_world import World, meet
from tests.pair.nat import Nat

WANTED = Accounting(host_bytes("10.10.0.5"))


def accounted() -> World:
    world = meet()
    world.core.config = replace(world.core.config, accounting=WANTED)
    return world


def news(world: World, behind: int = 0) -> tuple[Sitting, ...]:
    return world.core.ledger.tell(behind, False, world.net.now).news


def test_a_session_is_told_of_when_ppp_is_up_and_when_it_is_over() -> None:
    world = accounted()
    client = world.call_up()
    [begun] = news(world)
    assert (begun.number, begun.client, begun.over) == (1, "old-pc", False)
    assert (begun.client_ip, begun.server, begun.kind) == ("10.1.0.2", "192.0.2.20:1723", "PPTP")
    assert begun.suite
    assert begun.natt
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(2.0)
    [ended] = news(world, 1)
    assert (ended.number, ended.began, ended.over) == (1, begun.began, True)
    assert (ended.by, ended.bytes_in > 0, ended.seconds > begun.seconds) == ("client", True, True)


def test_who_has_heard_of_it_hears_of_it_once() -> None:
    world = accounted()
    world.call_up()
    told = world.core.ledger.tell(0, False, world.net.now)
    assert (told.last, told.lost, len(told.news)) == (1, 0, 1)
    assert world.core.ledger.tell(told.last, False, world.net.now).news == ()


def test_all_that_are_up_are_told_on_demand() -> None:
    world = accounted()
    world.call_up()
    living = world.core.ledger.tell(0, True, world.net.now).living
    assert living is not None
    [one] = living
    assert one.bytes_in > 0
    world.ask(world.core.disconnect(1, "enough", world.net.now))
    assert world.core.ledger.tell(0, True, world.net.now).living == ()


def test_only_so_many_are_remembered_and_how_many_are_not_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ledger, "MOST_NEWS", 1)
    world = accounted()
    client = world.call_up()
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(2.0)
    told = world.core.ledger.tell(0, False, world.net.now)
    assert (told.last, told.lost, [one.over for one in told.news]) == (2, 1, [True])


def test_a_number_that_is_none_of_this_process_brings_nothing() -> None:
    world = accounted()
    world.call_up()
    assert news(world, 99) == ()
    assert len(news(world, -5)) == 1


def test_where_nobody_keeps_accounts_nothing_is_remembered() -> None:
    world = meet()
    world.call_up()
    assert news(world) == ()


def test_an_owner_who_wants_none_any_more_has_none() -> None:
    world = accounted()
    world.call_up()
    world.core.config = replace(world.core.config, accounting=Accounting())
    world.ask(world.core.disconnect(1, "enough", world.net.now))
    world.core.config = replace(world.core.config, accounting=WANTED)
    assert [one.over for one in news(world)] == [False]


def test_a_dial_in_which_ppp_never_came_up_is_no_session() -> None:
    world = accounted()
    world.server.tcp = "refused"
    world.dial(world.join(nat=Nat("203.0.113.7")))
    assert len(world.facts(What.SESSION_CLOSED)) == 1
    assert news(world) == ()


def test_the_last_ends_wait_for_who_asks_and_for_nobody_else() -> None:
    world = accounted()
    world.call_up()
    assert not world.core.ledger.untold  # nobody has ever asked
    world.core.ledger.tell(0, False, world.net.now)
    assert not world.core.ledger.untold
    world.ask(world.core.disconnect(1, "enough", world.net.now))
    assert world.core.ledger.untold
    world.core.ledger.tell(1, False, world.net.now)
    assert not world.core.ledger.untold
