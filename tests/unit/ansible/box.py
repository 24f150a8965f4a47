"""The real command before a real desk: a box to be configured."""

import contextlib
import io
import sys
from collections.abc import Sequence

from ansible_collections.postern.gateway.plugins.module_utils.command import Postern
from gateway.user.cli.main import main
from tests.pair.disk import ANEW, REMOTE
from tests.unit.user.cli.desk import Desk


class FarBox:
    """`run` is what a module has for running programs; `again` is another connection."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.box = desk.box
        desk.who = REMOTE
        self.asked: list[str] = []
        self.postern = Postern(self.run)

    def again(self) -> None:
        self._desk.who = ANEW

    def run(self, words: Sequence[str], text: str | None) -> tuple[int, str, str]:
        out, err, before = io.StringIO(), io.StringIO(), sys.stdin
        self.asked.append(" ".join(words))
        sys.stdin = io.StringIO(text or "")
        try:
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = main(list(words[1:]))
        finally:
            sys.stdin = before
        return status, out.getvalue(), err.getvalue()
