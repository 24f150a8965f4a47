"""Who may dial for a moment, and who may not besides."""

import pytest

from gateway.bridge.guest import LOOPBACK, NAME, Guest
from gateway.control.values import Unfit, name
from gateway.ike.policy import Credential, IkePolicy
from gateway.ike.probe import ESP_SUITE, IKE_SUITE
from gateway.wire.udp import Endpoint

THERE = Endpoint(LOOPBACK, 40000)
OWNERS = Credential("press-3", b"the owner's", frozenset({"aes128-sha1-modp1024"}), frozenset())
POLICY = IkePolicy(("aes128-sha1-modp1024",), ("aes128-sha1",), lambda _: [OWNERS])
GUEST = Guest(THERE, b"made for this handshake", 130.0)


def test_the_guest_dials_from_its_one_endpoint_with_its_own_key_alone() -> None:
    (own,) = GUEST.admitted_by(POLICY).credentials(THERE)
    assert (own.name, own.psk) == (NAME, GUEST.psk)


def test_everyone_else_is_who_they_were() -> None:
    policy = GUEST.admitted_by(POLICY)
    for peer in (Endpoint(LOOPBACK, 40001), Endpoint(bytes((192, 0, 2, 1)), 40000)):
        assert list(policy.credentials(peer)) == [OWNERS]


def test_the_suites_of_the_probe_are_added_behind_our_own() -> None:
    policy = GUEST.admitted_by(POLICY)
    assert policy.ike_suites == ("aes128-sha1-modp1024", IKE_SUITE)
    assert policy.esp_suites == ("aes128-sha1", ESP_SUITE)
    assert GUEST.admitted_by(policy).ike_suites == policy.ike_suites


def test_no_client_can_be_called_as_the_guest_is() -> None:
    with pytest.raises(Unfit):
        name(NAME)


def test_the_key_is_not_shown() -> None:
    assert "handshake" not in repr(GUEST)
