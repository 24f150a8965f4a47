"""Dates against Python's own calendar."""

from datetime import UTC, datetime

import pytest

from gateway.x509.dates import DAY, FOREVER, date_bytes, date_text, read_date
from gateway.x509.der import GENERALIZED_TIME, UTC_TIME, Der, encode
from gateway.x509.errors import BadDer


def seconds(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp())  # type: ignore[misc, arg-type]  # noqa: DTZ001


@pytest.mark.parametrize(
    "parts",
    [
        (1970, 1, 1, 0, 0, 0),
        (1999, 12, 31, 23, 59, 59),
        (2000, 2, 29, 12, 0, 0),
        (2026, 9, 21, 5, 6, 7),
        (2049, 12, 31, 23, 59, 59),
        (2050, 1, 1, 0, 0, 0),
        (2100, 3, 1, 0, 0, 0),
        (9999, 12, 31, 23, 59, 59),
    ],
)
def test_a_date_goes_out_and_comes_back(parts: tuple[int, ...]) -> None:
    moment = seconds(*parts)
    assert read_date(Der(date_bytes(moment))) == moment
    assert date_text(moment) == "{:04}-{:02}-{:02}".format(*parts)


def test_utc_time_through_2049_and_generalized_time_after_it() -> None:
    """RFC 5280, 4.1.2.5."""
    assert date_bytes(seconds(2049, 12, 31)) == encode(UTC_TIME, b"491231000000Z")
    assert date_bytes(seconds(2050, 1, 1)) == encode(GENERALIZED_TIME, b"20500101000000Z")


def test_years_of_two_digits_are_from_1950_on() -> None:
    assert read_date(Der(encode(UTC_TIME, b"500101000000Z"))) == seconds(1950, 1, 1)
    assert read_date(Der(encode(UTC_TIME, b"490101000000Z"))) == seconds(2049, 1, 1)


@pytest.mark.parametrize("day", range(0, 366 * 60, 97))
def test_every_kind_of_day_is_as_pythons(day: int) -> None:
    moment = day * DAY
    assert date_text(moment) == datetime.fromtimestamp(moment, UTC).date().isoformat()


@pytest.mark.parametrize(
    "text",
    [
        b"", b"Z", b"2601010000Z", b"260101000000", b"260101000000+", b"261301000000Z",
        b"260132000000Z", b"260101240000Z", b"260101006000Z", b"26010100000xZ", b"260100000000Z",
    ],
)  # fmt: skip
def test_what_is_no_date_is_refused(text: bytes) -> None:
    with pytest.raises(BadDer):
        read_date(Der(encode(UTC_TIME, text)))


def test_a_date_of_another_type_is_refused() -> None:
    with pytest.raises(BadDer):
        read_date(Der(encode(4, b"260101000000Z")))


def test_the_end_of_time_is_the_end() -> None:
    assert date_text(FOREVER) == date_text(FOREVER + 1) == "9999-12-31"
    assert date_text(-1) == "1970-01-01"
