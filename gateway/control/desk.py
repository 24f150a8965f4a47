"""Where administrators' questions about the configuration meet the engine of changes.

The verbs `config.*` of the box agent's socket. The agent gives it a store for the files, a function
that makes the machine be as a configuration says, and one that tells.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Protocol

from gateway.control import changes_files as files
from gateway.control.canonical import Unreadable, masked
from gateway.control.changes import PATIENCE, Changes
from gateway.control.changes_boot import Judge
from gateway.control.changes_files import Found
from gateway.control.changes_outputs import (
    Activate,
    ActivationFailed,
    Event,
    Moment,
    Output,
    Refused,
    Remove,
    StoreFailed,
    Told,
    Who,
    Write,
)
from gateway.control.desired import merged, replaced
from gateway.control.diff import Diff, diff
from gateway.control.edit import EditError, change_from, edited, unmasked
from gateway.control.migrate import Unmigratable, migrate
from gateway.control.parts import names_of

Answer = dict[str, Any]
Request = Mapping[str, Any]


class Store(Protocol):
    """Where the files are: `system/store.py`. Both are wholly done when they return."""

    def load(self) -> Found: ...

    def text(self, number: int) -> str | None: ...

    def write(self, name: str, text: str) -> None: ...

    def remove(self, name: str) -> None: ...


class ConfigDesk:
    """One for the box. Its clock is that of `Moment`; answers are as the socket has them."""

    def __init__(  # the agent has these from four places
        self,
        store: Store,
        judge: Judge,
        activate: Callable[[Activate], None],
        tell: Callable[[Told], None],
        *,
        boot: str,
        factory: str,
    ) -> None:
        """`activate` may raise `ActivationFailed`. Call `start` before anything else."""
        self._store = store
        self._activate = activate
        self._tell = tell
        self._judge = judge
        self.changes = Changes(judge, store.load(), boot, factory)
        self._verbs: dict[str, Callable[[Request, Who, Moment], Any]] = {
            "config.show": self._show,
            "config.edit": self._edit,
            "config.set": self._set,
            "config.plan": self._plan,
            "config.wish": self._wish,
            "config.check": self._check,
            "config.diff": self._diff,
            "config.apply": self._apply,
            "config.confirm": self._confirm,
            "config.extend": self._extend,
            "config.revert": self._revert,
            "config.discard": self._discard,
            "config.history": self._history,
            "config.restore": self._restore,
            "config.status": self._status,
        }

    def start(self, now: float) -> None:
        """Put in force what the disk says. Whatever cannot be is told, and tried again."""
        self._unasked(self.changes.start(), now)

    def deadline(self) -> float | None:
        return self.changes.deadline()

    def handle_timeout(self, now: float) -> None:
        self._unasked(self.changes.handle_timeout(now), now)

    def answers(self, request: Request) -> bool:
        """Whether the verb is one of these."""
        return request.get("verb") in self._verbs

    def answer(self, request: Request, who: Who, at: Moment) -> Answer:
        """One request of the socket, asked by `who`, whatever the request says of that."""
        self.handle_timeout(at.now)
        verb = self._verbs.get(str(request.get("verb")))
        if verb is None:
            return _no("this box does not know that", "Compare the versions: `postern version`")
        try:
            return {"ok": True, "result": verb(request, who, at)}
        except (Refused, EditError) as refused:
            return _no(str(refused), refused.hint)
        except Unreadable as error:
            return _no(str(error), "Look at it as text: `postern config show --secrets`")

    def status(self, now: float) -> Answer:
        """What the box's own status says of the configuration."""
        changes = self.changes
        pending, left = changes.state.pending, changes.seconds_left(now)
        waiting = None
        if pending is not None and left is not None:
            waiting = {
                "seconds_left": round(left, 1),
                "by": pending.user,
                "face": pending.face,
                "comment": pending.comment,
            }
        return {
            "pending": waiting,
            "changed": diff(changes.state.running, changes.candidate).changed,
            "edited_by": changes.state.draft.user if changes.state.draft else "",
            "recovered": changes.state.recovered,
        }

    # --- verbs

    def _show(self, request: Request, who: Who, at: Moment) -> Answer:
        text = self._which(request)
        shown = masked(text) if request.get("masked", True) else text
        return {"text": shown, "revision": self.changes.revision}

    def _edit(self, request: Request, who: Who, at: Moment) -> Answer:
        text = _text(request, "text")
        try:
            text = unmasked(text, self.changes.candidate)
        except Unreadable:
            return {"problems": self._problems(text), "kept": False, **self._revision()}
        return self._keep(text, request, who, at)

    def _set(self, request: Request, who: Who, at: Moment) -> Answer:
        wanted = request.get("changes")
        if not isinstance(wanted, list):
            raise Refused("there is no list of changes", "See `postern config set --help`")
        text = edited(self.changes.candidate, [change_from(one) for one in wanted])
        return self._keep(text, request, who, at)

    def _keep(self, text: str, request: Request, who: Who, at: Moment) -> Answer:
        base = _text(request, "base")
        self._carry_out(self.changes.edit(text, who, at, base), at.now)
        return {"problems": self._problems(text), "kept": True, **self._revision()}

    def _plan(self, request: Request, who: Who, at: Moment) -> Answer:
        """What a wish would change of what is in force. Nothing is kept, and no edit touched."""
        text = self._wished(request)
        return {
            "problems": self._problems(text),
            **_told(diff(self.changes.state.running, text)),
            **self._revision(),
        }

    def _wish(self, request: Request, who: Who, at: Moment) -> Answer:
        """The same as the candidate, whatever was edited before."""
        return self._keep(self._wished(request), request, who, at)

    def _wished(self, request: Request) -> str:
        wish, running = _text(request, "text"), self.changes.state.running
        if request.get("merge") is True:
            return unmasked(merged(running, wish), running)
        return unmasked(replaced(running, wish), running)

    def _check(self, request: Request, who: Who, at: Moment) -> Answer:
        text = _text(request, "text") or self.changes.candidate
        return {"problems": self._problems(text)}

    def _diff(self, request: Request, who: Who, at: Moment) -> Answer:
        """From what is in force to the candidate, unless `from` or `which` say otherwise."""
        before = self._which({"which": request.get("from", "running"), **_number(request, "from")})
        found = diff(before, self._which({"which": "candidate", **request}))
        return {**_told(found), **self._revision()}

    def _apply(self, request: Request, who: Who, at: Moment) -> Answer:
        seconds = request.get("deadline_s", PATIENCE)
        if type(seconds) not in (int, float):
            raise Refused("a deadline is a number of seconds", f"Usual: {PATIENCE:.0f}")
        comment, base = _text(request, "comment"), _text(request, "base")
        self._carry_out(self.changes.apply(who, at, comment, seconds, base), at.now)
        left = self.changes.seconds_left(at.now)
        return {"deadline_s": left or 0, "confirmed": left is None}

    def _confirm(self, request: Request, who: Who, at: Moment) -> Answer:
        self._carry_out(self.changes.confirm(who, at), at.now)
        return {"number": self.changes.state.history[-1].number}

    def _extend(self, request: Request, who: Who, at: Moment) -> Answer:
        seconds = request.get("deadline_s", PATIENCE)
        if type(seconds) not in (int, float):
            raise Refused("a deadline is a number of seconds", f"Usual: {PATIENCE:.0f}")
        self._carry_out(self.changes.extend(seconds, who, at), at.now)
        return {"deadline_s": seconds}

    def _revert(self, request: Request, who: Who, at: Moment) -> Answer:
        self._carry_out(self.changes.revert(who), at.now)
        return {}

    def _discard(self, request: Request, who: Who, at: Moment) -> Answer:
        self._carry_out(self.changes.discard(), at.now)
        return {}

    def _history(self, request: Request, who: Who, at: Moment) -> list[Answer]:
        """The newest first."""
        entries = reversed(self.changes.state.history)
        return [{**asdict(entry), "when": entry.wall} for entry in entries]

    def _restore(self, request: Request, who: Who, at: Moment) -> Answer:
        """An old text becomes the candidate: it is looked at and applied as any other."""
        text = self._which(_number(request, "number") or {"number": -1})
        try:
            text = migrate(text)
        except Unmigratable as error:
            raise Refused(str(error), "Use the Postern that wrote it") from None
        return self._keep(text, request, who, at)

    def _status(self, request: Request, who: Who, at: Moment) -> Answer:
        return self.status(at.now)

    # --- parts of verbs

    def _which(self, request: Request) -> str:
        """The text that the request means."""
        if "number" in request:
            number = request["number"]
            text = self._store.text(number) if type(number) is int else None
            known = [entry.digest for entry in self.changes.state.history if entry.number == number]
            if text is None or files.digest(text) not in known:
                what = "the history has no such number, or what it has is damaged"
                raise Refused(what, "See `postern config history`")
            return text
        state = self.changes.state
        texts = {
            "candidate": self.changes.candidate,
            "running": state.running,
            "saved": state.saved,
        }
        which = str(request.get("which", "candidate"))
        if which not in texts:
            raise Refused(f"there is no such configuration: {which[:20]!r}", ", ".join(texts))
        return texts[which]

    def _problems(self, text: str) -> list[Answer]:
        return [asdict(problem) for problem in self._judge(text)]

    def _revision(self) -> Answer:
        return {"revision": self.changes.revision}

    # --- carrying out

    def _carry_out(self, outputs: list[Output], now: float) -> None:
        """All of it, or `Refused` with what was done instead."""
        for output in outputs:
            try:
                self._do(output)
            except (StoreFailed, ActivationFailed) as error:
                if isinstance(output, (Write, Remove, Activate)) and output.must:
                    refused, instead = self.changes.failed(output, str(error), now)
                    self._unasked(instead, now)
                    raise refused from None
                self._tell(Told(Event.TROUBLE, f"{_named(output)} could not be kept ({error})"))
        if more := self.changes.carried_out():
            self._carry_out(more, now)

    def _unasked(self, outputs: list[Output], now: float) -> None:
        """Nobody waits for the answer, and the engine has told what fails."""
        with suppress(Refused):
            self._carry_out(outputs, now)

    def _do(self, output: Output) -> None:
        match output:
            case Write(name, text):
                self._store.write(name, text)
            case Remove(name):
                self._store.remove(name)
            case Activate():
                self._activate(output)
            case Told():
                self._tell(output)


def _told(found: Diff) -> Answer:
    return {
        "lines": list(found.lines),
        "changed": found.changed,
        "parts": names_of(found.parts),
    }


def _named(output: Output) -> str:
    return output.name if isinstance(output, (Write, Remove)) else "something"


def _text(request: Request, name: str) -> str:
    value = request.get(name, "")
    if not isinstance(value, str):
        raise Refused(f"{name} is no text", "Compare the versions: `postern version`")
    return value


def _number(request: Request, name: str) -> dict[str, object]:
    """A number of the history in this place, if there is one."""
    value = request.get(name)
    return {"number": value} if type(value) is int else {}


def _no(error: str, hint: str) -> Answer:
    return {"ok": False, "error": error, "hint": hint}
