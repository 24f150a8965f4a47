from gateway.control.parts import EVERY, Part, names_of, parts_named, parts_of
from gateway.control.schema import SCHEMA


def test_every_key_touches_something_but_a_text_for_people_and_what_updates_must_show() -> None:
    idle = [
        (table.name, key.name)
        for table in SCHEMA
        for key in table.keys
        if not parts_of(table.name, key.name)
    ]
    assert idle == [("upgrade", "replay"), ("upgrade", "redial_minutes"), ("box", "contact")]


def test_only_what_the_daemon_cannot_reload_restarts_it() -> None:
    restarting = [
        (table.name, key.name)
        for table in SCHEMA
        for key in table.keys
        if Part.RESTART in parts_of(table.name, key.name)
    ]
    assert restarting == [
        ("outside", "interface"),
        ("outside", "addresses"),
        ("inside", "address"),
    ]


def test_administrators_and_names_do_not_disturb_the_gateway() -> None:
    assert parts_of("admin", "ssh_key") == {Part.USERS}
    assert parts_of("box", "hostname") == {Part.HOSTNAME}


def test_parts_survive_json_and_strange_ones_mean_everything() -> None:
    assert parts_named(names_of({Part.USERS, Part.GATEWAY})) == {Part.USERS, Part.GATEWAY}
    assert parts_named(["users", "weather"]) == EVERY
    assert parts_named("users") == EVERY
    assert parts_named([]) == frozenset()
