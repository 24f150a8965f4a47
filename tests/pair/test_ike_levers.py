"""Nobody can use the gateway against somebody else: what it sends to an address that it does not
know to be there is never more than what came from it; nor is anything said twice acted on twice."""

from dataclasses import replace

import pytest

from gateway.ike.events import Authenticated, IkeEvent, NatFound, PairReady, Refused, Started
from gateway.wire.udp import Datagram
from tests import pki
from tests.pair.certificates_world import authority, rules, sign_in
from tests.pair.ike_world import World, meet, policy
from tests.pair.net import endpoint, seeded
from tests.pair.peers import ike_offers, isakmp, old_clients
from tests.pair.peers.ike_guesser import Guesser
from tests.pair.peers.ike_profiles import (
    DPD,
    FRAGMENTATION,
    LATER_WINDOWS,
    MAC,
    NATT,
    SAFENET_98,
    XP_SP2,
    Profile,
    offering,
)
from tests.pair.test_ike_guessing import HERE, STRANGER

CHANCE = seeded(8)
VICTIM = endpoint("203.0.113.200:500")
ALL_THERE_IS = Profile(vendors=(*(way.vendor for way in NATT.values()), DPD, FRAGMENTATION))
BARE = offering()
PROFILES = {
    "XP SP2": XP_SP2,
    "Mac": MAC,
    "SafeNet": SAFENET_98,
    "later Windows": LATER_WINDOWS,
    "MSL2TP": old_clients.MSL2TP_IKE,
    "every vendor ID": ALL_THERE_IS,
    "none": BARE,
}


def size(datagrams: list[Datagram]) -> int:
    return sum(len(each.payload) for each in datagrams)


def of_client(world: World) -> list[Datagram]:
    """All it has said to the gateway, as the gateway saw it come."""
    said = [each.datagram for each in world.net.carried]
    return [each for each in said if each.target.host == HERE.host]


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_first_message_is_never_answered_by_more_than_it_is(profile: Profile) -> None:
    world = meet(profile)
    for first in world.client.dial(world.net.now):
        spoofed = first._replace(source=VICTIM)
        for _ in range(3):
            answered = world.gateway.receive(spoofed, world.net.now)
            assert 0 < size(answered) <= len(first.payload)


@pytest.mark.parametrize("port", [1, 500, 4500])
def test_a_refusal_of_a_first_message_is_no_longer_either(port: int) -> None:
    world = meet(XP_SP2, rules=policy(ike_suites=("aes256-sha1-modp2048",)))
    for first in world.client.dial(world.net.now):
        spoofed = first._replace(source=VICTIM._replace(port=port))
        answered = world.gateway.receive(spoofed, world.net.now)
        assert 0 < size(answered) <= len(first.payload)


MANY_NAMES = [pki.authority(f"An authority of a long name, number {n}") for n in range(16)]


def test_a_third_message_in_the_name_of_another_brings_it_no_more_than_was_said() -> None:
    """The fourth asks for certificates by the names of authorities: ten times as long."""
    many = tuple(replace(authority(one), name=str(n)) for n, one in enumerate(MANY_NAMES))
    world = sign_in(allowed=rules(authorities=many), until=0.0)
    (first,) = world.client.dial(world.net.now)
    (second,) = world.gateway.receive(first._replace(source=STRANGER), world.net.now)
    (third,) = world.client.receive(second._replace(target=first.source), world.net.now)
    spoofed = third._replace(source=VICTIM)
    for _ in range(5):
        assert size(world.gateway.receive(spoofed, world.net.now)) <= len(third.payload)
    honest = third._replace(source=STRANGER)
    assert size(world.gateway.receive(honest, world.net.now)) > 2 * len(third.payload)
    for _ in range(5):
        assert size(world.gateway.receive(spoofed, world.net.now)) <= len(third.payload)


def test_who_floats_to_another_address_with_its_third_message_is_answered() -> None:
    """A NAT may give port 4500 another address: with keys the answer is no longer than the
    question, so nothing has to be known."""
    world = meet(offering("draft-02n"))
    at_work = Guesser(world.gateway.receive, HERE, CHANCE)
    (both,) = at_work.begin(STRANGER, world.net.now)
    assert at_work.third(VICTIM, both, world.net.now)


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_a_whole_dial_said_again_by_a_stranger_starts_dials_and_does_nothing(
    profile: Profile,
) -> None:
    world = meet(replace(profile, initial_contact="informational"))
    world.dial(20.0)
    seen: list[type[IkeEvent]] = [Authenticated, PairReady, NatFound]
    before = [len(world.gateway.seen(kind)) for kind in seen]
    for datagram in of_client(world):
        for again in (datagram, datagram._replace(source=STRANGER)):
            assert size(world.gateway.receive(again, world.net.now)) <= len(again.payload)
    assert [len(world.gateway.seen(kind)) for kind in seen] == before
    world.net.send(world.client.rekey_pair(world.net.now))
    world.net.run_for(10.0)
    assert len(world.gateway.seen(PairReady)) == before[1] + 1


def test_who_knows_the_cookies_and_no_key_forges_nothing() -> None:
    world = meet(XP_SP2)
    world.dial(20.0)
    cookies = world.client.phase1.cookie_i, world.client.phase1.cookie_r
    before = len(world.gateway.events)
    for exchange in range(256):
        for flags, kind in ((0, 1), (1, 8), (1, 12), (3, 11), (0, 132), (0, 11), (0, 12)):
            for body in (b"", bytes(8), bytes(64), CHANCE(64)):
                message = isakmp.Message(*cookies, kind, exchange, flags, exchange, body)
                forged = Datagram(STRANGER, HERE, isakmp.build(message))
                assert size(world.gateway.receive(forged, world.net.now)) == 0
    told = world.gateway.events[before:]
    assert {type(event) for event in told} <= {Refused}
    world.net.send(world.client.rekey_pair(world.net.now))
    world.net.run_for(10.0)
    assert len(world.gateway.seen(PairReady)) == 2


def test_a_cookie_that_others_use_too_does_not_disturb_whose_it_is() -> None:
    """Cloned machines may count alike, and who listens can say whatever he has heard."""
    world = meet(XP_SP2)
    (first,) = world.client.dial(world.net.now)
    for number in range(50):
        other = first._replace(source=endpoint(f"203.0.113.{number + 100}:500"))
        assert world.gateway.receive(other, world.net.now)
        # the same cookie and address with another offer: only the first one counts
        spoiled = other.payload[:-1] + b"?"
        assert world.gateway.receive(other._replace(payload=spoiled), world.net.now) == []
    world.net.send([first])
    world.net.run_for(10.0)
    assert len(world.gateway.seen(Authenticated)) == 1
    assert len(world.gateway.seen(Started)) == 51


@pytest.mark.parametrize("length", [2_000, 16_000, 65_000])
def test_what_is_too_long_is_read_once_or_not_at_all(length: int) -> None:
    world = meet(XP_SP2)
    (first,) = world.client.dial(world.net.now)
    vendors = [(13, bytes(12))] * (length // 16)
    padded = [(isakmp.SA, ike_offers.ike_offer(XP_SP2)), *vendors]
    kind, body = isakmp.chain(padded)
    message = isakmp.build(isakmp.Message(b"cookie-1", bytes(8), kind, 2, 0, 0, body))
    assert world.gateway.receive(Datagram(STRANGER, HERE, message), world.net.now) == []
    assert world.gateway.core.counters["bad payload"] == 1
    assert world.gateway.core.half_open == 0
    world.net.send([first])
    world.net.run_for(10.0)
    assert len(world.gateway.seen(Authenticated)) == 1
