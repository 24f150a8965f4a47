"""Whether a system that was just started still does for this site's machines what the last one did.

A program of its own plays the recordings (`gateway/replays.py`) and says a line of JSON for each;
here is decided which are played and what follows. What is wrong with a recording itself, or with
how it is played, never speaks against the system.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.control.canonical import Unreadable, entries_of, raw_of
from gateway.control.companions import Upgrade
from gateway.control.document import read_table
from gateway.control.findings import Findings
from gateway.control.problems import printable, shown
from gateway.control.recorded import Case
from gateway.control.schema import CLIENT
from gateway.control.schema_upgrade import UPGRADE
from gateway.control.suites import ESP_SUITES, IKE_SUITES

MOST: Final = 32  # recordings that are kept, and played
SECONDS: Final = 60.0  # for all of them: a slow box has a handshake of RSA in less than one
MOST_PROBLEMS: Final = 2  # told of one machine
CLIENT_KEY, PROBLEMS, UNPLAYABLE = "client", "problems", "unplayable"
AGREED: Final = ("chosen-suite", "sa-ready-suite")  # as `bridge/outcome.py` names them
ANEW: Final = "record it anew: postern record --client {} --keep"


@dataclass(frozen=True, slots=True)
class Site:
    """What the saved configuration says of it: whether recordings count, and whose."""

    replay: bool
    machines: frozenset[str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """With any sentence in `against` the system is not good; those in `told` are for people.
    `well` are the machines that got what they had got."""

    against: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    well: tuple[str, ...] = ()


def site_of(text: str) -> Site:
    """Of a text that the judge has taken; one that is none asks for what is usual, of nobody."""
    try:
        raw = raw_of(text)
    except Unreadable:
        return Site(Upgrade().replay, frozenset())
    given = raw.get(UPGRADE.name)
    entry = read_table(UPGRADE, given if isinstance(given, dict) else {}, Findings("", {}))
    names = (one.get("name") for one in entries_of(raw.get(CLIENT.name)))
    machines = frozenset(name for name in names if isinstance(name, str))
    return Site(Upgrade(**entry.values).replay, machines)


def chosen(names: Iterable[str], site: Site) -> tuple[str, ...]:
    """Whose recordings are played: of machines that still may dial, and no more than so many."""
    return tuple(sorted(name for name in names if name in site.machines))[:MOST]


def suites_of(text: str) -> dict[str, frozenset[str]]:
    """What each machine may use by the saved configuration, for IKE and for ESP."""
    try:
        entries = entries_of(raw_of(text).get(CLIENT.name))
    except Unreadable:
        return {}
    found = dict[str, frozenset[str]]()
    for one in entries:
        values = read_table(CLIENT, dict(one), Findings("", {})).values
        if "name" in values and "ike" in values and "esp" in values:
            found[values["name"]] = frozenset((*values["ike"], *values["esp"]))
    return found


def out_of_date(name: str, case: Case, suites: Mapping[str, frozenset[str]]) -> str:
    """Why a recording says nothing of this site any more: its suite is refused since; or nothing.

    A suite that this version does not know at all is no such reason.
    """
    agreed = [case.found.get(key) for key in AGREED]
    known = {*IKE_SUITES, *ESP_SUITES}
    refused = [one for one in agreed if one in known and one not in suites.get(name, known)]
    if not refused:
        return ""
    what = (
        f"the recording of {name} is out of date: it may not use {' and '.join(refused)} any more"
    )
    return f"{what}; it was not played, {ANEW.format(name)}"


def begun(client: str) -> str:
    """The line that says whose recording is played now: should it not end, that is known."""
    return json.dumps({CLIENT_KEY: client})


def done(client: str, problems: Collection[str]) -> str:
    return json.dumps({CLIENT_KEY: client, PROBLEMS: list(problems)})


def unplayable(client: str, why: str) -> str:
    return json.dumps({CLIENT_KEY: client, UNPLAYABLE: why})


def verdict(asked: Sequence[str], lines: Iterable[str], late: bool, died: str) -> Verdict:
    """Of what the player has said. `late`: its time was up; `died`: its last words, if it fell."""
    against, told, well = list[str](), list[str](), list[str]()
    waiting, playing = list(asked), ""
    for line in lines:
        found = _read(line)
        name = found.get(CLIENT_KEY)
        if name not in waiting:
            continue
        playing = name
        if PROBLEMS in found or UNPLAYABLE in found:
            waiting.remove(name)
            playing = ""
            against += _against(name, found.get(PROBLEMS))
            told += _told(name, found.get(UNPLAYABLE))
            well += [name] if found.get(PROBLEMS) == [] else []
    if died and playing:
        waiting.remove(playing)
        against.append(f"the gateway fails on what {playing} says: {printable(died)}")
    told += _left_out(waiting, late, died)
    return Verdict(tuple(against), tuple(told), tuple(well))


def _against(name: str, problems: object) -> list[str]:
    if not isinstance(problems, list) or not problems:
        return []
    more = len(problems) - MOST_PROBLEMS
    texts = [printable(str(one)) for one in problems[:MOST_PROBLEMS]]
    rest = [f"and {more} more"] if more > 0 else []
    return [f"{name} does not get what it got when it was recorded: {'; '.join(texts + rest)}"]


def _told(name: str, why: object) -> list[str]:
    if why is None:
        return []
    what = f"the recording of {name} cannot be played: {printable(str(why))}"
    return [f"{what}; it does not count, {ANEW.format(name)}"]


def _left_out(names: Sequence[str], late: bool, died: str) -> list[str]:
    if not names:
        return []
    why = f"there was no time in {SECONDS:.0f} s" if late else printable(died) or "no word came"
    return [f"not played, and not held against it: {', '.join(map(shown, names))} ({why})"]


def _read(line: str) -> dict[str, object]:
    """Nothing for what is no line of ours: a warning of the interpreter, say."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
