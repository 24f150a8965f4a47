"""A client that has the key and means harm, or is broken: it hurts nobody but itself."""

from collections.abc import Iterator
from dataclasses import replace
from struct import pack

import pytest

from gateway.ike.events import PairClosed, PairReady, PeerMoved, Phase1Closed, Reason, Refused
from gateway.wire.udp import Datagram
from tests.hostile import in_the_tree, whole
from tests.pair.ike_world import World, agree, client_of, meet, policy
from tests.pair.net import seeded
from tests.pair.peers import ike_offers, isakmp
from tests.pair.peers.ike_profiles import XP_SP2, offering
from tests.pair.peers.isakmp import Message, Payload

QUIET = policy(dpd_idle=1e6)
BODIES = [form for path in in_the_tree() for form in whole(path) if len(form) < 60000]
KINDS = [isakmp.SA, isakmp.KE, isakmp.ID, isakmp.NONCE, isakmp.NOTIFY, isakmp.DELETE]
CHANCE = seeded(99)


def standing() -> World:
    world = meet(XP_SP2, rules=QUIET)
    world.dial(10.0)
    return world


def sealed(world: World, exchange: int, payloads: list[Payload]) -> list[Datagram]:
    """A message with a right hash around whatever payloads."""
    phase1 = world.client.phase1
    suite, keys = phase1.ready
    number = int.from_bytes(CHANCE(4))
    check = isakmp.prf(suite, keys.a, pack("!I", number), isakmp.chain(payloads)[1])
    first, plain = isakmp.chain([(isakmp.HASH, check), *payloads])
    iv = isakmp.exchange_iv(suite, phase1.iv, number)
    body = isakmp.encrypt(suite, keys.cipher, iv, plain)
    message = Message(phase1.cookie_i, phase1.cookie_r, first, exchange, 1, number, body)
    (sample,) = world.client.ask_alive(1)
    return [sample._replace(payload=bytes(4) + isakmp.build(message))]


def hostile_payloads() -> Iterator[list[Payload]]:
    for body in BODIES:
        for kind in KINDS:
            yield [(kind, body)]
        yield [(kind, body) for kind in KINDS]
        yield [(isakmp.SA, body), (isakmp.NONCE, bytes(20))]


@pytest.mark.long
@pytest.mark.parametrize("exchange", [isakmp.QUICK, isakmp.INFORMATIONAL])
def test_hostile_payloads_under_a_right_hash_are_counted_or_refused(exchange: int) -> None:
    world = standing()
    for payloads in hostile_payloads():
        world.net.send(sealed(world, exchange, payloads))
        world.net.run_for(0.0625)
    assert len(world.gateway.seen(PairReady)) == 1
    assert world.gateway.seen(Phase1Closed) == []
    world.net.send(world.client.rekey_pair(world.net.now))
    world.net.run_for(5.0)
    assert len(world.gateway.seen(PairReady)) == 2
    assert agree(world)


@pytest.mark.parametrize(("size", "pairs"), [(0, 1), (7, 1), (8, 2), (256, 2), (257, 1), (4000, 1)])
def test_a_nonce_of_a_forbidden_size_is_refused(size: int, pairs: int) -> None:
    """RFC 2409, 5: 8 to 256 bytes."""
    world = standing()
    offer = ike_offers.esp_offer(XP_SP2, b"\1\2\3\4", 61444)
    ids = ike_offers.quick_ids(XP_SP2, world.client.here, world.client.gateway)
    payloads = [(isakmp.SA, offer), (isakmp.NONCE, bytes(size)), *ids]
    world.net.send(sealed(world, isakmp.QUICK, payloads))
    world.net.run_for(0.5)
    assert len(world.gateway.seen(PairReady)) == pairs


@pytest.mark.parametrize(
    "number", [0, 1, isakmp.PRIMES[2] - 1, 2**1024 - 1], ids=["0", "1", "p-1", "all ones"]
)
def test_a_public_value_that_gives_the_secret_away_is_refused(number: int) -> None:
    world = meet(offering("draft-02n"), rules=QUIET)
    world.net.send(world.client.dial(world.net.now))
    world.net.lose(lambda datagram: len(datagram.payload) > 200)
    world.net.run_for(0.5)
    (third,) = [each.datagram for each in world.net.carried if each.lost]
    data = third.payload
    world.net.leave(world.client)
    spoiled = data[:32] + number.to_bytes(128, "big") + data[160:]
    assert world.gateway.receive(third._replace(payload=spoiled), world.net.now) == []
    assert [event.reason for event in world.gateway.seen(Refused)] == [Reason.BAD_PUBLIC_VALUE]


def test_a_client_that_opens_pair_after_pair_has_a_bounded_number() -> None:
    world = meet(replace(XP_SP2, delete_old=False), rules=QUIET)
    world.dial(10.0)
    for _ in range(100):
        world.net.send(world.client.rekey_pair(world.net.now))
        world.net.run_for(0.25)
    opened, closed = len(world.gateway.seen(PairReady)), len(world.gateway.seen(PairClosed))
    assert opened == 101
    assert opened - closed <= 32


@pytest.mark.long
def test_a_client_that_opens_phase_1_after_phase_1_has_a_bounded_number() -> None:
    world = standing()
    for _ in range(40):
        world.net.send(world.client.rekey_phase1(world.net.now))
        world.net.run_for(0.25)
    assert 41 - len(world.gateway.seen(Phase1Closed)) <= 8
    assert world.gateway.core.half_open == 0


def test_a_neighbour_with_its_own_key_is_not_touched_by_any_of_it() -> None:
    world = standing()
    other = client_of(offering("rfc3947"), "192.168.1.3", seed=9)
    world.net.join(other, "192.168.1.3", nat=world.nat)
    world.net.send(other.dial(world.net.now))
    world.net.run_for(5.0)
    for payloads in list(hostile_payloads())[::7]:
        world.net.send(sealed(world, isakmp.INFORMATIONAL, payloads))
        world.net.run_for(0.0625)
    world.net.send(other.rekey_pair(world.net.now))
    world.net.run_for(5.0)
    assert other.errors == []
    assert len(other.pairs) == 1


def test_a_client_whose_message_makes_no_sense_has_still_moved() -> None:
    """It passed its hash and is fresh: what the core then believes, the bridge must know too."""
    world = standing()
    assert world.nat is not None
    world.nat.forget()
    world.net.send(sealed(world, isakmp.INFORMATIONAL, [(isakmp.NOTIFY, b"?")]))
    world.net.run_for(1.0)
    (moved,) = world.gateway.seen(PeerMoved)
    world.net.send(world.gateway.take(world.gateway.core.close(moved.sa, world.net.now)))
    assert {each.datagram.target for each in world.net.carried[-2:]} == {moved.peer}


def test_a_senseless_notice_does_not_hide_the_delete_beside_it() -> None:
    world = standing()
    gone = isakmp.delete(isakmp.ESP, [world.client.pairs[0].spi_in])
    payloads = [(isakmp.NOTIFY, b"?"), (isakmp.DELETE, gone)]
    world.net.send(sealed(world, isakmp.INFORMATIONAL, payloads))
    world.net.run_for(1.0)
    assert len(world.gateway.seen(PairClosed)) == 1
