"""The real command and the real desk, without the socket between them: a box to be configured."""

import contextlib
import io
from collections.abc import Sequence
from unittest.mock import patch

from ansible_collections.postern.gateway.plugins.module_utils.command import Postern
from gateway.control.changes_outputs import Moment
from gateway.user.box_client import Box as Client
from gateway.user.cli.main import main
from gateway.user.client import DaemonError
from tests.pair.disk import ANEW, REMOTE, settled


class FarBox:
    """`run` is what a module has for running programs. Each `again` is another connection."""

    def __init__(self) -> None:
        self.box = settled()
        self.who = REMOTE
        self.asked: list[str] = []

    @property
    def postern(self) -> Postern:
        return Postern(self.run)

    def again(self) -> None:
        self.who = ANEW

    def run(self, words: Sequence[str], text: str | None) -> tuple[int, str, str]:
        out, err = io.StringIO(), io.StringIO()
        self.asked.append(" ".join(words))
        with (
            patch.object(Client, "ask_slowly", self._answer),
            patch("sys.stdin", io.StringIO(text or "")),
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(err),
        ):
            status = main(list(words[1:]))
        return status, out.getvalue(), err.getvalue()

    def _answer(self, verb: str, patience: float, **more: object) -> object:
        moment = Moment(self.box.now, self.box.wall)
        answer = self.box.desk.answer({"verb": verb, **more}, self.who, moment)
        if not answer["ok"]:
            raise DaemonError(answer["error"], answer["hint"])
        return answer["result"]
