"""What is refused, in which words, and what a stranger cannot do."""

from dataclasses import replace

import pytest

from gateway.ike.events import (
    Authenticated,
    PairClosed,
    PairReady,
    Phase1Closed,
    Reason,
    Refused,
    Started,
)
from gateway.wire.udp import Datagram, Endpoint
from tests.pair.ike_world import GATEWAY, World, agree, client_of, credential, meet, policy
from tests.pair.net import endpoint, seeded
from tests.pair.peers import isakmp
from tests.pair.peers.ike_gateway import IkeGateway
from tests.pair.peers.ike_profiles import (
    DES_MD5_768,
    ESP_DES_MD5,
    TRIPLE_SHA_1024,
    XP_SP2,
    Profile,
    offering,
)
from tests.pair.peers.isakmp import Message

HERE = endpoint(f"{GATEWAY}:500")


def refusal(world: World) -> Refused:
    """The one refusal there was; nothing came up."""
    (refused,) = world.gateway.seen(Refused)
    assert world.client.pairs == []
    assert world.gateway.seen(PairReady) == []
    return refused


def test_a_wrong_key_is_refused_and_said_once() -> None:
    world = meet(XP_SP2, psk=b"not the shared secret")
    world.dial(300.0)
    refused = refusal(world)
    assert refused.reason is Reason.WRONG_KEY
    assert "secret" not in refused.detail
    assert world.gateway.seen(Authenticated) == []
    assert world.client.errors[-1] == "no answer to MM5"
    assert world.gateway.deadline() is None


def test_no_common_suite_is_refused_and_the_offer_is_told() -> None:
    world = meet(replace(XP_SP2, suites=(DES_MD5_768,)))
    world.dial(300.0)
    refused = refusal(world)
    assert refused.reason is Reason.NO_COMMON_SUITE
    assert "des-md5-modp768" in refused.detail
    assert world.gateway.deadline() is None


def test_a_suite_this_client_may_not_use_is_refused_though_others_may() -> None:
    known = credential(ike=["aes128-sha1-modp2048"])
    world = meet(replace(XP_SP2, suites=(TRIPLE_SHA_1024,)), rules=policy(known))
    world.dial(300.0)
    refused = refusal(world)
    assert refused.reason is Reason.SUITE_NOT_ALLOWED
    assert world.gateway.seen(Authenticated) == []


def test_a_suite_another_client_may_use_does_not_help_who_may_not() -> None:
    """Only the fifth message shows who it is, so the suite was agreed on already."""
    anna = credential("anna", b"the key of anna", ike=["aes128-sha1-modp2048"])
    world = meet(
        replace(XP_SP2, suites=(TRIPLE_SHA_1024,)),
        psk=b"the key of anna",
        rules=policy(anna, credential("bert", b"the key of bert")),
    )
    world.dial(300.0)
    refused = refusal(world)
    assert refused.reason is Reason.SUITE_NOT_ALLOWED
    assert "anna" in refused.detail
    assert world.client.notices == [14]
    assert world.gateway.seen(Authenticated) == []


def test_another_first_message_with_the_same_cookie_begins_nothing() -> None:
    gateway = IkeGateway(policy(), seeded(1))
    source = endpoint("203.0.113.66:500")
    (data,) = first_messages(1)
    assert len(gateway.receive(Datagram(source, HERE, data), 1000.0)) == 1
    assert gateway.receive(Datagram(source, HERE, data[:-1] + b"?"), 1000.0) == []
    assert len(gateway.receive(Datagram(source, HERE, data), 1000.0)) == 1
    assert len(gateway.seen(Started)) == 1


@pytest.mark.parametrize(
    "profile",
    [
        replace(XP_SP2, mode=1),
        replace(XP_SP2, mode=2),
        replace(XP_SP2, mode=61443),
        replace(XP_SP2, mode=4),
        replace(XP_SP2, server_port=445),
    ],
    ids=["tunnel", "plain ESP", "tunnel in UDP", "the RFC's mode", "another port"],
)
def test_an_unsuitable_quick_mode_is_refused_and_phase_1_stays(profile: Profile) -> None:
    world = meet(profile, rules=policy(dpd_idle=1e6))
    world.dial(300.0)
    assert {event.reason for event in world.gateway.seen(Refused)} == {Reason.UNSUITABLE_QUICK_MODE}
    assert world.client.pairs == []
    assert set(world.client.notices) <= {14, 18}
    world.client.profile = XP_SP2
    world.net.send(world.client.rekey_pair(world.net.now))
    world.net.run_for(10.0)
    assert len(world.client.pairs) == 1
    assert agree(world)


def test_a_quick_mode_without_a_common_suite_is_called_so() -> None:
    world = meet(replace(XP_SP2, esp=(ESP_DES_MD5,)), rules=policy(dpd_idle=1e6))
    world.dial(300.0)
    refused = world.gateway.seen(Refused)
    assert {event.reason for event in refused} == {Reason.NO_COMMON_SUITE}
    assert refused[0].detail.startswith("offered for ESP: ")
    assert "des-md5" in refused[0].detail


def test_an_informational_with_a_bad_hash_changes_nothing() -> None:
    world = meet(XP_SP2, rules=policy(dpd_idle=1e6))
    world.dial(10.0)
    before = len(world.gateway.events)
    gone = isakmp.delete(isakmp.ESP, [world.client.pairs[0].spi_in])
    world.net.send(world.client.inform([(isakmp.DELETE, gone)], spoil_hash=True))
    world.net.run_for(10.0)
    assert world.gateway.seen(PairClosed) == []
    assert len(world.gateway.events) == before


