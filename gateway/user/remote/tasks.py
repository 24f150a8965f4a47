"""What is done on one box, by a connection to it: asked, fetched, run."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from gateway.control.sessions import SessionView, session_from_json
from gateway.user.box_client import LONG
from gateway.user.box_views import read_text
from gateway.user.client import DaemonError
from gateway.user.remote.ask import POSTERN, ask, system_of
from gateway.user.remote.boxes import Where
from gateway.user.remote.outcomes import Kind, Outcome, RefusedThere, of_error, of_status
from gateway.user.remote.words import Runs

FETCH: Final = 600.0  # seconds for a file's way
OVER: Final = 30.0  # seconds above what the box takes itself


class Fetches(Runs, Protocol):
    """As much of a `Line` as a bundle needs."""

    def fetch(self, path: str, patience: float) -> bytes: ...


def status(where: Where, line: Runs) -> Outcome:
    """The box and its gateway; the first is told even if the second is not there."""
    box = ask(line, "box")
    system_of(box)
    try:
        daemon = ask(line, "status")
    except RefusedThere as error:
        return of_error(where.name, error, {"box": box, "daemon": None})
    value = {"box": box, "daemon": daemon}
    problem = problem_of(daemon)
    if not problem:
        return Outcome(where.name, Kind.WELL, value)
    hint = f"See all of it: postern remote run {where.name} status"
    return Outcome(where.name, Kind.REFUSED, value, problem, hint)


def problem_of(daemon: object) -> str:
    """What `postern status` there would return 1 for."""
    found = daemon if isinstance(daemon, Mapping) else {}
    if found.get("rules_ok") is not True:
        return "the gateway's packet rules are not in place"
    return "the gateway's last reload was refused" if found.get("config_problems") else ""


def sessions(where: Where, line: Runs) -> Outcome:
    found = ask(line, "sessions")
    views(found)
    return Outcome(where.name, Kind.WELL, found)


def views(found: object) -> list[SessionView]:
    """Its sessions as values; raises what is no list of them."""
    try:
        if not isinstance(found, list) or not all(isinstance(row, Mapping) for row in found):
            raise ValueError("no list of tables")
        return [session_from_json(row) for row in found]
    except ValueError as error:
        what = f"what it says of its sessions cannot be understood: {error}"
        raise DaemonError(what, "Compare `postern version` there and here") from None


def support(where: Where, line: Fetches, folder: Path, now: float) -> Outcome:
    """A bundle made there and fetched; its name here is ours, whatever the box calls it."""
    found: Any = ask(line, "support", patience=LONG + OVER)
    there = read_text(found, "path") if isinstance(found, Mapping) else ""
    if not there:
        raise RefusedThere("it has not said where the bundle is", "Compare `postern version`")
    data = line.fetch(there, FETCH)
    path = folder / f"{_plain(where.name)}-{int(now)}.tar.gz"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
    except OSError as error:
        what = f"its bundle cannot be written to {path}: {error.strerror}"
        raise DaemonError(what, "Name a folder: --into FOLDER") from None
    return Outcome(where.name, Kind.WELL, {"file": str(path), "bytes": len(data)})


def _plain(name: str) -> str:
    """As a part of a file's name: an address may have colons and brackets."""
    return "".join(letter if letter.isalnum() or letter in ".-_" else "_" for letter in name)


def verb(where: Where, line: Runs, words: Sequence[str], feed: bytes, patience: float) -> Outcome:
    """A verb of `postern` there; its words arrive as they are."""
    said = line.run([POSTERN, *words], feed, patience)
    value = {"status": said.status, "out": said.out, "err": said.err}
    kind = of_status(said.status)
    if kind is Kind.WELL:
        return Outcome(where.name, kind, value)
    what = f"`postern {words[0]}` has ended there with status {said.status}"
    return Outcome(where.name, kind, value, what, "See what it has written")
