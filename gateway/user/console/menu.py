"""`postern console`: which of the two renderers, and changing between them."""

import os
import sys
from collections.abc import Callable, Mapping

from gateway.user.console import terminal
from gateway.user.console.ends import Ends
from gateway.user.console.model import Leave, Shell, Walk
from gateway.user.console.pages.home import Home
from gateway.user.console.plain import SCREEN, Plain

NO_SCREEN = "The full screen is not installed here; this is the plain menu."


def run(ends: Ends, *, plain: bool, environment: Mapping[str, str] = os.environ) -> None:
    """The menu on standard input and output, until somebody logs out or hangs up."""
    is_tty = sys.stdin.isatty() and sys.stdout.isatty()
    possible = is_tty and not _dumb(environment)
    screen = possible and not plain and not terminal.wants_plain(environment, is_tty=is_tty)
    name = os.ttyname(sys.stdin.fileno()) if is_tty else ""
    letters = terminal.fit_letters if terminal.ascii_only(environment, name) else str
    walk = Walk(Home(ends))
    with terminal.undisturbed():
        if is_tty:
            terminal.settle_size(sys.stdin.fileno())
            terminal.hear_others(sys.stdin.fileno())
        while True:
            if screen:
                screen = _on_screen(ends, walk, letters)
                if screen is None:
                    return
            elif (
                Plain(ends, walk, sys.stdin, sys.stdout, letters).run(may_change=possible) == SCREEN
            ):
                screen = True
            else:
                return


def _dumb(environment: Mapping[str, str]) -> bool:
    return environment.get("TERM", "") in ("", "dumb", "unknown")


def _on_screen(ends: Ends, walk: Walk, letters: Callable[[str], str]) -> bool | None:
    """Whether the full screen goes on; None to log out."""
    try:
        from gateway.user.console.screen import Screen  # the rescue entry has no urwid
    except ImportError:
        walk.told = NO_SCREEN
        return False
    with terminal.as_it_was(sys.stdin.fileno()), terminal.alone_on(sys.stdin.fileno()):
        end = Screen(ends, walk, letters).run()
    if isinstance(end, Shell):
        terminal.wipe()
        walk.told = terminal.lend(end.argv)
        return True
    return None if isinstance(end, Leave) else False
