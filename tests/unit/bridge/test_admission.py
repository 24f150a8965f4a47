from gateway.bridge.admission import ike_policy
from gateway.control.values import Network
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.pair.gateway_world import client_entry, configure

ONE_HOST = int.from_bytes(host_bytes("203.0.113.7"), "big")


def test_limits_become_those_of_ike() -> None:
    policy = ike_policy(configure(half_open=9, half_open_per_source=3, dpd_seconds=11, dpd_tries=2))
    assert (policy.half_open, policy.half_open_per_source) == (9, 3)
    assert (policy.dpd_idle, policy.dpd_tries) == (11.0, 2)


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
