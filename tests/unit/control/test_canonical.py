import tomllib

import pytest

from gateway.control.canonical import (
    MASK,
    Section,
    Unreadable,
    entries_of,
    masked,
    quoted,
    raw_of,
    sections,
    toml,
)
from tests.unit.control.test_relations_box import ADMINS, BOX, PORTS, REST, STATIC
from tests.unit.control.written import GOOD, OUTSIDE

WHOLE = STATIC + REST + BOX + ADMINS + PORTS


def test_sections_come_in_the_order_of_the_schema_by_their_names() -> None:
    assert [place.heading for place in sections(BOX + REST + OUTSIDE)] == [
        "[outside]",
        '[[client]] "press-3"',
        '[[route]] "old-nt4"',
        "[box]",
    ]


def test_comments_order_and_spelling_mean_nothing() -> None:
    other = """
    # of the printing shop
    client = [{ route = 'old-nt4', psk = "hunter2-hunter2", name = "press-3" }]
    [[route]]
    server = "10.10.0.2:1723"
    kind = 'pptp'
    name = "old-nt4"
    [outside]
    addresses = [ '203.0.113.1' ] # ours
    interface = "eth0"
    """
    values = [
        {
            place: {name: one.value for name, one in settings.items()}
            for place, settings in sections(text).items()
        }
        for text in (GOOD, other)
    ]
    assert values[0] == values[1]


def test_suites_have_no_order_and_addresses_have_one() -> None:
    def value(text: str, section: Section, key: str) -> object:
        return sections(text)[section][key].value

    one, other = ('["3des-sha1", "aes128-sha1"]', '["aes128-sha1", "3des-sha1"]')
    client = Section("client", "a")
    texts = [f"[[client]]\nname = 'a'\nesp = {esp}" for esp in (one, other)]
    assert value(texts[0], client, "esp") == value(texts[1], client, "esp")
    texts = [f"[outside]\naddresses = ['192.0.2.{n}', '192.0.2.{3 - n}']" for n in (1, 2)]
    assert value(texts[0], Section("outside"), "addresses") != value(
        texts[1], Section("outside"), "addresses"
    )


def test_what_would_hold_anyway_is_known() -> None:
    settings = sections("[outside]\nmtu = 1500\ninterface = 'eth0'")[Section("outside")]
    assert (settings["mtu"].usual, settings["interface"].usual) == (True, False)


def test_masked_it_is_the_same_configuration_but_for_its_secrets() -> None:
    shown = masked("# psk = 'hunter2'\n" + WHOLE)
    assert "hunter2" not in shown
    expected = tomllib.loads(WHOLE)
    expected["client"][0]["psk"] = MASK
    assert tomllib.loads(shown) == expected


@pytest.mark.parametrize(
    "text",
    [
        "[[client]]\nname = 'a'\npks = 'hunter2'",
        "[[client]]\nname = 'a'\npsk = ['hunter2']",
        "[[client]]\nname = 'a'\npsk = {x = 'hunter2'}",
        "[clients]\npsk = 'hunter2'",
        "psk = 'hunter2'",
        "[[route]]\nname = 'a'\npsk = 'hunter2'",
    ],
)
def test_a_misspelt_secret_is_masked_too(text: str) -> None:
    assert "hunter2" not in masked(text)
    assert "hunter2" not in repr(sections(text))
    tomllib.loads(masked(text))


def test_two_of_one_name_are_two() -> None:
    text = "[[client]]\nname = 'a'\n" * 2 + "[[client]]\nname = 3\n"
    assert list(sections(text)) == [
        Section("client", "a"),
        Section("client", "a (2)"),
        Section("client", ""),
    ]


def test_what_is_no_toml_is_unreadable_and_not_repeated() -> None:
    with pytest.raises(Unreadable) as error:
        raw_of("psk = hunter2")
    assert "hunter2" not in str(error.value)


def test_the_number_of_this_schema_says_nothing_and_another_does() -> None:
    assert sections("schema_version = 1\n") == {}
    assert list(sections("schema_version = 2\n")) == [Section("schema_version")]


def test_entries_are_found_however_they_are_written() -> None:
    assert entries_of({"a": 1}) == [{"a": 1}]
    assert entries_of([{"a": 1}, 3]) == [{"a": 1}]
    assert entries_of(None) == []


@pytest.mark.parametrize(
    "value",
    ["plain", 'qu"ote \\ back', "\x1b[2J\n\x7f\u202e", "é", 3, True, 1.5, ["a", 2], {"a b": 1}],
)
def test_a_value_is_written_as_toml_on_one_line_that_steers_no_terminal(value: object) -> None:
    written = toml(value)
    assert written.isprintable()
    assert tomllib.loads(f"x = {written}")["x"] == value


def test_a_date_is_shown() -> None:
    assert toml(tomllib.loads("x = 1979-05-27")["x"]) == "1979-05-27"


def test_quoting_is_of_toml() -> None:
    assert quoted("a\tb") == '"a\\U00000009b"'
