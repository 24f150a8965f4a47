"""The gateway asks a native L2TP/IPsec server for keys, by main mode and quick mode."""

from collections.abc import Callable

import pytest

from gateway.ike.events import Authenticated, InitialContact, PairClosed, PairConfirmed
from gateway.ike.initiator_events import Agreed, Failed, Why
from gateway.wire.udp import Datagram
from tests.pair.initiator_world import THEM, World, meet
from tests.pair.peers import isakmp
from tests.pair.peers.ike_profiles import (
    AES128_SHA_1024,
    ESP_DES_MD5,
    TRIPLE_MD5_1024,
    TRIPLE_SHA_1024,
)
from tests.pair.peers.ike_responder import Habits


def exchange(kind: int, fromm: bytes | None = None) -> Callable[[Datagram], bool]:
    """Datagrams of one exchange type, from one host or any."""
    return lambda each: (
        isakmp.parse(each.payload).exchange == kind and fromm in (None, each.source.host)
    )


def messages(world: World, kind: int) -> list[isakmp.Message]:
    """All of one exchange type that left an end, in order."""
    sent = (isakmp.parse(each.datagram.payload) for each in world.net.carried)
    return [message for message in sent if message.exchange == kind]


def test_a_pair_comes_of_six_and_three_messages() -> None:
    world = meet()
    world.start()
    assert [len(messages(world, kind)) for kind in (isakmp.MAIN, isakmp.QUICK)] == [6, 3]
    assert world.agree()
    assert len(world.server.pairs) == 1
    assert world.server.errors == []
    (known,) = world.gateway.seen(Authenticated)
    assert (known.credential, known.identity) == ("old-w2k", "10.10.0.2")
    ready = world.pairs[0]
    assert (ready.suite, ready.marker, ready.natt) == ("3des-sha1", 0, None)
    assert world.gateway.seen(PairConfirmed) == [PairConfirmed(ready.sa, ready.spi_in)]


def test_no_word_of_nat_traversal_is_said() -> None:
    world = meet()
    world.start()
    assert world.server.vendors == []
    assert {each.datagram.target.port for each in world.net.carried} == {500}


def test_suites_are_offered_in_the_owners_order() -> None:
    suites = ("3des-md5-modp1024", "aes128-sha1-modp1024", "3des-sha1-modp1024")
    world = meet(ask={"ike_suites": suites})
    world.start()
    assert world.server.offered == [TRIPLE_MD5_1024, AES128_SHA_1024, TRIPLE_SHA_1024]


def test_a_server_that_wants_17_and_0_gets_it_at_the_second_try() -> None:
    world = meet(Habits(ports=(0,)))
    world.start()
    assert world.server.selectors == [(1701, 1701), (1701, 0)]
    assert world.gateway.seen(Agreed) == [Agreed(0)]
    assert world.agree()
    assert len(world.server.pairs) == 1


def test_a_server_that_says_nothing_to_17_and_1701_is_asked_for_17_and_0() -> None:
    world = meet(Habits(ports=(0,), silent=True))
    world.start()
    assert world.server.selectors == [(1701, 1701), (1701, 0)]
    assert len(messages(world, isakmp.QUICK)) == 3 + 3
    assert len(world.server.pairs) == 1


def test_what_it_took_before_is_asked_first() -> None:
    world = meet(Habits(ports=(0,)), ask={"server_port": 0})
    world.start()
    assert world.server.selectors == [(1701, 0)]


def test_what_it_took_is_all_that_is_asked_when_keys_are_renewed() -> None:
    world = meet(Habits(ports=(0,)))
    world.start()
    world.start()
    assert world.server.selectors == [(1701, 1701), (1701, 0), (1701, 0)]
    assert len(world.pairs) == 2


@pytest.mark.parametrize("ids", ["fqdn", "none"])
def test_identities_that_come_back_otherwise_do_not_matter(ids: str) -> None:
    world = meet(Habits(ids=ids))
    world.start()
    assert len(world.pairs) == 1
    assert world.agree()


@pytest.mark.parametrize("way", ["quick", "informational"])
def test_the_commit_bit_makes_us_wait_for_the_fourth_message(way: str) -> None:
    world = meet(Habits(fourth=way))
    world.net.send(world.gateway.take(world.gateway.core.start(world.net.now)))
    world.net.run_for(9 / 64)  # main mode and two of quick mode: ours is under way, not heard
    assert len(world.pairs) == 1
    assert world.gateway.seen(PairConfirmed) == []
    world.net.run_for(1.0)
    assert len(world.gateway.seen(PairConfirmed)) == 1


def test_a_fourth_message_that_is_lost_is_asked_for_and_then_done_without() -> None:
    world = meet(Habits(fourth="never"))
    world.start(1.0)
    assert world.gateway.seen(PairConfirmed) == []
    world.net.run_for(5.0)
    assert len(world.gateway.seen(PairConfirmed)) == 1
    assert len(messages(world, isakmp.QUICK)) == 2 + 3


