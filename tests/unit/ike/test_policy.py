"""A policy names only what there is, and shows no key."""

import pytest

from gateway.control.limits import MOST_CANDIDATES
from gateway.ike.policy import MOST_CREDENTIALS, Credential, IkePolicy
from tests.unit.ike.asker import PSK, credential, meet, policy


def test_names_that_stand_for_nothing_are_our_mistake() -> None:
    with pytest.raises(ValueError, match="rot13"):
        IkePolicy(("rot13",), (), lambda _: ())
    with pytest.raises(ValueError, match="null"):
        IkePolicy((), ("null-sha1",), lambda _: ())
    with pytest.raises(ValueError, match="draft-99"):
        IkePolicy((), (), lambda _: (), natt=("draft-99",))


def test_nothing_secret_shows_in_the_representation() -> None:
    credential = Credential("pc", b"SECRET", frozenset(), frozenset())
    policy = IkePolicy((), (), lambda _: (credential,))
    assert "SECRET" not in repr(credential) + repr(policy)


def test_the_last_client_a_configuration_lets_through_has_its_key_tried_too() -> None:
    others = [credential(f"pc{number}", b"key %d" % number) for number in range(1, MOST_CANDIDATES)]
    meeting = meet(policy(*others, credential("last", PSK)))
    meeting.main_mode()
    assert MOST_CREDENTIALS == MOST_CANDIDATES
    assert [peer.credential for peer in meeting.ike.sas.peers.values()] == ["last"]
