"""Whatever a process leaves, its successor reads it as it was, or does without it."""

from dataclasses import dataclass
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.bridge.household import Household
from gateway.bridge.keeping import LABEL
from gateway.crypto import aead
from gateway.wire.cursor import WireError
from gateway.wire.record import build_record, parse_record
from gateway.wire.udp import Endpoint
from tests.pair import gateway_world
from tests.pair.gateway_world import KEY
from tests.pair.restart_world import MortalWorld, household_of

BOTH = pytest.mark.parametrize("carrier", ["user", "kernel"])
NUMBERS = st.integers(-(2**63), 2**63 - 1)
FLOATS = st.floats(allow_nan=False)


@dataclass(frozen=True, slots=True)
class Inner:
    place: Endpoint | None
    pair: tuple[int, bytes]


@dataclass(frozen=True, slots=True)
class Value:
    name: str
    when: float
    known: bool
    rows: tuple[Inner, ...]
    words: tuple[str, ...] | None


ENDPOINTS = st.builds(Endpoint, st.binary(max_size=4), NUMBERS)
INNERS = st.builds(Inner, st.none() | ENDPOINTS, st.tuples(NUMBERS, st.binary(max_size=9)))
VALUES = st.builds(
    Value,
    st.text(max_size=9),
    FLOATS,
    st.booleans(),
    st.lists(INNERS, max_size=3).map(tuple),
    st.none() | st.lists(st.text(max_size=3), max_size=3).map(tuple),
)


@given(VALUES)
def test_a_value_comes_back_as_it_was(value: Value) -> None:
    assert parse_record(Value, build_record(value)) == value


@given(st.binary(max_size=120))
def test_any_bytes_are_a_value_or_refused(data: bytes) -> None:
    try:
        value = parse_record(Value, data)
    except WireError:
        return
    assert build_record(value) == data


@cache
def world(carrier: str) -> tuple[MortalWorld, int, bytes]:
    """A client that is up, and what is kept of it."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(gateway_world, "CARRIER", carrier)
        mortal = MortalWorld()
        mortal.world.call_up()
        mortal.net.run_for(2.0)
    (number,) = mortal.node.records
    return mortal, number, build_record(household_of(mortal.node))


def take_up(record: bytes, carrier: str) -> None:
    """As if the earlier process had sealed this."""
    mortal, number, _ = world(carrier)
    sealed = aead.seal(KEY, bytes(aead.NONCE), record, LABEL + number.to_bytes(8, "big"))
    mortal.node.records = {number: sealed}
    mortal.node.comes_back(mortal.net.now)


@BOTH
@given(st.data())
def test_a_record_with_bytes_changed_is_taken_up_or_dropped_and_ends_nobody(
    carrier: str, data: st.DataObject
) -> None:
    record = bytearray(world(carrier)[2])
    for _ in range(data.draw(st.integers(1, 3))):
        record[data.draw(st.integers(0, len(record) - 1))] ^= data.draw(st.integers(1, 255))
    take_up(bytes(record), carrier)


@BOTH
@settings(max_examples=25)
@given(st.data())
def test_a_record_that_was_cut_is_dropped(carrier: str, data: st.DataObject) -> None:
    mortal, _, record = world(carrier)
    take_up(record[: data.draw(st.integers(0, len(record) - 1))], carrier)
    assert mortal.node.taking_up is not None
    assert mortal.node.taking_up.refused == 1


@given(st.binary(max_size=400))
def test_any_bytes_are_a_household_or_refused(data: bytes) -> None:
    try:
        value = parse_record(Household, data)
    except WireError:
        return
    assert build_record(value) == data
