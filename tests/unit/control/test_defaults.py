from gateway.control.defaults import DEFAULTS
from gateway.control.schema import table_named
from gateway.control.tables import Table


def test_every_default_has_its_key_in_the_schema() -> None:
    tables = {name: table_named(name) for name in DEFAULTS}
    assert all(isinstance(table, Table) for table in tables.values())
    unknown = [
        f"{name}.{key}"
        for name, table in tables.items()
        for key in DEFAULTS[name]
        if table is not None and table.key(key) is None
    ]
    assert unknown == []


def test_the_defaults_are_what_their_keys_allow() -> None:
    for name, keys in DEFAULTS.items():
        table = table_named(name)
        assert table is not None
        for key, value in keys.items():
            found = table.key(key)
            assert found is not None
            assert [found.read(one) for one in (value if found.listed else [value])]


def test_without_being_asked_nothing_weak_is_used() -> None:
    suites = [*DEFAULTS["client"]["ike"], *DEFAULTS["client"]["esp"]]
    assert [one for one in suites if {"des", "md5", "modp768"} & set(one.split("-"))] == []


def test_every_limit_has_a_default() -> None:
    limits = table_named("limits")
    assert limits is not None
    assert {key.name for key in limits.keys} == set(DEFAULTS["limits"])
