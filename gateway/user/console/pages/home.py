"""The first page: everything the menu offers, or the claim of a box that belongs to nobody."""

import os
from collections.abc import Callable
from dataclasses import replace

from gateway.user.console.ends import Ends
from gateway.user.console.model import (
    Action,
    Leave,
    Menu,
    Open,
    Page,
    Row,
    Shell,
    View,
    numbered,
)
from gateway.user.console.pages.claim import claim_view
from gateway.user.console.pages.diagnose import diagnose
from gateway.user.console.pages.entries import Entries, settings_form
from gateway.user.console.pages.history import History
from gateway.user.console.pages.login import login_view, orphan_view
from gateway.user.console.pages.ports import Ports
from gateway.user.console.pages.power import power
from gateway.user.console.pages.review import Review
from gateway.user.console.pages.sessions import Sessions
from gateway.user.console.pages.settings import settings_choice
from gateway.user.console.pages.upkeep import Board, Slots, Support, selftest

FRESH = 2.0  # seconds
IDLE_S = 900  # seconds until a shell at a console ends by itself; so long a login holds there
SHELLS = ("/bin/bash", "/bin/sh")

ABOUT = (
    "Who is connected, since when and how; end a session, see how a dial went",
    "Which cable is which, and the addresses outside and inside",
    "The old machines that may dial, and their pre-shared keys",
    "The old servers, and how they are reached",
    "Who may log in here by SSH",
    "Look over what you have edited, and make it run",
    "What was changed when and by whom; go back to an earlier configuration",
    "Why a client does not connect; ping, cables, recording packets",
    "Install an update, see both systems, go back to the other one",
    "Ports, random numbers, ciphers, disk, clock, watchdog",
    "One file for whoever helps you, without secrets in it",
    "Hardware, name and limits; figures, logs and accounts for others",
    "Each asks for the name of this box first",
    "A command line; `exit` comes back here",
)


class Home:
    """The main menu; or, of a box that belongs to nobody yet, the claim."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    def view(self) -> View:
        ends, box = self._ends, self._ends.latest.box
        if box is not None and not box.claimed:
            return claim_view(ends, box)
        if box is not None and box.locked:
            return login_view(ends, box)
        if box is None and ends.own_console:
            return orphan_view(ends.latest.box_trouble, lambda: Shell(shell(ends)))
        out = Row("0", "Log out", Leave)
        changed = box.changed if box else 0
        rows = tuple(
            replace(row, about=about)
            for row, about in zip(numbered(choices(self._ends, changed)), ABOUT, strict=True)
        )
        rows = (*rows, out)
        gateway = self._ends.latest.gateway
        notes = (*(box.notes if box else ()), *(gateway.warnings if gateway else ()))
        return View("Main menu", notes, rows=rows, refresh=FRESH)


def choices(ends: Ends, changed: int = 0) -> tuple[tuple[str, Action, str], ...]:
    """The main menu: what it says, what it does, the command that does the same."""
    waiting = f" ({changed} not applied)" if changed else ""
    return (
        ("Status and live sessions", _page(lambda: Sessions(ends)), "postern sessions"),
        ("Ports and addresses", _page(lambda: Ports(ends, _addresses(ends))), "postern ports"),
        ("Clients and keys", _page(lambda: Entries(ends, "client")), "postern clients"),
        ("Routes to the old servers", _page(lambda: Entries(ends, "route")), "postern routes"),
        ("Users and SSH keys", _page(lambda: Entries(ends, "admin")), "postern admins"),
        (f"Review and apply{waiting}", _page(lambda: Review(ends)), "postern config diff"),
        ("History and restore", _page(lambda: History(ends)), "postern config history"),
        ("Diagnostics", _page(lambda: diagnose(ends)), "postern explain CLIENT"),
        ("Upgrade, slots, roll back", _page(lambda: Slots(ends)), "postern slots"),
        ("Self-test", _page(lambda: selftest(ends)), "postern selftest"),
        ("Support bundle", _page(lambda: Support(ends)), "postern support"),
        ("This box and its name", _page(lambda: _box(ends)), "postern board"),
        ("Restart, reboot, power off, reset", _page(lambda: power(ends)), "postern reboot"),
        ("Shell", lambda: Shell(shell(ends)), ""),
    )


def shell(ends: Ends) -> tuple[str, ...]:
    """A login shell; the user's own may be this menu. Nobody's is left open at a console."""
    found = next((one for one in SHELLS if os.access(one, os.X_OK)), SHELLS[-1])
    return (*(("env", f"TMOUT={IDLE_S}") if ends.own_console else ()), found, "-l")


def _page(make: Callable[[], Page]) -> Action:
    return lambda: Open(make())


def _addresses(ends: Ends) -> Action:
    menu = Menu(
        "Addresses",
        (
            (
                "Outside: towards the clients",
                _settings(ends, "outside"),
                "postern config set outside.KEY VALUE",
            ),
            (
                "Inside: towards the old servers",
                _settings(ends, "inside"),
                "postern config set inside.KEY VALUE",
            ),
            settings_choice(ends, "pair"),
            settings_choice(ends, "fleet"),
        ),
        ("With dhcp the network gives the address; with static you do.",),
    )
    return lambda: Open(menu)


def _settings(ends: Ends, name: str) -> Action:
    return lambda: Open(settings_form(ends, name))


def _box(ends: Ends) -> Menu:
    return Menu(
        "This box",
        (
            ("What it is, and how far that is known", _page(lambda: Board(ends)), "postern board"),
            (
                "Name, time zone, contact",
                _settings(ends, "box"),
                "postern config set box.KEY VALUE",
            ),
            ("Limits", _settings(ends, "limits"), "postern config set limits.KEY VALUE"),
            *(settings_choice(ends, one) for one in ("metrics", "syslog", "accounting")),
        ),
    )
