"""The command `postern` on the box: asked in one way, answered as JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Run = Callable[[list[str], "str | None"], "tuple[int, str, str]"]
FACE = ("--face", "ansible")  # what the box's history and audit call us


class Refused(Exception):
    """The box says no. The text is its sentence, with its hint."""


class Postern:
    """`run` takes a list of words and a text for standard input, and gives status, out, err."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def config(self, verb: str, *words: str, text: str | None = None) -> Any:
        """A verb of `postern config`."""
        return self.ask("config", verb, *words, *FACE, text=text)

    def ask(self, *words: str, text: str | None = None) -> Any:
        """What the command says as JSON, also where it has found problems; `Refused` if it
        refuses."""
        status, out, err = self._run(["postern", *words, "--json"], text)
        try:
            found = json.loads(out)
        except ValueError:
            raise Refused(_sentence(words, status, err)) from None
        if isinstance(found, dict) and "error" in found and status:
            raise Refused(f"{found['error']}. {found.get('hint', '')}.")
        return found

    def tell(self, *words: str) -> None:
        """A verb that has no answer but well or not."""
        status, _, err = self._run(["postern", *words], None)
        if status:
            raise Refused(_sentence(words, status, err))


def of_module(module: Any) -> Postern:
    """With an AnsibleModule's own way to run a program."""

    def run(words: list[str], text: str | None) -> tuple[int, str, str]:
        status, out, err = module.run_command(words, data=text, binary_data=True)
        return status, out, err

    return Postern(run)


def _sentence(words: tuple[str, ...], status: int, err: str) -> str:
    told = " ".join(err.split()).removeprefix("postern: ")
    return told or f"`postern {' '.join(words)}` has ended with status {status} and no word"
