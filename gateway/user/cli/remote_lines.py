"""What came of `postern remote` on one box, as lines for people; its name goes before each."""

from collections.abc import Mapping
from typing import Any

from gateway.user.cli import show
from gateway.user.cli.sessions import lines as session_lines
from gateway.user.remote import tasks
from gateway.user.remote.ask import System, system_of
from gateway.user.remote.outcomes import Outcome


def of_failure(one: Outcome) -> list[str]:
    """The sentence and its hint; what a verb has written to its standard error says it itself."""
    wrote = _of(one).get("err")
    if isinstance(wrote, str) and wrote.strip():
        return wrote.rstrip("\n").split("\n")
    return [one.error, f"  {one.hint}"] if one.error else []


def status(one: Outcome) -> list[str]:
    found = _of(one)
    box = system_of(found["box"])
    parts = [
        f"Postern {box.version} in slot {box.booted.name or '-'} ({box.booted.state})",
        f"up for {show.duration(box.uptime_s)}",
        _counted(found["daemon"]),
        "clock ok" if box.clock_ok else "clock not set",
        *_remarks(box),
    ]
    return [", ".join(filter(None, parts)), *(f"! {note}" for note in box.notes)]


def _counted(daemon: object) -> str:
    number = daemon.get("sessions") if isinstance(daemon, Mapping) else None
    return show.counted(number, "session") if isinstance(number, int) else ""


def _remarks(box: System) -> list[str]:
    return [
        *(["a change waits to be confirmed"] if box.unconfirmed else []),
        *(["an update waits for machines to dial again"] if box.redial else []),
        *([] if box.claimed else ["nobody owns it yet"]),
    ]


def sessions(one: Outcome, *, wide: bool) -> list[str]:
    found = tasks.views(one.value)
    return session_lines(found, wide=wide) if found else ["no sessions"]


def support(one: Outcome) -> list[str]:
    found = _of(one)
    return [f"its bundle is in {found['file']}, {show.size(found['bytes'])}"]


def upgrade(one: Outcome) -> list[str]:
    found = _of(one)
    how = "runs, and has proved itself" if found["changed"] else "runs already"
    return [f"{found['version']} {how}"]


def claim(one: Outcome) -> list[str]:
    found = _of(one)
    return [f"{found['fingerprint']}, as on its console: {found['key']}"]


def verb(one: Outcome) -> list[str]:
    """What it has written, line for line."""
    out = str(_of(one)["out"])
    return out.rstrip("\n").split("\n") if out.strip() else []


def _of(one: Outcome) -> Mapping[str, Any]:
    return one.value if isinstance(one.value, Mapping) else {}
