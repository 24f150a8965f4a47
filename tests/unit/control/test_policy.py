from gateway.control.policy import (
    candidates,
    client_named,
    esp_suites,
    ike_suites,
)
from tests.unit.control.written import OUTSIDE, ROUTE, config_of

CLIENTS = """
[[client]]
name = "anywhere"
psk = "key-number-one"
route = "old-nt4"
ike = ["3des-sha1-modp1024", "des-md5-modp768"]
esp = ["des-md5"]
weak_reason = "it knows no other"
weak_until = 2026-12-31
[[client]]
name = "network"
psk = "key-number-two"
route = "old-nt4"
address = "203.0.113.0/24"
ike = ["aes128-sha1-modp1024"]
esp = ["3des-sha1"]
[[client]]
name = "machine"
psk = "key-number-three"
route = "second"
address = "203.0.113.10"
ike = ["3des-sha1-modp1024"]
esp = ["3des-sha1"]
"""
SECOND = ROUTE.replace("old-nt4", "second")
CONFIG = config_of(OUTSIDE + CLIENTS + ROUTE + SECOND)


def names(host: bytes) -> list[str]:
    return [client.name for client in candidates(CONFIG, host)]


def test_the_most_narrowly_placed_client_is_tried_first() -> None:
    assert names(b"\xcb\x00\x71\x0a") == ["machine", "network", "anywhere"]


def test_who_may_not_come_from_there_is_not_tried() -> None:
    assert names(b"\xcb\x00\x71\x0b") == ["network", "anywhere"]
    assert names(b"\xc0\x00\x02\x01") == ["anywhere"]


def test_suites_of_all_clients_come_in_our_order_the_weak_ones_last() -> None:
    assert ike_suites(CONFIG) == (
        "aes128-sha1-modp1024",
        "3des-sha1-modp1024",
        "des-md5-modp768",
    )
    assert esp_suites(CONFIG) == ("3des-sha1", "des-md5")


def test_a_client_that_is_not_there_any_more_is_not_found() -> None:
    assert client_named(CONFIG, "gone") is None
