"""A console of a box that has an owner: how the box is, and logging in."""

from contextlib import suppress

from gateway.control.problems import Problem
from gateway.user.box_views import BoxStatus
from gateway.user.console.ends import Ends
from gateway.user.console.header import shorter
from gateway.user.console.model import (
    Action,
    Back,
    Field,
    Form,
    Leave,
    Open,
    Row,
    Stay,
    Step,
    Told,
    Values,
    View,
    numbered,
    question,
    typed_word,
)

FRESH = 2.0  # seconds
KERNEL_LOG = "/dev/kmsg"
LOUD = "<2>postern: a shell was opened at a console while the box agent did not answer\n"


def login_view(ends: Ends, box: BoxStatus) -> View:
    """What anybody may see who stands here."""
    text = (
        *box.notes,
        "How this box is you see above. To look closer or to change anything, log in.",
        "",
        "Its SSH key, to be compared with what your SSH program shows:",
        *(f"  {shorter(one)}" for one in box.fingerprints),
    )
    choices = (
        ("Log in with a code", lambda: Open(_with_code(ends)), ""),
        ("Log in without one", lambda: Open(_without(ends, box.hostname)), ""),
    )
    return View("Log in", text, rows=numbered(choices), refresh=FRESH)


def _with_code(ends: Ends) -> Form:
    def log_in(values: Values) -> Step:
        ends.box.log_in(values["code"])
        return Back("You are logged in. 0 logs you out; so do 15 minutes without a key.")

    field = Field("code", "Code", hint="Eight letters, as postern console-code has shown them")
    text = ("Log in by SSH as you always do, and type there: postern console-code",)
    return Form("Log in with a code", (field,), log_in, _code_needed, text, "Log in")


def _without(ends: Ends, name: str) -> Form:
    def log_in(values: Values) -> Step:
        ends.box.log_in_without(values["typed"].strip())
        return Back("You are logged in, and everybody has been told.")

    text = (
        "For when nobody can log in by SSH. It is told to everybody who is logged in, it stands",
        "in the audit, and every console shows it until an administrator has seen it.",
        f"To go on, type the name of this box: {name}",
    )
    field = Field("typed", "Name of this box")
    return Form("Log in without a code", (field,), log_in, typed_word("name", name), text, "Log in")


def orphan_view(trouble: str, shell: Action) -> View:
    """Nobody is there who could log somebody in: what is left is to mend that."""
    text = (
        trouble,
        "It is started again by itself. If it stays away, a new start of the box may help.",
    )
    rows = numbered((("Look again", Stay, ""), ("A shell, to mend it", lambda: _mend(shell), "")))
    out = Row("0", "Log out", Leave)
    return View("Nobody answers", text, rows=(*rows, out), refresh=FRESH)


def _mend(shell: Action) -> Step:
    def go() -> Step:
        with suppress(OSError), open(KERNEL_LOG, "w") as log:
            log.write(LOUD)
        return shell()

    text = ("That it was opened will stand in the kernel's log, and on every console.",)
    return Open(question("Open a shell?", text, "Yes, open it", go))


def console_keys(ends: Ends) -> list[Row]:
    """What an administrator can do about the consoles."""

    def code() -> Step:
        lines = console_code_lines(*ends.box.console_code())
        return Open(Told("Code for the console", tuple(lines)))

    def seen() -> Step:
        ends.box.seen()
        return Stay("It is noted that you have seen it.")

    keys = []
    if ends.who.face == "ssh":
        keys.append(Row("o", "Code for the console", code, "postern console-code"))
    if ends.box.status().let_in:
        keys.append(Row("s", "I have seen who was let in", seen, "postern seen"))
    return keys


def console_code_lines(code: str, seconds: float) -> list[str]:
    """For whoever asked for it by SSH."""
    return [
        f"Type this code at the box's console: {code}",
        f"It is good once, and for {seconds / 60:.0f} minutes. Whoever types it is you.",
    ]


def _code_needed(values: Values) -> list[Problem]:
    return [] if values["code"].strip() else [Problem("code", "is empty", "Type it, or go back")]
