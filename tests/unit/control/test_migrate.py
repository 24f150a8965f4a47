import pytest

from gateway.control.migrate import STEPS, Unmigratable, migrate, schema_version_of
from gateway.control.schema import SCHEMA_VERSION
from tests.unit.control.written import GOOD, told


def to_two(text: str) -> str:
    return "schema_version = 2\n" + text.replace("interface", "port")


def to_three(text: str) -> str:
    return text.replace("schema_version = 2", "schema_version = 3")


def test_what_a_person_writes_is_of_schema_one() -> None:
    assert schema_version_of(GOOD) == 1
    assert migrate(GOOD) == GOOD
    assert told(f"schema_version = {SCHEMA_VERSION}\n{GOOD}") == []


def test_there_is_a_step_from_every_older_schema() -> None:
    assert set(STEPS) == set(range(1, SCHEMA_VERSION))


def test_an_old_text_goes_up_step_by_step() -> None:
    found = migrate(GOOD, {1: to_two, 2: to_three}, to=3)
    assert found.startswith("schema_version = 3\n")
    assert 'port = "eth0"' in found


def test_a_newer_text_is_refused_in_one_sentence() -> None:
    text = "schema_version = 7\n" + GOOD
    with pytest.raises(Unmigratable, match="written for schema 7, and this Postern knows 1"):
        migrate(text)
    assert told(text) == [
        "postern.toml: it was written for schema 7, and this Postern knows 1",
    ]


def test_a_text_that_is_too_old_is_refused() -> None:
    with pytest.raises(Unmigratable, match="cannot read schema 1 any more"):
        migrate(GOOD, {2: to_three}, to=3)


def test_a_step_that_leads_nowhere_is_our_fault() -> None:
    with pytest.raises(ValueError, match="does not lead to the next"):
        migrate(GOOD, {1: str.strip}, to=2)


@pytest.mark.parametrize("version", ["0", "-1", "true", "'1'", "1.0"])
def test_a_version_is_a_number_from_one(version: str) -> None:
    text = f"schema_version = {version}\n{GOOD}"
    with pytest.raises(Unmigratable):
        schema_version_of(text)
    assert told(text) == ["postern.toml: schema_version is no version there has been"]


@pytest.mark.parametrize("text", ["[", "x = " + "[" * 5000, "x = " + "9" * 5000])
def test_what_is_no_toml_has_no_version(text: str) -> None:
    with pytest.raises(Unmigratable, match="is no TOML"):
        schema_version_of(text)
