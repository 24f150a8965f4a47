from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from gateway.bridge.admission import ike_policy
from gateway.control.config import Client
from gateway.control.schema import NAT_D
from gateway.control.values import Network
from gateway.control.values_client import identity
from gateway.ike.nat import NAMES, Answer
from gateway.ike.numbers import IdType
from gateway.ike.payloads import Identification
from gateway.ike.policy import Credential
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.pair.gateway_world import client_entry, configure

ONE_HOST = int.from_bytes(host_bytes("203.0.113.7"), "big")
TODAY = date(2026, 10, 4)
TOMORROW, YESTERDAY = date(2026, 10, 5), date(2026, 10, 3)
WEAK: dict[str, Any] = {
    "ike": ("3des-sha1-modp1024", "des-md5-modp768"),
    "esp": ("3des-sha1", "des-md5"),
    "weak_reason": "it knows no other",
}


def credentials(*clients: Client) -> list[Credential]:
    """All that may be used from anywhere today."""
    policy = ike_policy(configure(*clients), TODAY)
    return list(policy.credentials(Endpoint(host_bytes("192.0.2.77"), 500)))


def test_limits_become_those_of_ike() -> None:
    limits = configure(half_open=9, half_open_per_source=3, dpd_seconds=11, dpd_tries=2)
    policy = ike_policy(limits, TODAY)
    assert (policy.half_open, policy.half_open_per_source) == (9, 3)
    assert (policy.dpd_idle, policy.dpd_tries) == (11.0, 2)


def test_every_way_of_nat_traversal_is_allowed_unless_the_owner_says_otherwise() -> None:
    config = configure()
    assert ike_policy(config, TODAY).natt == NAMES
    fewer = replace(config, outside=replace(config.outside, natt=("draft-00",)))
    assert ike_policy(fewer, TODAY).natt == ("draft-00",)


@pytest.mark.parametrize(
    ("word", "answer"), [("auto", None), ("honest", Answer.HONEST), ("parrot", Answer.PARROT)]
)
def test_what_clients_hear_of_us_is_the_owners_word(word: str, answer: Answer | None) -> None:
    assert ike_policy(configure(nat_d=word), TODAY).nat_d is answer
    assert word in NAT_D


def test_suites_are_those_of_all_clients_in_our_order() -> None:
    first = client_entry("a", ike=("3des-sha1-modp1024",), esp=("3des-sha1",))
    second = client_entry("b", ike=("aes128-sha1-modp2048",), esp=("aes128-sha1",))
    policy = ike_policy(configure(first, second), TODAY)
    assert policy.ike_suites == ("aes128-sha1-modp2048", "3des-sha1-modp1024")
    assert policy.esp_suites == ("aes128-sha1", "3des-sha1")


def test_whose_key_may_come_from_an_address_is_asked_for_each_dial() -> None:
    placed = client_entry("placed", address=Network(ONE_HOST, ONE_HOST))
    policy = ike_policy(configure(client_entry("anywhere"), placed), TODAY)
    here = policy.credentials(Endpoint(host_bytes("203.0.113.7"), 500))
    there = policy.credentials(Endpoint(host_bytes("203.0.113.8"), 500))
    assert [each.name for each in here] == ["placed", "anywhere"]
    assert [each.name for each in there] == ["anywhere"]


def test_a_credential_says_what_its_client_may_use_and_hides_its_key() -> None:
    [found] = credentials(client_entry(psk="not to be seen"))
    assert found.psk == b"not to be seen"
    assert "seen" not in repr(found)
    assert found.ike_suites == {"3des-sha1-modp1024"}


def test_a_client_in_rotation_has_two_keys_the_one_that_stays_first() -> None:
    [new, old] = credentials(client_entry(psk_old=b"before", psk_old_until=TODAY))
    assert (new.name, new.old) == (old.name, False)
    assert (old.psk, old.old) == (b"before", True)


def test_an_old_key_holds_to_the_end_of_its_last_day_and_never_without_one() -> None:
    for until in (YESTERDAY, None):
        [only] = credentials(client_entry(psk_old=b"before", psk_old_until=until))
        assert not only.old


def test_a_weak_suite_may_be_used_to_the_end_of_its_last_day() -> None:
    for until in (TODAY, TOMORROW):
        [found] = credentials(client_entry(**WEAK, weak_until=until))
        assert found.ike_suites == frozenset(WEAK["ike"])
        assert found.esp_suites == frozenset(WEAK["esp"])
        assert found.lapsed == {}


def test_from_the_day_after_it_may_not_and_the_credential_knows_since_when() -> None:
    [found] = credentials(client_entry(**WEAK, weak_until=YESTERDAY))
    assert found.ike_suites | found.esp_suites == {"3des-sha1-modp1024", "3des-sha1"}
    assert found.lapsed == {"des-md5": "2026-10-03", "des-md5-modp768": "2026-10-03"}


def test_a_weak_suite_without_a_day_is_never_offered() -> None:
    """The check refuses such a file; who makes a configuration otherwise is not trusted either."""
    [found] = credentials(client_entry(**WEAK))
    assert "des-md5-modp768" not in found.ike_suites


def test_what_has_lapsed_for_a_client_is_found_by_its_name() -> None:
    policy = ike_policy(configure(client_entry("weak", **WEAK, weak_until=YESTERDAY)), TODAY)
    assert set(policy.lapsed("weak")) == {"des-md5", "des-md5-modp768"}
    assert policy.lapsed("nobody") == {}


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ("192.168.1.20", Identification(IdType.IPV4, host_bytes("192.168.1.20"))),
        ("PRESS_3", Identification(IdType.FQDN, b"PRESS_3")),
        ("press@works.example", Identification(IdType.USER_FQDN, b"press@works.example")),
    ],
)
def test_an_identity_is_what_ike_calls_it(told: str, wanted: Identification) -> None:
    [found] = credentials(client_entry(identity=identity(told)))
    assert found.identity == wanted


def test_a_revoked_client_has_its_key_known_so_that_it_can_be_named() -> None:
    [found] = credentials(client_entry(revoked=True))
    assert found.revoked