def test_a_packet_on_the_pair_is_as_good_as_the_fourth_message() -> None:
    world = meet(Habits(fourth="never"))
    world.start(1.0)
    spi = world.pairs[0].spi_in
    world.gateway.take(world.gateway.core.confirm(spi, world.net.now))
    assert len(world.gateway.seen(PairConfirmed)) == 1


def test_initial_contact_in_the_fourth_message_ends_what_is_older() -> None:
    world = meet(Habits(fourth="quick", contact=True))
    world.start()
    world.server.forget()
    world.net.send(world.gateway.take(world.gateway.core.close_pair(world.pairs[0].spi_in, 0)))
    world.net.send(world.gateway.take(world.gateway.core.start(world.net.now)))
    world.net.run_for(20.0)
    assert len(world.gateway.seen(InitialContact)) == 2
    assert len(world.gateway.core.answering.sas.phases) == 1
    assert world.agree()


def test_the_servers_lifetime_is_kept_to_where_it_is_shorter() -> None:
    world = meet(Habits(tells_life=(900, 100_000)))
    world.start()
    assert (world.pairs[0].life_seconds, world.pairs[0].life_kilobytes) == (900, 100_000)


def test_a_longer_lifetime_of_the_server_changes_nothing() -> None:
    world = meet(Habits(tells_life=(90_000, 900_000)))
    world.start()
    assert (world.pairs[0].life_seconds, world.pairs[0].life_kilobytes) == (3600, 250_000)


def test_phase_1_is_renewed_in_the_time_the_server_has_told() -> None:
    world = meet(Habits(tells_phase1_life=600))
    world.start()
    world.net.run_for(560.0)
    assert len(world.gateway.seen(Authenticated)) == 2
    assert len(world.pairs) == 1


def test_a_wrong_key_is_said_by_the_server() -> None:
    world = meet(psk=b"another one")
    world.start()
    assert world.gateway.seen(Failed) == [Failed(Why.WRONG_KEY, "it says PAYLOAD-MALFORMED")]
    assert world.pairs == []


def test_a_wrong_key_is_guessed_where_the_server_says_nothing() -> None:
    world = meet(Habits(silent=True), psk=b"another one")
    world.start()
    (failed,) = world.gateway.seen(Failed)
    assert failed.why is Why.WRONG_KEY
    assert "so the keys may differ" in failed.detail


def test_a_server_that_takes_no_suite_is_told_from_one_that_is_away() -> None:
    world = meet(Habits(suites=(AES128_SHA_1024,)))
    world.start()
    assert world.gateway.seen(Failed) == [Failed(Why.NO_SUITE, "it says NO-PROPOSAL-CHOSEN")]
    away = meet()
    away.server.alive = False
    away.start(7.0)
    assert away.gateway.seen(Failed) == []
    away.net.run_for(1.0)
    assert away.gateway.seen(Failed) == [Failed(Why.SILENT, "nothing came after our first message")]


def test_a_server_that_takes_no_suite_for_esp_is_asked_twice_and_believed() -> None:
    world = meet(Habits(esp=(ESP_DES_MD5,)))
    world.start()
    assert world.gateway.seen(Failed) == [Failed(Why.NO_PAIR, "it says NO-PROPOSAL-CHOSEN")]


def test_each_message_that_is_lost_is_sent_again() -> None:
    for kind, host in ((isakmp.MAIN, None), (isakmp.QUICK, None), (isakmp.QUICK, THEM.host)):
        world = meet()
        world.net.lose(exchange(kind, host), times=2)
        world.start()
        assert len(world.server.pairs) == 1
        assert world.agree()


@pytest.mark.parametrize("seed", range(12))
def test_a_bad_line_brings_keys_that_agree_or_a_reason(seed: int) -> None:
    world = meet(Habits(fourth="quick"), loss=0.2, duplicate=0.2, jitter=0.25, seed=seed)
    world.start(60.0)
    assert len(world.gateway.seen(PairConfirmed)) + len(world.gateway.seen(Failed)) == 1
    assert world.agree()


def test_our_own_messages_sent_back_to_us_bring_nothing() -> None:
    world = meet()
    world.server.alive = False
    world.start(0.0)
    first = world.net.carried[0].datagram
    back = Datagram(first.target, first.source, first.payload)
    assert world.gateway.core.receive(back, world.net.now) == []
    assert world.gateway.core.answering.counters["reflected"] == 1


def test_closing_deletes_both_phases_at_the_server() -> None:
    world = meet()
    world.start()
    cookies = world.server.phase1s[0].cookies
    world.send(world.gateway.take(world.gateway.core.close(world.net.now)))
    assert world.server.gone == [world.pairs[0].spi_in.to_bytes(4, "big"), cookies]
    assert len(world.gateway.seen(PairClosed)) == 1
    assert world.gateway.core.deadline() is None
