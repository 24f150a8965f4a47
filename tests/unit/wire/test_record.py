from dataclasses import dataclass

import pytest

from gateway.wire.cursor import Truncated, WireError
from gateway.wire.record import Broken, build_record, parse_record, shape_of
from gateway.wire.udp import Endpoint


@dataclass(frozen=True, slots=True)
class Inner:
    name: str
    size: int | None


@dataclass(frozen=True, slots=True)
class Outer:
    host: Endpoint
    when: float
    heard: bool
    key: bytes
    rows: tuple[Inner, ...]
    both: tuple[int, str]


@dataclass(frozen=True, slots=True)
class Unwritable:
    any: list[int]


@dataclass(frozen=True, slots=True)
class Either:
    one: int | str


VALUE = Outer(
    Endpoint(bytes((192, 0, 2, 1)), 4500),
    12.5,
    True,
    b"\x00key",
    (Inner("ä", None), Inner("", -3)),
    (7, "seven"),
)


def test_a_value_comes_back_as_it_was() -> None:
    assert parse_record(Outer, build_record(VALUE)) == VALUE


def test_what_is_cut_off_is_refused_wherever_it_is_cut() -> None:
    whole = build_record(VALUE)
    for length in range(len(whole)):
        with pytest.raises(WireError):
            parse_record(Outer, whole[:length])


def test_what_has_more_behind_it_is_refused() -> None:
    with pytest.raises(Broken, match="1 bytes too many"):
        parse_record(Outer, build_record(VALUE) + b"\0")


def test_a_count_is_not_believed_before_the_bytes_are_there() -> None:
    with pytest.raises(Broken, match="entries"):
        parse_record(Rows, b"\xff\xff\xff\xff\0")


def test_a_flag_that_is_neither_yes_nor_no_is_refused() -> None:
    with pytest.raises(Broken, match="neither"):
        parse_record(Inner, build_record(Inner("", None))[:-1] + b"\x02")


def test_a_text_that_is_none_is_refused() -> None:
    with pytest.raises(Broken, match="text"):
        parse_record(Inner, b"\0\0\0\1\xff\0")


def test_a_text_that_is_longer_than_all_is_refused() -> None:
    with pytest.raises(Truncated):
        parse_record(Inner, b"\xff\xff\xff\xff")


@dataclass(frozen=True, slots=True)
class Rows:
    rows: tuple[int, ...]


def test_a_number_of_more_than_64_bits_is_our_own_fault() -> None:
    assert parse_record(Inner, build_record(Inner("", 2**63 - 1))).size == 2**63 - 1
    for number in (2**63, -(2**63) - 1):
        with pytest.raises(ValueError, match="64 bits"):
            build_record(Inner("", number))


@pytest.mark.parametrize("kind", [Unwritable, Either])
def test_other_types_cannot_be_written(kind: type) -> None:
    with pytest.raises(ValueError, match="cannot be written"):
        shape_of(kind)


def test_the_shape_names_every_field_and_its_type() -> None:
    assert shape_of(Inner) == "Inner(name: text, size: int?)"
    assert shape_of(Outer) == (
        "Outer(host: Endpoint(host: bytes, port: int), when: float, heard: bool, key: bytes, "
        "rows: [Inner(name: text, size: int?)], both: (int, text))"
    )
