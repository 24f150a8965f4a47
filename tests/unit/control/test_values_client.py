from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from gateway.control.values import Unfit
from gateway.control.values_client import (
    FQDN,
    IPV4,
    LONGEST_IDENTITY,
    USER_FQDN,
    Identity,
    day,
    identity,
)

NOON = datetime(2026, 12, 31, 12, tzinfo=UTC)


def test_a_day_is_a_local_date_of_toml() -> None:
    assert day(date(2026, 12, 31)) == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("2026-12-31", "is text, and should be a day without quotes"),
        (20261231, "is a whole number, and should be a day without quotes"),
        (
            datetime(2026, 12, 31, 12, tzinfo=UTC),
            "is a date or time, and should be a day without quotes",
        ),
        (time(12), "is a date or time, and should be a day without quotes"),
        (True, "is true or false, and should be a day without quotes"),
    ],
)
def test_what_is_no_day_is_told(value: Any, what: str) -> None:
    with pytest.raises(Unfit) as unfit:
        day(value)
    assert str(unfit.value) == what


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("192.168.1.20", IPV4),
        ("press-3", FQDN),
        ("PRESS_3.works.example", FQDN),
        ("1.2.3.works", FQDN),
        ("press@works.example", USER_FQDN),
        ("o'neil+lab@works", USER_FQDN),
    ],
)
def test_an_identity_is_known_by_its_form(value: str, kind: str) -> None:
    assert identity(value) == Identity(kind, value)
    assert str(identity(value)) == value


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("192.168.1.256", "which is no IPv4 address"),
        ("192.168.1", "which is no IPv4 address"),
        ("192.168.1.20/32", "which no client calls itself"),
        ("a b", "which no client calls itself"),
        ("a@b@c", "which no client calls itself"),
        ("@works", "which no client calls itself"),
        ("prés-3", "which no client calls itself"),
        ("a\x1b[2J", "which no client calls itself"),
        (".", "which is no IPv4 address"),
        ("a..b", "which no client calls itself"),
        ("x" * (LONGEST_IDENTITY + 1), "is longer than 255 letters"),
        (7, "should be text in quotes"),
        ("", "is empty"),
    ],
)
def test_what_nobody_can_be_called_is_told(value: Any, what: str) -> None:
    with pytest.raises(Unfit, match=what) as unfit:
        identity(value)
    assert "\x1b" not in str(unfit.value)
