from dataclasses import replace

import pytest

from gateway.bridge.admission import ike_policy, route_for
from gateway.control.schema import NAT_D
from gateway.control.values import Network
from gateway.ike.nat import NAMES, Answer
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.pair.gateway_world import client_entry, configure

ONE_HOST = int.from_bytes(host_bytes("203.0.113.7"), "big")


def test_limits_become_those_of_ike() -> None:
    policy = ike_policy(configure(half_open=9, half_open_per_source=3, dpd_seconds=11, dpd_tries=2))
    assert (policy.half_open, policy.half_open_per_source) == (9, 3)
    assert (policy.dpd_idle, policy.dpd_tries) == (11.0, 2)


def test_every_way_of_nat_traversal_is_allowed_unless_the_owner_says_otherwise() -> None:
    config = configure()
    assert ike_policy(config).natt == NAMES
    fewer = replace(config, outside=replace(config.outside, natt=("draft-00",)))
    assert ike_policy(fewer).natt == ("draft-00",)


@pytest.mark.parametrize(
    ("word", "answer"), [("auto", None), ("honest", Answer.HONEST), ("parrot", Answer.PARROT)]
)
def test_what_clients_hear_of_us_is_the_owners_word(word: str, answer: Answer | None) -> None:
    assert ike_policy(configure(nat_d=word)).nat_d is answer
    assert word in NAT_D


def test_suites_are_those_of_all_clients_in_our_order() -> None:
    first = client_entry("a", ike=("3des-sha1-modp1024",), esp=("3des-sha1",))
    second = client_entry("b", ike=("aes128-sha1-modp2048",), esp=("aes128-sha1",))
    policy = ike_policy(configure(first, second))
    assert policy.ike_suites == ("aes128-sha1-modp2048", "3des-sha1-modp1024")
    assert policy.esp_suites == ("aes128-sha1", "3des-sha1")


def test_whose_key_may_come_from_an_address_is_asked_for_each_dial() -> None:
    placed = client_entry("placed", address=Network(ONE_HOST, ONE_HOST))
    policy = ike_policy(configure(client_entry("anywhere"), placed))
    here = policy.credentials(Endpoint(host_bytes("203.0.113.7"), 500))
    there = policy.credentials(Endpoint(host_bytes("203.0.113.8"), 500))
    assert [each.name for each in here] == ["placed", "anywhere"]
    assert [each.name for each in there] == ["anywhere"]


def test_a_credential_says_what_its_client_may_use_and_hides_its_key() -> None:
    [found] = ike_policy(configure(client_entry(psk="not to be seen"))).credentials(
        Endpoint(bytes(4), 500)
    )
    assert found.psk == b"not to be seen"
    assert "seen" not in repr(found)
    assert found.ike_suites == {"3des-sha1-modp1024"}


def test_a_client_has_its_route_until_it_is_taken_out() -> None:
    config = configure(client_entry("a", route="other"))
    route = route_for(config, "a")
    assert route is not None
    assert route.name == "other"
    assert route_for(config, "b") is None
