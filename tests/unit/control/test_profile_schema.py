import tomllib

import pytest

from gateway.control.profile_schema import PROFILE_SCHEMA, ProfileTable
from gateway.control.tables import Key

KEYS = [key for table in PROFILE_SCHEMA for key in table.keys]


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_key_is_explained_with_an_example_that_it_accepts(key: Key) -> None:
    assert key.doc.endswith(".")
    value = tomllib.loads(f"x = {key.example}")["x"]
    assert [key.read(member) for member in (value if key.listed else [value])]


@pytest.mark.parametrize("table", PROFILE_SCHEMA, ids=lambda table: table.name)
def test_defaults_are_of_keys_that_there_are(table: ProfileTable) -> None:
    assert set(table.defaults) <= {key.name for key in table.keys}
    assert table.doc.endswith(".")


def test_defaults_of_the_configuration_are_not_a_profiles() -> None:
    limits = next(table for table in PROFILE_SCHEMA if table.name == "limits")
    assert limits.default("sessions") is None
