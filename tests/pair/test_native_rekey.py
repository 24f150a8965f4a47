"""Keys towards a native server are renewed by either end, by time and by volume, under traffic."""

import pytest

from gateway.outputs import What
from tests.pair.native_world import Native, meet
from tests.pair.peers.ike_responder import Habits
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_end import IP


def talk(world: Native, client: L2tpIpsecClient, seconds: float, size: int = 100) -> int:
    """One frame each way ten times a second; how many were sent each way."""
    rounds = int(seconds * 10)
    for number in range(rounds):
        end = world.native.end
        call = next(iter(end.ppp))
        payload = number.to_bytes(4, "big") + bytes(size)
        world.net.send(world.native.send_data(end, call, IP, payload))
        world.net.send(client.send_data(IP, payload))
        world.net.run_for(0.1)
    world.net.run_for(1.0)
    return rounds


def arrived(world: Native, client: L2tpIpsecClient) -> tuple[int, int]:
    return len(world.native.links[0].got), len(client.ppp.got)


@pytest.mark.long
def test_we_renew_by_time_and_no_frame_is_lost() -> None:
    world = meet(habits=Habits(tells_life=(60, 250_000)))
    client = world.dial_one()
    sent = talk(world, client, 100.0)
    assert len(world.facts(What.SERVER_KEYED)) >= 3
    assert arrived(world, client) == (sent, sent)
    assert len(world.native.end.ike.pairs) == 1
    assert world.errors() == []


@pytest.mark.long
def test_we_renew_by_volume_before_the_server_is_at_its_limit() -> None:
    world = meet(habits=Habits(tells_life=(3600, 100)))
    world.native.limit = 100 * 1000
    client = world.dial_one()
    sent = talk(world, client, 60.0, size=1000)
    assert len(world.facts(What.SERVER_KEYED)) >= 5
    assert arrived(world, client) == (sent, sent)
    assert world.native.dropped == 0


@pytest.mark.long
def test_a_server_that_deletes_the_old_pair_at_once_loses_nothing_either() -> None:
    world = meet(habits=Habits(tells_life=(60, 250_000), delete_old=True))
    client = world.dial_one()
    sent = talk(world, client, 100.0)
    assert arrived(world, client) == (sent, sent)


def test_the_server_renews_and_deletes_and_nothing_is_lost() -> None:
    world = meet(habits=Habits(delete_old=True))
    client = world.dial_one()
    before = talk(world, client, 2.0)
    world.net.send(world.native.end.ike.rekey_pair())
    after = talk(world, client, 5.0)
    assert len(world.facts(What.SERVER_KEYED)) == 2
    assert arrived(world, client) == (before + after, before + after)


def test_both_renew_at_once_and_nothing_is_lost() -> None:
    world = meet(habits=Habits(tells_life=(60, 250_000)))
    client = world.dial_one()
    before = talk(world, client, 33.0)  # ours is due after 36 s
    for _ in range(8):
        world.net.send(world.native.end.ike.rekey_pair())
        before += talk(world, client, 0.5)
    sent = before + talk(world, client, 20.0)
    assert arrived(world, client) == (sent, sent)
    assert world.errors() == []


@pytest.mark.long
def test_with_the_commit_bit_the_new_pair_is_used_when_the_server_is_ready() -> None:
    world = meet(habits=Habits(tells_life=(60, 250_000), fourth="quick"))
    client = world.dial_one()
    sent = talk(world, client, 100.0)
    assert arrived(world, client) == (sent, sent)
    assert world.native.dropped == 0


@pytest.mark.long
def test_old_pairs_go_once_the_newest_is_used_by_the_server() -> None:
    world = meet(habits=Habits(tells_life=(60, 250_000)))
    client = world.dial_one()
    talk(world, client, 100.0)
    assert len(world.native.end.ike.gone) >= 1
    world.net.run_for(31.0)
    (trunk,) = world.core.board.trunks.by_place.values()
    assert len([pair for pair in trunk.keys.pairs.values() if not pair.retired]) == 1


def test_an_idle_pair_that_the_server_deletes_is_made_anew_at_once() -> None:
    world = meet()
    client = world.dial_one()
    world.net.send(world.native.end.ike.delete_pair(world.native.end.ike.pairs[0]))
    world.net.run_for(2.0)
    assert len(world.native.end.ike.pairs) == 1
    sent = talk(world, client, 1.0)
    assert arrived(world, client) == (sent, sent)


def test_phase_1_is_renewed_in_time_and_nothing_is_lost() -> None:
    world = meet(habits=Habits(tells_phase1_life=600))
    client = world.dial_one()
    world.net.run_for(535.0)
    sent = talk(world, client, 20.0)
    assert len(world.native.end.ike.phase1s) == 2
    assert arrived(world, client) == (sent, sent)


@pytest.mark.long
def test_keys_that_cannot_be_renewed_are_told_and_tried_again_while_the_old_ones_last() -> None:
    world = meet(habits=Habits(tells_life=(300, 250_000)))
    client = world.dial_one()
    world.native.habits.esp = ()
    talk(world, client, 185.0)
    (first, *_) = world.facts(What.TROUBLE)
    assert "could not be renewed" in first.details["what"]
    assert "refuses the security associations" in first.details["what"]
    world.native.habits.esp = Habits().esp
    talk(world, client, 15.0)
    assert len(world.native.end.ike.pairs) == 1
    assert len(world.facts(What.SERVER_KEYED)) == 2
    assert world.facts(What.SESSION_CLOSED) == []


@pytest.mark.long
def test_keys_that_run_out_end_the_calls_with_that_reason() -> None:
    world = meet(habits=Habits(tells_life=(100, 250_000)))
    client = world.dial_one()
    world.native.habits.esp = ()
    talk(world, client, 85.0)
    world.net.run_for(20.0)
    (closed,) = world.facts(What.SESSION_CLOSED)
    assert "refuses the security associations" in closed.details["reason"]
    assert client.lac.ended[0][0] == "CDN"
