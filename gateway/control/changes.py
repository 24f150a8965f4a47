"""The engine of changes: candidate, running, saved; a change that nobody confirms is taken back.

A core without I/O. A command returns what is to be done, or raises `Refused` and has changed
nothing. Whoever carries requests out (`desk.py`) reports what could not be done to `failed`, and
the end to `carried_out`. One command at a time: the next is asked when that has been called.

On the disk a change is in `pending.json` before it is anywhere else, and in `saved.toml` before it
is forgotten there: `changes_boot.py` reads what a power cut leaves.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import Enum
from typing import Final, NamedTuple

from gateway.control import changes_files as files
from gateway.control.canonical import Unreadable, raw_of
from gateway.control.changes_boot import Judge, State, everything, remember, start
from gateway.control.changes_files import Draft, Found, Pending
from gateway.control.changes_outputs import (
    Activate,
    Event,
    Moment,
    Output,
    Refused,
    Remove,
    Told,
    Who,
    Write,
)
from gateway.control.diff import diff
from gateway.control.parts import names_of
from gateway.control.problems import Problem

PATIENCE: Final = 300.0  # seconds until an unconfirmed change is taken back
LEAST_PATIENCE, MOST_PATIENCE = 10.0, 86_400.0  # seconds
REMINDER: Final = 60.0  # seconds before that
RETRY: Final = 15.0  # seconds until what could not be put in force is tried again
LONGEST_RETRY: Final = 300.0  # seconds


class _Job(Enum):
    """What the requests under way are for: `failed` goes by it."""

    NONE = "none"
    START = "start"
    KEEP = "keep"  # an edit, a discard, an extension: one file
    APPLY = "apply"
    CONFIRM = "confirm"
    REVERT = "revert"


class _Retry(NamedTuple):
    due: float
    wait: float


class Changes:
    """The door of the core: commands, `handle_timeout`, `deadline`, and what `failed`."""

    def __init__(self, judge: Judge, found: Found, boot: str, factory: str) -> None:
        """`boot` is one boot of the machine; `factory` is in force where nothing else is."""
        self.judge = judge
        self._boot = boot
        self.state, self._opening = start(found, boot, judge, factory)
        self._before = self.state
        self._job = _Job.NONE
        self._retry: _Retry | None = None
        self._reminded = False
        self._why = ""  # a revert is being done

    def start(self) -> list[Output]:
        """What is to be done first, once."""
        opening, self._opening = self._opening, []
        return self._begin(_Job.START, self.state, opening)

    # --- commands

    def edit(self, text: str, who: Who, at: Moment, base: str = "") -> list[Output]:
        """This is the candidate now. `base` is the revision the editor has seen."""
        self._check_base(base, at)
        try:
            raw_of(text)
        except Unreadable as error:
            raise Refused(str(error), "Look at the quotes and brackets; nothing was kept") from None
        if text == self.state.running:
            return self._drop_candidate()
        draft = Draft(who.user, who.face, at.wall, files.digest(text))
        state = replace(self.state, candidate=text, draft=draft)
        wanted: list[Output] = [Write(files.CANDIDATE, text, must=True)]
        return self._begin(_Job.KEEP, state, [*wanted, Write(files.DRAFT, files.written(draft))])

    def discard(self) -> list[Output]:
        """Forget all edits."""
        if self.state.candidate is None:
            raise Refused("there are no edits to forget", "See `postern config diff`")
        return self._drop_candidate()

    def apply(
        self,
        who: Who,
        at: Moment,
        comment: str = "",
        seconds: float = PATIENCE,
        base: str = "",
    ) -> list[Output]:
        """Put the candidate in force until it is confirmed; 0 seconds confirm it at once."""
        self._check_base(base, at)
        text = self._applicable(who, seconds)
        change = diff(self.state.running, text)
        pending = Pending(
            user=who.user,
            face=who.face,
            comment=files.tidy(comment),
            digest=files.digest(text),
            wall=at.wall,
            seconds=seconds,
            deadline=at.now + (seconds or PATIENCE),
            boot=self._boot,
            session=who.session,
            remote=who.remote,
            parts=names_of(change.parts),
        )
        state = replace(self.state, running=text, candidate=None, draft=None, pending=pending)
        self._reminded = seconds <= 2 * REMINDER
        return self._begin(
            _Job.APPLY,
            state,
            [
                Write(files.PENDING, files.written(pending), must=True),
                Write(files.RUNNING, text, must=True),
                Activate(text, self.state.running, change.parts),
                Remove(files.CANDIDATE),
                Remove(files.DRAFT),
                *self._tell_applied(pending, who),
            ],
        )

    def confirm(self, who: Who, at: Moment) -> list[Output]:
        """What is in force is saved. Proof that the box can still be reached, or it is refused."""
        pending = self._pending()
        if at.now >= pending.deadline or self._retry:
            raise Refused("it is too late: the change is being taken back", "Apply it again")
        if not who.user:
            raise Refused("it is not known who you are", "Log in, then confirm")
        if pending.remote and who.remote and who.session in ("", pending.session):
            what = "this is the connection the change was made on, so it proves nothing"
            raise Refused(what, "Log in anew and do: postern config confirm")
        if pending.remote and not who.proved:
            what = "the change came by the network, and nobody knows who you are"
            raise Refused(what, "Log in with a code: an administrator gets one by SSH")
        return self._save(pending, who)

    def extend(self, seconds: float, who: Who, at: Moment) -> list[Output]:
        """Count anew."""
        pending = self._pending()
        self._check_patience(seconds)
        if at.now >= pending.deadline or self._retry:
            raise Refused("it is too late: the change is being taken back", "Apply it again")
        later = replace(pending, deadline=at.now + seconds, seconds=seconds)
        self._reminded = seconds <= 2 * REMINDER
        told = Told(Event.EXTENDED, f"{who} waits {seconds:.0f} s more for a confirmation", who)
        wanted: list[Output] = [Write(files.PENDING, files.written(later), must=True), told]
        return self._begin(_Job.KEEP, replace(self.state, pending=later), wanted)

    def revert(self, who: Who) -> list[Output]:
        """Take an unconfirmed change back now."""
        self._pending()
        return self._take_back(f"{who} has taken the change back", who)

    # --- the clock

    def deadline(self) -> float | None:
        if self._retry:
            return self._retry.due
        pending = self.state.pending
        if pending is None:
            return None
        return pending.deadline if self._reminded else pending.deadline - REMINDER

    def handle_timeout(self, now: float) -> list[Output]:
        due = self.deadline()
        if due is None or now < due:
            return []
        if self._retry and not self.state.pending:
            return self._begin(_Job.START, self.state, everything(self.state, self._boot))
        pending = self._pending()
        if now >= pending.deadline or self._retry:
            why = self._why or f"nobody confirmed the change of {pending.who} in time"
            return self._take_back(why, None)
        self._reminded = True
        what = f"the change of {pending.who} is taken back in {pending.deadline - now:.0f} s"
        return [Told(Event.REMINDED, what + " unless it is confirmed")]

    def seconds_left(self, now: float) -> float | None:
        """Until an unconfirmed change is taken back."""
        pending = self.state.pending
        return None if pending is None else max(0.0, pending.deadline - now)

    # --- how it went

    def carried_out(self) -> list[Output]:
        """All requests were tried and those that must be were done."""
        job, self._job = self._job, _Job.NONE
        if job in (_Job.START, _Job.REVERT, _Job.CONFIRM):
            self._retry, self._why = None, ""
        pending = self.state.pending
        if job is _Job.APPLY and pending is not None and not pending.seconds:
            return self._save(pending, pending.who)
        return []

    def failed(self, output: Output, why: str, now: float) -> tuple[Refused, list[Output]]:
        """A request with `must` could not be carried out; those behind it were not tried.

        What to tell whoever asked, and what is to be done instead.
        """
        job, self._job = self._job, _Job.NONE
        activating = isinstance(output, Activate)
        if job is _Job.APPLY and activating:
            what = f"the change could not be put in force ({why})"
            instead = self._take_back(what, None)
            return Refused(what, "The configuration is as before; the edits are kept"), instead
        self.state = self._before
        if job is _Job.APPLY:
            return self._not_kept(why), [Remove(files.PENDING)]
        if activating:
            return self._again_later(why, now)
        if job is _Job.CONFIRM:  # the new text may be there, only not surely
            return self._not_kept(why), [Write(files.SAVED, self.state.saved)]
        return self._not_kept(why), []

    def _again_later(self, why: str, now: float) -> tuple[Refused, list[Output]]:
        """A start or a revert that the machine refuses is tried until it does not."""
        wait = min(2 * self._retry.wait, LONGEST_RETRY) if self._retry else RETRY
        self._retry = _Retry(now + wait, wait)
        what = f"the saved configuration could not be put in force ({why})"
        told = Told(Event.TROUBLE, f"{what}: tried again in {wait:.0f} s")
        return Refused(what, "It is tried again by itself; see the journal"), [told]

    def _not_kept(self, why: str) -> Refused:
        return Refused(f"it could not be written to the disk ({why})", "Nothing has changed")

    # --- parts of commands

    def _begin(self, job: _Job, state: State, wanted: Sequence[Output]) -> list[Output]:
        self._job, self._before, self.state = job, self.state, state
        return list(wanted)

    def _pending(self) -> Pending:
        if self.state.pending is None:
            raise Refused("no change waits to be confirmed", "See `postern config history`")
        return self.state.pending

    def _applicable(self, who: Who, seconds: float) -> str:
        """The candidate, if it may be applied."""
        pending, text = self.state.pending, self.state.candidate
        if pending is not None:
            what = f"the change of {pending.who} waits to be confirmed"
            raise Refused(what, "Confirm it or take it back first")
        if text is None:
            raise Refused("there is nothing to apply", "Edit something first")
        if not seconds and who.remote:
            what = "a change that came by the network must be confirmed"
            raise Refused(what, "Apply it with a deadline")
        if seconds:
            self._check_patience(seconds)
        wrong = [problem for problem in self.judge(text) if not problem.warning]
        if wrong:
            raise Refused(_counted(wrong), wrong[0].hint)
        return text

    def _check_patience(self, seconds: float) -> None:
        if not LEAST_PATIENCE <= seconds <= MOST_PATIENCE:
            what = f"a deadline is {LEAST_PATIENCE:.0f} to {MOST_PATIENCE:.0f} seconds away"
            raise Refused(what, f"Five minutes are usual: {PATIENCE:.0f}")

    def _check_base(self, base: str, at: Moment) -> None:
        """Two administrators share one candidate: the second must have seen the first one's."""
        if base in ("", self.revision):
            return
        draft = self.state.draft
        if draft is None:
            what = "somebody has applied or discarded the edits you have seen"
        else:
            ago = max(0.0, at.wall - draft.wall)
            what = f"{draft.user or 'somebody'} ({draft.face}) has edited it {ago:.0f} s ago"
        raise Refused(what, "Look at `postern config diff`, then do yours again")

    @property
    def candidate(self) -> str:
        """What is being edited; what is in force while nothing is."""
        state = self.state
        return state.running if state.candidate is None else state.candidate

    @property
    def texts(self) -> tuple[str, ...]:
        """What is in force, and what is being edited if that is another."""
        return tuple(dict.fromkeys((self.state.running, self.candidate)))

    @property
    def revision(self) -> str:
        """Of the candidate: what `base` is compared with."""
        return files.digest(self.candidate)

    def _drop_candidate(self) -> list[Output]:
        state = replace(self.state, candidate=None, draft=None)
        wanted = [Remove(files.CANDIDATE, must=True), Remove(files.DRAFT)]
        return self._begin(_Job.KEEP, state, wanted)

    def _tell_applied(self, pending: Pending, who: Who) -> list[Output]:
        if not pending.seconds:
            return []
        comment = f" ({pending.comment})" if pending.comment else ""
        what = f"{who} has put a change in force{comment}: it is taken back"
        return [Told(Event.APPLIED, f"{what} in {pending.seconds:.0f} s unless confirmed", who)]

    def _save(self, pending: Pending, who: Who) -> list[Output]:
        history = self.state.history
        number = history[-1].number + 1 if history else 1
        entry = files.entry_of(pending, who.user, number)
        kept, recorded = remember(history, entry, self.state.running)
        state = replace(
            self.state, saved=self.state.running, pending=None, history=kept, recovered=""
        )
        return self._begin(
            _Job.CONFIRM,
            state,
            [
                Write(files.SAVED, self.state.running, must=True),
                *recorded,
                Remove(files.PENDING),
                Told(Event.CONFIRMED, f"{who} has confirmed the change: it is saved", who),
            ],
        )

    def _take_back(self, why: str, who: Who | None) -> list[Output]:
        """Put what is saved in force, touching nothing the change did not; the edits are kept."""
        pending, before = self._pending(), self.state
        self._why = why
        state = replace(before, running=before.saved, pending=None)
        kept: list[Output] = []
        if before.candidate is None:
            draft = Draft(pending.user, pending.face, pending.wall, pending.digest)
            state = replace(state, candidate=before.running, draft=draft)
            kept = [
                Write(files.CANDIDATE, before.running),
                Write(files.DRAFT, files.written(draft)),
            ]
        return self._begin(
            _Job.REVERT,
            state,
            [
                Activate(before.saved, before.running, pending.touched),
                *kept,
                Remove(files.PENDING),
                Write(files.RUNNING, before.saved),
                Told(Event.REVERTED, f"{why}: the saved configuration is in force again", who),
            ],
        )


def _counted(wrong: Sequence[Problem]) -> str:
    first = f"{wrong[0].where}: {wrong[0].what}"
    return first if len(wrong) == 1 else f"{first}, and {len(wrong) - 1} more"
