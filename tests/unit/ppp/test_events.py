"""Events are values, and have no room for a secret."""

from dataclasses import fields
from typing import get_args

from gateway.ppp.events import LcpOpened, PppEvent, Reply, SendFrame


def test_no_fact_has_a_field_for_a_proof() -> None:
    facts = set(get_args(PppEvent)) - {Reply, SendFrame}  # requests, and never of authentication
    names = {field.name for kind in facts for field in fields(kind)}
    assert not names & {"password", "challenge", "response", "hash", "data", "frame"}


def test_events_are_equal_to_their_like() -> None:
    assert {LcpOpened(1400, 1400, "none"), LcpOpened(1400, 1400, "none")} == {
        LcpOpened(1400, 1400, "none")
    }
