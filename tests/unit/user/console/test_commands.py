"""Every item of the menu is also a command, and the command exists."""

import shlex

import pytest

from gateway.user.cli.main import VERBS, parser
from gateway.user.console.draft import the_table
from gateway.user.console.ends import Ends
from gateway.user.console.model import Page, Row
from gateway.user.console.pages.certificates import Certificates
from gateway.user.console.pages.diagnose import diagnose
from gateway.user.console.pages.entries import Entries, OneEntry
from gateway.user.console.pages.history import History
from gateway.user.console.pages.home import Home, choices
from gateway.user.console.pages.passwords import OneUser, Passwords
from gateway.user.console.pages.ports import Ports
from gateway.user.console.pages.power import power
from gateway.user.console.pages.sessions import Session, Sessions
from gateway.user.console.pages.settings import TITLES, Settings
from gateway.user.console.pages.upkeep import Board, Slots, selftest

NO_COMMAND = {"Shell", "Log out"}
NAMED = {
    verb: ("--name", "gw-1") for verb in ("restart", "reboot", "poweroff", "reset", "rollback")
}
FILLED = {
    "KEY VALUE": "mtu 1400",
    "FILE": "x",
    "HOST": "h",
    "PORT": "eth0",
    "CLIENT": "c",
    "MACHINE": "m",
}


def pages(ends: Ends) -> list[Page]:
    return [
        Entries(ends, "route"),
        Passwords(ends),
        OneUser(ends, "ada"),
        Home(ends),
        Sessions(ends),
        Session(ends, 7),
        Ports(ends, lambda: pytest.fail("not pressed")),
        Entries(ends, "client"),
        Certificates(ends),
        OneEntry(ends, the_table("client"), "press-3"),
        History(ends),
        diagnose(ends),
        Slots(ends),
        selftest(ends),
        Board(ends),
        *(Settings(ends, table) for table in TITLES),
        power(ends),
    ]


def commands(ends: Ends) -> list[Row]:
    views = [page.view() for page in pages(ends)]
    return [row for view in views for row in (*view.rows, *view.keys) if row.command]


def test_every_item_of_the_main_menu_has_a_command(ends: Ends) -> None:
    without = {text for text, _, command in choices(ends) if not command}
    assert without <= NO_COMMAND


def test_whatever_a_letter_does_on_any_page_is_a_command_too(ends: Ends) -> None:
    """Rows are numbered; those of a list lead to one of its entries, which has its own."""
    views = [page.view() for page in pages(ends)]
    assert [row.text for view in views for row in view.keys if not row.command] == []


def test_every_command_the_menu_names_is_understood(ends: Ends) -> None:
    named = commands(ends)
    assert len(named) > 30
    for row in named:
        words = row.command
        for name, value in FILLED.items():
            words = words.replace(name, value)
        program, *arguments = shlex.split(words.replace(" ...", " name=x"))
        assert program == "postern"
        assert arguments[0] in VERBS
        parser().parse_args([*arguments, *NAMED.get(arguments[0], ())])
