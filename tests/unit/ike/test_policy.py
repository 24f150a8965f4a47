"""A policy names only what there is, and shows no key."""

import pytest

from gateway.ike.policy import Credential, IkePolicy


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
