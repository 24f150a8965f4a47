import tomllib
from datetime import date
from typing import Any

import pytest

from gateway.control.edit import EditError, edited
from gateway.control.rotation import (
    client_entry,
    has_old_key,
    let_in_again,
    revoked,
    rotated,
    without_old_key,
)
from tests.unit.control.written import GOOD, config_of

UNTIL, TODAY = date(2026, 10, 18), date(2026, 10, 4)
NEW = "a new key for it"


def entry_of(text: str) -> dict[str, Any]:
    found: dict[str, Any] = tomllib.loads(text)["client"][0]
    return found


def rotate(text: str, psk: str = NEW, until: date | None = UNTIL) -> str:
    return edited(text, rotated(entry_of(text), psk, until))


def test_the_old_key_holds_beside_the_new_one_until_its_day() -> None:
    [client] = config_of(rotate(GOOD)).clients
    assert client.psk == NEW.encode()
    assert (client.psk_old, client.psk_old_until) == (b"hunter2-hunter2", UNTIL)


def test_a_day_is_written_as_toml_has_it() -> None:
    assert "psk_old_until = 2026-10-18\n" in rotate(GOOD)


def test_without_grace_the_old_key_is_gone() -> None:
    assert rotate(GOOD, until=None) == GOOD.replace("hunter2-hunter2", NEW)


def test_a_second_rotation_lets_the_oldest_key_go() -> None:
    twice = rotate(rotate(GOOD), "the newest of all", date(2026, 11, 1))
    [client] = config_of(twice).clients
    assert (client.psk, client.psk_old) == (b"the newest of all", NEW.encode())
    assert client.psk_old_until == date(2026, 11, 1)
    assert "hunter2" not in twice
    once = rotate(rotate(GOOD), "the newest of all", None)
    assert set(entry_of(once)) == {"name", "psk", "route"}


def test_a_key_in_a_file_becomes_the_old_key_in_that_file() -> None:
    by_file = GOOD.replace('psk = "hunter2-hunter2"', 'psk_file = "press-3.psk"')
    assert entry_of(rotate(by_file)) == {
        "name": "press-3",
        "route": "old-nt4",
        "psk": NEW,
        "psk_old_file": "press-3.psk",
        "psk_old_until": UNTIL,
    }
    again = rotate(rotate(by_file), "the newest of all")
    assert entry_of(again)["psk_old"] == NEW
    assert "psk_old_file" not in entry_of(again)


def test_other_clients_and_comments_are_not_touched() -> None:
    text = (
        GOOD + '# the lathe\n[[client]]\nname = "lathe"\npsk = "its own key"\nroute = "old-nt4"\n'
    )
    before, after = (tomllib.loads(one)["client"][1] for one in (text, rotate(text)))
    assert before == after
    assert "# the lathe" in rotate(text)


def test_an_old_key_is_there_until_its_day_is_over() -> None:
    entry = entry_of(rotate(GOOD))
    assert has_old_key(entry, UNTIL)
    assert not has_old_key(entry, date(2026, 10, 19))
    assert not has_old_key(entry_of(GOOD), TODAY)
    assert not has_old_key({**entry, "psk_old_until": "soon"}, TODAY)


def test_an_old_key_can_go_before_its_time() -> None:
    text = rotate(GOOD)
    changes = without_old_key(entry_of(text))
    assert edited(text, changes) == GOOD.replace("hunter2-hunter2", NEW)
    assert without_old_key(entry_of(GOOD)) == []


def test_a_client_is_revoked_and_let_in_again() -> None:
    text = edited(GOOD, revoked("press-3"))
    assert config_of(text).clients[0].revoked
    assert edited(text, let_in_again("press-3")) == GOOD


def test_a_client_that_is_not_there_is_told_with_the_one_that_may_be_meant() -> None:
    assert client_entry([{"name": "press-3"}], "press-3") == {"name": "press-3"}
    with pytest.raises(EditError, match="there is no client 'press-4'") as error:
        client_entry([{"name": "press-3"}, {}], "press-4")
    assert error.value.hint == "Perhaps 'press-3' is meant"


def test_no_change_shows_a_key() -> None:
    shown = repr(rotated(entry_of(GOOD), NEW, UNTIL))
    assert NEW not in shown
    assert "hunter2" not in shown
