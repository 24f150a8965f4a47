"""Consoles of a box that has an owner: locked, until somebody logs in there."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from gateway.control.changes_outputs import Who
from gateway.system.box import view
from gateway.system.box.consoles import GOOD_FOR, IDLE, MOST_CODES, MOST_LOGINS, WITHIN, WRONG
from tests.unit.system.box.machine import ADA, CONFIG, CONSOLE, KEY, OTHER_KEY, put
from tests.unit.system.box.whole import Whole

SERIAL = Who("console", "console", "console:ttyS0:50:900", proved=False)
SCREEN = Who("console", "console", "console:tty1:60:900", proved=False)
LATER = Who("ada", "ssh", "ssh:200", remote=True)


@pytest.fixture
def box(tmp_path: Path) -> Whole:
    """Claimed, with a person at its serial console who has typed a key just now."""
    found = Whole(tmp_path).start()
    put(tmp_path, "dev/ttyS0", "")
    found.who = CONSOLE
    found.result("claim", name="ada", ssh_key=KEY)
    found.said.clear()
    found.who = SERIAL
    return found


def code_for(box: Whole, who: Who = ADA) -> str:
    before, box.who = box.who, who
    code: str = box.result("console.code")["code"]
    box.who = before
    return code


def test_a_locked_console_shows_how_the_box_is_and_does_nothing(box: Whole) -> None:
    found = box.result("status")
    assert (found["locked"], found["claimed"]) == (True, True)
    assert found["fingerprints"]
    for verb in ("config.show", "config.apply", "config.confirm", "claim", "ports", "reboot"):
        assert box.ask(verb)["error"] == "nobody is logged in here"
    assert "reboot" not in box.audit()  # nobody fills the audit from there


def test_everybody_else_is_not_locked_out(box: Whole) -> None:
    for who in (ADA, CONSOLE):
        box.who = who
        assert box.result("status")["locked"] is False
        assert box.result("ports")


def test_a_code_makes_its_owner_known_at_the_console(box: Whole) -> None:
    code = code_for(box)
    assert box.result("console.login", code=code.lower().replace("-", " ")) == {}
    assert (box.result("status")["locked"], box.said) == (False, [])
    box.result("config.edit", text=CONFIG)
    box.result("config.apply", comment="at the console", deadline_s=0)
    assert box.parts.config.changes.state.history[-1].user == "ada"
    assert "ada (console): logged in at ttyS0 with a code" in box.audit()
    assert code not in box.audit()


def test_a_code_is_good_once_and_not_for_ever(box: Whole) -> None:
    code = code_for(box)
    box.result("console.login", code=code)
    box.who = SCREEN
    assert box.ask("console.login", code=code)["error"] == "this code is not good"
    code = code_for(box)
    box.now += GOOD_FOR
    assert box.ask("console.login", code=code)["error"] == "this code is not good"


def test_the_newest_code_of_a_person_is_the_good_one(box: Whole) -> None:
    box.desk.consoles._random = lambda count: bytes([len(box.audit()) % 32] * count)
    old, new = code_for(box), code_for(box)
    assert old != new
    assert not box.ask("console.login", code=old)["ok"]
    assert box.ask("console.login", code=new)["ok"]


def test_codes_are_not_guessed(box: Whole) -> None:
    code = code_for(box)
    for _ in range(WRONG):
        assert not box.ask("console.login", code="ZZZZ-ZZZZ")["ok"]
    assert box.ask("console.login", code=code)["error"] == "too many wrong codes"
    assert box.audit().count("typed a code that is not good") == WRONG
    box.now += WITHIN
    assert box.ask("console.login", code=code)["ok"]


def test_a_code_is_given_by_ssh_alone(box: Whole) -> None:
    box.result("console.login", typed=view.hostname())
    for who in (SERIAL, CONSOLE):
        box.who = who
        assert "logged in by SSH" in box.ask("console.code")["error"]
    box.who = ADA
    assert box.ask("console.login", code="X")["error"] == "this is no console"


def test_who_has_no_code_is_let_in_and_everybody_hears_and_sees_it(box: Whole) -> None:
    assert not box.ask("console.login", typed="y")["ok"]
    assert box.said == []
    assert box.result("console.login", typed=view.hostname()) == {}
    assert box.said == ["somebody was let in at the console ttyS0 without a code"]
    assert "console (console): was let in at ttyS0 without a code" in box.audit()
    assert box.result("ports")
    for who in (SCREEN, ADA):
        box.who = who
        found = box.result("status")
        assert found["let_in"] == 1
        assert "let in at the console ttyS0 without a code" in "".join(found["notes"])


def test_the_note_goes_when_somebody_who_is_known_has_seen_it(box: Whole) -> None:
    box.result("console.login", typed=view.hostname())
    assert "nobody knows who you are" in box.ask("console.seen")["error"]
    box.who = ADA
    assert box.result("console.seen") == {}
    assert box.result("status")["let_in"] == 0


def test_the_network_does_not_confirm_through_a_console_where_nobody_is_known(box: Whole) -> None:
    """Whoever has made the change may be locked out by it, and somebody else stands there."""
    box.who = ADA
    box.result("config.edit", text=CONFIG)
    box.result("config.apply", comment="", deadline_s=300)
    box.who = SERIAL
    box.result("console.login", typed=view.hostname())
    assert "nobody knows who you are" in box.ask("config.confirm")["error"]
    box.who = SCREEN
    box.result("console.login", code=code_for(box, LATER))
    assert box.result("config.confirm")


def test_a_login_ends_with_its_menu(box: Whole) -> None:
    box.result("console.login", code=code_for(box))
    box.who = SERIAL._replace(session="console:ttyS0:51:901")  # the next menu on the same line
    assert box.result("status")["locked"]


def test_a_login_ends_when_nobody_types(box: Whole, monkeypatch: pytest.MonkeyPatch) -> None:
    box.result("console.login", code=code_for(box))
    later = time.time() + IDLE + 1
    monkeypatch.setattr(box.desk.consoles, "_wall", lambda: later)
    os.utime(box.root / "dev/ttyS0", (later - 5, 0))
    assert box.result("ports")
    os.utime(box.root / "dev/ttyS0", (later - IDLE - 1, 0))
    assert box.ask("ports")["error"] == "nobody is logged in here"
    assert box.result("status")["locked"]


def test_a_login_ends_with_its_owner(box: Whole) -> None:
    box.result("console.login", code=code_for(box))
    box.result("config.edit", text=CONFIG.replace('"ada"', '"bob"'))
    box.result("config.apply", comment="", deadline_s=0)
    assert box.result("status")["locked"]


def test_who_claims_a_new_box_goes_on_where_they_are(tmp_path: Path) -> None:
    box = Whole(tmp_path, who=SERIAL).start()
    assert box.result("status")["locked"] is False
    box.result("claim", name="ada", ssh_key=KEY)
    assert box.result("status")["locked"] is False
    box.who = SCREEN
    assert box.result("status")["locked"] is True


def test_a_lost_key_is_mended_at_the_console_in_two_steps_that_both_leave_marks(
    box: Whole,
) -> None:
    box.result("console.login", typed=view.hostname())
    box.result("claim", name="bob", ssh_key=OTHER_KEY)
    notes = "\n".join(box.result("status")["notes"])
    assert "bob was let in at the console of a claimed box" in notes
    assert "without a code" in notes
    assert box.result("ports")  # still logged in


def test_codes_and_logins_are_bounded(box: Whole) -> None:
    consoles = box.desk.consoles
    for number in range(3 * MOST_CODES):
        code_for(box, ADA._replace(user=f"admin-{number}"))
        box.who = SERIAL._replace(session=f"console:ttyS0:{number}:1")
        box.result("console.login", typed=view.hostname())
    assert len(consoles._codes) == MOST_CODES
    assert len(consoles._logins) == MOST_LOGINS
    assert len(consoles.marks()) == 10


def test_what_stands_in_the_record_of_marks_cannot_break_the_status(box: Whole) -> None:
    record: list[Any] = [7, {"terminal": "\x1b[2J", "wall": "never"}, {"wall": 1e99}]
    put(box.root, "data/postern/state/claim.json", json.dumps({"let_in": record}))
    assert "at some time" in str(box.result("status")["notes"])
