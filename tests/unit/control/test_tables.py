import pytest

from gateway.control.schema import CLIENT, OUTSIDE
from gateway.control.schema_metrics import METRICS
from gateway.control.tables import Table


def test_a_hint_shows_what_to_write() -> None:
    key = OUTSIDE.key("interface")
    assert key is not None
    assert key.hint() == 'Write for example interface = "eth0"'


@pytest.mark.parametrize(("table", "heading"), [(OUTSIDE, "[outside]"), (CLIENT, "[[client]]")])
def test_a_heading_is_what_stands_above_its_entries(table: Table, heading: str) -> None:
    assert table.heading == heading


def test_a_key_that_is_not_there_is_none() -> None:
    assert OUTSIDE.key("psk") is None


def test_a_default_is_what_the_defaults_say_if_they_say_anything() -> None:
    assert OUTSIDE.default("mtu") == 1500
    assert OUTSIDE.default("addresses") is None


@pytest.mark.parametrize(
    ("table", "name", "words"),
    [
        (OUTSIDE, "network", ("dhcp", "static")),
        (METRICS, "sessions", ("true", "false")),
        (CLIENT, "esp", ()),  # a list of several
        (CLIENT, "name", ()),
    ],
)
def test_a_key_whose_value_is_one_of_a_few_words_has_them(
    table: Table, name: str, words: tuple[str, ...]
) -> None:
    key = table.key(name)
    assert key is not None
    assert key.words == words
