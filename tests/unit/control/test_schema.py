import tomllib

import pytest

from gateway.control.schema import SCHEMA, example, table_named
from gateway.control.tables import Key
from tests.unit.control.pki_files import Files
from tests.unit.control.written import told

KEYS = [key for table in SCHEMA for key in table.keys]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_key_is_explained_with_an_example_that_it_accepts(key: Key) -> None:
    assert key.doc.endswith(".")
    value = tomllib.loads(f"x = {key.example}")["x"]
    assert [key.read(member) for member in (value if key.listed else [value])]


def test_only_the_keys_themselves_are_secret() -> None:
    assert [key.name for key in KEYS if key.secret] == [
        "psk",
        "psk_old",
        "psk",
        "radius_secret",
        "key",
        "token",
        "secret",
    ]


def test_the_example_is_a_configuration_without_problems() -> None:
    text = "\n".join(example())
    assert told(text, Files()) == []


def test_tables_are_found_by_name() -> None:
    assert [table_named(table.name) for table in SCHEMA] == list(SCHEMA)
    assert table_named("clients") is None