def test_deletes_and_contact_in_the_clear_change_nothing() -> None:
    world = meet(XP_SP2, rules=policy(dpd_idle=1e6))
    world.dial(10.0)
    before = len(world.gateway.events)
    cookies = world.client.phase1.cookies
    for payload in (
        (isakmp.DELETE, isakmp.delete(isakmp.ESP, [world.client.pairs[0].spi_in])),
        (isakmp.DELETE, isakmp.delete(isakmp.ISAKMP, [cookies])),
        (isakmp.NOTIFY, isakmp.notify(1, cookies, isakmp.INITIAL_CONTACT)),
    ):
        world.net.send(world.client.inform([payload], clear=True))
    world.net.run_for(10.0)
    assert world.gateway.seen(PairClosed) == []
    assert world.gateway.seen(Phase1Closed) == []
    assert len(world.gateway.events) == before


def test_one_client_cannot_delete_the_pair_of_another() -> None:
    world = meet(XP_SP2, rules=policy(dpd_idle=1e6))
    world.dial(10.0)
    other = client_of(offering("rfc3947"), "192.168.1.3", seed=9)
    world.net.join(other, "192.168.1.3", nat=world.nat)
    world.net.send(other.dial(world.net.now))
    world.net.run_for(10.0)
    gone = isakmp.delete(isakmp.ESP, [world.client.pairs[0].spi_in])
    world.net.send(other.inform([(isakmp.DELETE, gone)]))
    world.net.run_for(10.0)
    assert world.gateway.seen(PairClosed) == []


def test_a_spoiled_message_on_a_living_exchange_does_not_end_it() -> None:
    world = meet(XP_SP2)
    net = world.net
    net.send(world.client.dial(net.now))
    for _ in range(9):
        net.run_for(1 / 64)
        net.send(_spoil(each.datagram) for each in net.carried[-1:])
    net.run_for(300.0)
    assert world.client.pairs != []
    assert agree(world)


def _spoil(datagram: Datagram) -> Datagram:
    data = datagram.payload
    return datagram._replace(payload=data[:-3] + bytes(byte ^ 0x55 for byte in data[-3:]))


def first_messages(count: int) -> list[bytes]:
    """As many first messages, each with a cookie of its own."""
    client, chance = client_of(offering("draft-02n")), seeded(77)
    (sample,) = client.dial(0.0)
    return [chance(8) + sample.payload[8:] for _ in range(count)]


def third_message(second: bytes) -> bytes:
    """What a patient stranger sends when he is answered."""
    answer = isakmp.parse(second)
    payloads = [(isakmp.KE, isakmp.public_value(2, 77)), (isakmp.NONCE, bytes(20))]
    first, body = isakmp.chain(payloads)
    return isakmp.build(Message(*answer[:2], first, isakmp.MAIN, 0, 0, body))


def flood(gateway: IkeGateway, sources: list[Endpoint], messages: int) -> int:
    """First messages from these sources in turn; how many of the dials are remembered after."""
    answered: list[Datagram] = []
    for place, data in enumerate(first_messages(messages)):
        source = sources[place % len(sources)]
        answered += gateway.receive(Datagram(source, HERE, data), 1000.0 + place / 1024)
    return sum(
        len(gateway.receive(Datagram(each.target, HERE, third_message(each.payload)), 1001.0))
        for each in answered
    )


def test_one_source_cannot_fill_the_table_of_half_open_dials() -> None:
    gateway = IkeGateway(policy(half_open=64, half_open_per_source=8), seeded(1))
    assert flood(gateway, [endpoint("203.0.113.66:500")], 200) <= 8
    world = meet(XP_SP2)
    world.net.leave(world.gateway)
    world.net.join(gateway, GATEWAY)
    world.dial(20.0)
    assert len(gateway.seen(PairReady)) == 1


def test_a_flood_from_everywhere_is_bounded_and_over_after_a_while() -> None:
    gateway = IkeGateway(policy(half_open=64, half_open_seconds=30.0), seeded(1))
    sources = [
        Endpoint(bytes((198, 18, number // 250, number % 250)), 500) for number in range(500)
    ]
    assert flood(gateway, sources, 1000) <= 64
    assert gateway.deadline() is not None
    gateway.handle_timeout(1032.0)
    assert gateway.deadline() is None


def test_a_flood_does_not_keep_a_client_from_dialling() -> None:
    world = meet(XP_SP2, rules=policy(half_open=64, half_open_per_source=8))
    sources = [Endpoint(bytes((198, 18, 0, number)), 500) for number in range(100)]
    for round in range(20):
        world.net.send(
            Datagram(sources[place % 100], HERE, data)
            for place, data in enumerate(first_messages(30))
        )
        world.net.run_for(1.0)
        world.net.send(world.client.dial(world.net.now) if round == 5 else [])
    assert len(world.gateway.seen(PairReady)) == 1


def test_a_message_without_a_phase_1_is_not_answered() -> None:
    gateway = IkeGateway(policy(), seeded(1))
    source = endpoint("203.0.113.66:500")
    for exchange in (isakmp.QUICK, isakmp.INFORMATIONAL, isakmp.MAIN, 4, 243):
        message = Message(b"cookie-i", b"cookie-r", 8, exchange, 1, 77, bytes(64))
        assert gateway.receive(Datagram(source, HERE, isakmp.build(message)), 0.0) == []
    assert gateway.seen(PairReady) == []


def test_aggressive_mode_gets_no_answer() -> None:
    gateway = IkeGateway(policy(), seeded(1))
    source = endpoint("203.0.113.66:500")
    data = bytearray(first_messages(1)[0])
    data[18] = 4
    assert gateway.receive(Datagram(source, HERE, bytes(data)), 0.0) == []
    assert gateway.deadline() is None
