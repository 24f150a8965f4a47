"""Somebody at the console of a box that has an owner: what is seen, and both ways in."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.control.changes_outputs import Who
from gateway.system.box import view
from tests.pair.box_world import Person, person_at
from tests.unit.system.box.machine import ADA, CONFIG, CONSOLE, SECRET, put
from tests.unit.system.box.whole import Whole

SERIAL = Who("console", "console", "console:ttyS0:50:900", proved=False)


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    box = Whole(tmp_path).start()
    put(tmp_path, "dev/ttyS0", "")
    box.who = CONSOLE
    box.result("config.edit", text=CONFIG)
    box.result("config.apply", comment="", deadline_s=0)
    box.said.clear()
    box.who = SERIAL
    with person_at(box, tmp_path) as found:
        yield found


def code_for(person: Person) -> str:
    """As ada reads it at her own desk."""
    person.box.who = ADA
    status, said = person.commands("console-code")
    person.box.who = SERIAL
    assert status == 0
    found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}", said)
    assert found
    return found[0]


def test_what_is_seen_is_how_the_box_is_and_nothing_secret(person: Person) -> None:
    told = person.types("3", "12", "c", "0")
    assert "\nLog in\n" in told
    assert "SSH SHA256:x" in told
    assert "a note of the boot" in told
    assert "Main menu" not in told
    for hidden in (SECRET, "press-3", "old-nt4", "Shell"):
        assert hidden not in told


def test_a_code_from_ones_own_desk_opens_the_menu(person: Person) -> None:
    told = person.types("1", code_for(person), "yes", "3")
    assert "You are logged in." in told
    assert "Main menu" in told
    assert "press-3" in told


def test_a_wrong_code_opens_nothing(person: Person) -> None:
    told = person.types("1", "0000-0000", "yes", "b", "b")
    assert "This code is not good." in told
    assert "Main menu" not in told


def test_without_a_code_the_boxs_name_opens_it_and_everybody_is_told(person: Person) -> None:
    told = person.types("2", "y", view.hostname(), "yes")
    assert "It is told to everybody who is logged in" in told
    assert f"name: is not {view.hostname()}" in told
    assert "Main menu\na note of the boot\nsomebody was let in at the console ttyS0" in told
    assert person.box.said == ["somebody was let in at the console ttyS0 without a code"]
    person.box.who = ADA
    assert "let in at the console ttyS0" in person.types("0", face="ssh")
    assert "It is noted" in person.types("5", "s", face="ssh")
    assert person.commands("seen") == (0, "it is noted that you have seen it\n")
    assert "let in at the console" not in person.types("0", face="ssh")


def test_what_was_printed_before_the_login_ran_out_is_not_chosen_from(
    person: Person,
) -> None:
    person.box.result("console.login", typed=view.hostname())
    ends = person.ends()
    lines = iter(["1", "7", "k"])

    def typed() -> str:
        line = next(lines, "")
        if line == "k":  # hours later
            person.box.who = SERIAL._replace(session="console:ttyS0:51:950")
        return f"{line}\n" if line else ""

    told = person.at_the_paper(ends, typed)
    assert "how it came up:" in told
    assert "End session 7?" not in told
    assert told.rstrip().endswith("Choice:")
    assert "Log in with a code" in told.rpartition("how it came up:")[2]


def test_an_administrator_gets_the_code_from_the_menu_too(person: Person) -> None:
    person.box.who = ADA
    told = person.types("5", "o", face="ssh")
    assert re.search(r"Type this code at the box's console: [0-9A-Z]{4}-[0-9A-Z]{4}", told)
    assert "It is good once, and for 10 minutes." in told


def test_while_the_agent_is_away_a_console_offers_a_shell_and_says_so_loudly(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gateway.user.console.pages import login

    put(tmp_path, "kmsg", "")
    monkeypatch.setattr(login, "KERNEL_LOG", str(tmp_path / "kmsg"))
    monkeypatch.setattr("gateway.user.console.plain.lend", lambda argv: " ".join(argv))
    told = person.away().types("3", "2", "1")
    assert "The box agent is not running" in told
    assert "Main menu" not in told
    assert "env TMOUT=900" in told
    assert (tmp_path / "kmsg").read_text().startswith("<2>postern: a shell was opened")
