"""What an agent does that finds the store as the last one left it: in order, or in a power cut.

Whatever had been begun is either known to be saved, or still counts (the agent alone was started
again), or is dropped: a boot never takes up what nobody had confirmed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from gateway.control import changes_files as files
from gateway.control.canonical import Unreadable, raw_of
from gateway.control.changes_files import Active, Draft, Entry, Found, Pending
from gateway.control.changes_outputs import Activate, Event, Output, Remove, Told, Write
from gateway.control.diff import diff
from gateway.control.migrate import Unmigratable, migrate
from gateway.control.parts import EVERY
from gateway.control.problems import Problem

Judge = Callable[[str], list[Problem]]
"""The one judge (`check.py`), with the files that the text names."""


@dataclass(frozen=True, slots=True)
class State:
    """Everything the engine knows. `candidate` is None while nothing is edited."""

    saved: str = field(repr=False)
    running: str = field(repr=False)
    candidate: str | None = field(default=None, repr=False)
    draft: Draft | None = None
    pending: Pending | None = None
    history: tuple[Entry, ...] = ()
    recovered: str = ""  # why another text than the saved one is in force, if it is


class Start(NamedTuple):
    state: State
    outputs: list[Output]


class _Choice(NamedTuple):
    text: str
    told: list[Output]
    recovered: str = ""


def start(found: Found, boot: str, judge: Judge, factory: str) -> Start:
    """The state to begin with, and what is to be done about what was found."""
    choice = _choose(found, judge, factory)
    pending = found.pending
    confirmed = pending is not None and _is_saved(pending, found)
    if pending is not None and not confirmed and _still_counts(pending, found, boot):
        return _resume(found, choice, pending)
    outputs = list(choice.told)
    candidate, draft = _candidate(found, choice)
    if pending is not None and not confirmed:
        if candidate is None and found.running and files.digest(found.running) == pending.digest:
            candidate = found.running
            draft = Draft(pending.user, pending.face, pending.wall, pending.digest)
            outputs += [Write(files.CANDIDATE, candidate), Write(files.DRAFT, files.written(draft))]
        what = f"the change of {pending.who} was not confirmed before the machine stopped: "
        outputs.append(Told(Event.DROPPED, what + "the saved configuration is in force"))
    history, recorded = _complete_history(found, choice, pending if confirmed else None)
    outputs += recorded
    if pending is not None:
        outputs.append(Remove(files.PENDING))
    state = State(choice.text, choice.text, candidate, draft, None, history, choice.recovered)
    return Start(state, [*outputs, *_activation(found, state, boot)])


def _is_saved(pending: Pending, found: Found) -> bool:
    """The power went between saving and forgetting: it had been confirmed."""
    return found.saved is not None and files.digest(found.saved) == pending.digest


def _still_counts(pending: Pending, found: Found, boot: str) -> bool:
    same_text = found.running is not None and files.digest(found.running) == pending.digest
    return bool(boot) and pending.boot == boot and same_text


def _resume(found: Found, choice: _Choice, pending: Pending) -> Start:
    running = found.running or ""
    candidate, draft = _candidate(found, choice._replace(text=running))
    state = State(choice.text, running, candidate, draft, pending, found.history, choice.recovered)
    what = f"the change of {pending.who} still waits to be confirmed"
    again = Activate(running, choice.text, pending.touched)  # it may have been half done
    return Start(state, [*choice.told, again, Told(Event.RESUMED, what)])


def _activation(found: Found, state: State, boot: str) -> list[Output]:
    """Everything once in a boot; later no more than may differ, so that sessions live on."""
    if not boot or found.active is None or found.active.boot != boot:
        return everything(state, boot)
    if found.running == state.saved:
        return []
    touched = EVERY if found.running is None else diff(found.running, state.saved).parts
    again = Activate(state.saved, found.running or "", touched)
    return [again, Write(files.RUNNING, state.saved)]


def everything(state: State, boot: str) -> list[Output]:
    """What the start of the machine asks for."""
    return [
        Activate(state.saved, "", EVERY),
        Write(files.RUNNING, state.saved),
        Write(files.ACTIVE, files.written(Active(boot))),
    ]


def _candidate(found: Found, choice: _Choice) -> tuple[str | None, Draft | None]:
    """The edits that were under way; a saved text that could not be used is there to be mended."""
    candidate = found.candidate
    if candidate is None and choice.recovered and found.saved and _readable(found.saved):
        candidate = found.saved
    if candidate is None or candidate == choice.text:
        return None, None
    draft = found.draft
    return candidate, draft if draft and draft.digest == files.digest(candidate) else None


def _choose(found: Found, judge: Judge, factory: str) -> _Choice:
    """The saved text, else the newest of the history that can be used, else the one of the factory.

    What could not be used stays on the disk until something else is confirmed.
    """
    if found.saved is None and not found.history:
        return _Choice(factory, [])
    reason = "there is no saved configuration"
    if found.saved is not None:
        text, reason = _usable(found.saved, judge)
        if text is not None and not _cut_short(found):
            return _Choice(text, [])
        reason = reason or "the saved configuration is not whole"
    for entry in reversed(found.history):
        old = found.text_of(entry.number)
        text = None if old is None or files.digest(old) != entry.digest else _usable(old, judge)[0]
        if text is not None:
            what = f"{reason}: number {entry.number} of the history is in force"
            return _Choice(text, [Told(Event.RECOVERED, what)], what)
    what = f"{reason}, and nothing in the history can be used: as from the factory"
    return _Choice(factory, [Told(Event.RECOVERED, what)], what)


def _usable(text: str, judge: Judge) -> tuple[str | None, str]:
    """The text brought to this schema, or why not."""
    try:
        text = migrate(text)
    except Unmigratable as error:
        return None, str(error)
    wrong = [problem for problem in judge(text) if not problem.warning]
    if wrong:
        return None, f"the saved configuration cannot be used ({wrong[0].where}: {wrong[0].what})"
    return text, ""


def _cut_short(found: Found) -> bool:
    """Half of a text may be a good one with fewer clients; then the history has the whole."""
    if not found.history or found.saved is None:
        return False
    newest = found.text_of(found.history[-1].number) or ""
    return len(found.saved) < len(newest) and newest.startswith(found.saved)


def _complete_history(
    found: Found, choice: _Choice, confirmed: Pending | None
) -> tuple[tuple[Entry, ...], list[Output]]:
    """The saved text is the newest of the history; what a power cut or a hand left out is added."""
    known = found.history[-1].digest if found.history else ""
    saved = found.saved
    if saved is None or choice.recovered or files.digest(saved) == known:
        return found.history, []
    number = found.history[-1].number + 1 if found.history else 1
    if confirmed is not None:
        entry = files.entry_of(confirmed, confirmed.user, number)
    else:
        what = "found on the disk at start"
        entry = Entry("", "file", what, 0.0, files.digest(saved), number=number)
    return remember(found.history, entry, saved)


def remember(
    history: tuple[Entry, ...], entry: Entry, text: str
) -> tuple[tuple[Entry, ...], list[Output]]:
    """The text first: an entry is there when its record is."""
    kept = (*history, entry)[-files.HISTORY_KEPT :]
    gone = (*history, entry)[: -files.HISTORY_KEPT]
    return kept, [
        Write(files.history_text(entry.number), text),
        Write(files.history_record(entry.number), files.written(entry)),
        *(output for old in gone for output in _forget(old.number)),
    ]


def _forget(number: int) -> Iterator[Output]:
    yield Remove(files.history_record(number))
    yield Remove(files.history_text(number))


def _readable(text: str) -> bool:
    try:
        raw_of(text)
    except Unreadable:
        return False
    return True
