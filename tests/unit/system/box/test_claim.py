"""Whose box it is."""

from pathlib import Path
from typing import Any

import pytest

from gateway.control.changes_outputs import Refused, Who
from gateway.system.box.claim import admins_in, check_claim, marks, note_claim, with_admin
from gateway.system.box.places import Places
from tests.unit.system.box.machine import ADA, CONFIG, CONSOLE, FACTORY, KEY, OTHER_KEY

REQUEST = {"name": "bob", "ssh_key": OTHER_KEY}


def test_a_box_from_the_factory_is_claimed_at_its_console() -> None:
    assert admins_in(FACTORY) == []
    assert check_claim(REQUEST, CONSOLE, FACTORY) == ("bob", OTHER_KEY, False)


def test_a_claimed_box_can_be_taken_over_at_its_console_and_that_is_known() -> None:
    assert check_claim(REQUEST, CONSOLE, CONFIG) == ("bob", OTHER_KEY, True)


@pytest.mark.parametrize("who", [ADA, Who("", "cli"), Who("ada", "ssh", "", remote=True)])
def test_nobody_else_claims_anything(who: Who) -> None:
    for saved in (FACTORY, CONFIG):
        with pytest.raises(Refused, match="at its own console"):
            check_claim(REQUEST, who, saved)


@pytest.mark.parametrize(
    "change", [{"name": "root"}, {"name": 7}, {"ssh_key": "ssh-ed25519 AAAA"}, {"ssh_key": None}]
)
def test_a_name_or_a_key_that_is_none_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        check_claim(REQUEST | change, CONSOLE, FACTORY)


def test_the_configuration_has_the_new_person_and_all_it_had() -> None:
    text = with_admin(CONFIG, "bob", OTHER_KEY)
    assert admins_in(text) == ["ada", "bob"]
    assert text.startswith(CONFIG.split("[[port]]")[0])


def test_somebody_who_is_known_gets_the_new_key_besides() -> None:
    text = with_admin(CONFIG, "ada", OTHER_KEY)
    assert admins_in(text) == ["ada"]
    assert KEY in text
    assert OTHER_KEY in text
    again = with_admin(text, "ada", KEY)
    assert again.count(KEY) == 1


def test_what_cannot_be_edited_is_refused_in_words() -> None:
    with pytest.raises(Refused):
        with_admin('[admin]\nname = "ada"\n', "bob", OTHER_KEY)


def test_no_toml_has_no_administrators() -> None:
    assert admins_in("[[") == []


def test_a_take_over_leaves_a_mark_and_a_claim_does_not(tmp_path: Path) -> None:
    places = Places(tmp_path)
    note_claim(places, "ada", 1.0, taken_over=False)
    assert marks(places) == []
    note_claim(places, "bob", 2.0, taken_over=True)
    assert marks(places) == ["bob was let in at the console of a claimed box: see the audit"]
