"""The page of sentences: all that `postern explain` can say, and Windows' numbers."""

import re
from collections.abc import Iterable
from typing import Final

from docs.made.markdown import code, made_of, table
from gateway.control.advice import ADVICE, EMPTY, told
from gateway.control.causes import UNSEEN, Cause
from gateway.control.remedy import after_expulsion, remedy
from gateway.control.stages import END, L2TP, PPP, QUICK, SERVER, stage_of
from gateway.control.windows import FAMILIES, SCREENS, causes_of, families
from gateway.user.explain_lines import shown_words

HEAD: Final = """\
# What `postern explain` says

    postern explain press-3               # why this machine does not connect
    postern explain press-3 --error 789   # with the number on its screen
    postern explain --error 789           # what that number can be, of any machine
    postern explain                       # every machine that was heard of

The first line is one sentence: what is the matter; what to do. All the sentences there are stand
on this page, in the order in which a dial can go wrong, with the numbers that Windows shows for
each. Where the gateway knows more it puts it in: the machine's own name in place of "the client",
the server's address, the suites that were offered, the reason it was given. A name such as
`wrong-key` is what `postern explain --json` and the journal's field `POSTERN_CAUSE` have.

One number can stand for many things, and one thing can show as several numbers: **the sentence
tells, not the number**. The second half of this page goes [from the number to what it can
be](#from-the-number-on-the-screen).
"""
STAGES: Final = (
    ("Before a dial", "Nothing of it has come as far as the negotiation of keys.", ""),
    (
        "IKE, main mode: who is it?",
        "Both ends agree on a first key and prove who they are.",
        "main",
    ),
    ("IKE, quick mode: keys for the traffic", "", QUICK),
    ("L2TP: the call", "IPsec stands; the client asks for a tunnel and a call.", L2TP),
    ("The server inside", "The gateway calls the old server, or pppd for the LAN.", SERVER),
    ("PPP: name, password, addresses", "Client and server talk to each other.", PPP),
    ("How a session ended, and the rest", "", END),
)
AND: Final = {"why": "the reason", "offered": "what was offered"}
REASONS: Final = ("taken out", "revoked", "another key", "uses a weak suite")  # as they are told
WEAK: Final = "des-md5-modp768"
EARLY: Final = list(Cause)[: list(Cause).index(Cause.ADDRESS_NOT_ALLOWED)]
PLACE: Final = re.compile(r"\{(\w+)\}")


def text() -> str:
    lines = made_of("from gateway/control/advice.py and windows.py") + HEAD.splitlines()
    for title, about, stage in STAGES:
        lines += ["", f"## {title}", ""] + ([about, ""] if about else [])
        for cause in causes_at(stage):
            lines += _of_cause(cause)
    return "\n".join([*lines, *_numbers(), ""])


def causes_at(stage: str) -> list[Cause]:
    """All causes of a stage, those before any dial for an empty word."""
    early = [cause for cause in Cause if cause in EARLY]
    late = [cause for cause in Cause if cause not in EARLY]
    return [cause for cause in late if _stage(cause) == stage] if stage else early


def _stage(cause: Cause) -> str:
    """What no rule knows is no part of main mode, though figures count it there."""
    return END if cause is Cause.UNKNOWN else stage_of(cause)


def _of_cause(cause: Cause) -> list[str]:
    lines = [f"### {code(cause.value)}", "", f"> {told(cause)}", ""]
    exact = ADVICE[cause].exact
    if exact:
        lines += _exact(cause, exact)
    extra = [word for word in PLACE.findall(ADVICE[cause].says) if word in EMPTY]
    if extra:
        lines += [f"Behind the first half stands {AND[extra[0]]}, if it was told.", ""]
    shown = shown_words(ADVICE[cause].shown) or "no number of its own"
    seen = (
        " The gateway cannot see this one: it names it where nothing came."
        if cause in UNSEEN
        else ""
    )
    return [*lines, f"On the screen: {shown}.{seen}", ""]


def _exact(cause: Cause, exact: str) -> list[str]:
    """The second half where all its details are known."""
    if exact != "{remedy}":
        return [f"Where more is known, the second half is: {_named(exact)}.", ""]
    if cause is Cause.PUT_OUT:
        steps = (after_expulsion(reason) for reason in REASONS)
        return ["Where the reason is known, the second half is one of:", "", *_items(steps), ""]
    steps = (remedy(suite, key, ()) for suite, key in (("3des-sha1", "esp"), (WEAK, "ike")))
    known = "Where it is known what was offered, the second half is such as:"
    return [known, "", *_items([*steps, remedy("", "ike", ())]), ""]


def _items(steps: Iterable[str]) -> list[str]:
    return [f"* {one}." for one in steps]


def _named(exact: str) -> str:
    return PLACE.sub(lambda found: f"*({found[1]})*", exact)


def _numbers() -> list[str]:
    told_first = [
        "## From the number on the screen",
        "",
        "The words are Microsoft's. What to do is for the person at the old machine.",
        "",
    ]
    head = ("number", "Windows says", "do there", "it can be")
    return [*told_first, *table(head, (_row(number) for number in sorted(SCREENS)))]


def _row(number: int) -> tuple[str, str, str, str]:
    screen = SCREENS[number]
    words = f"{screen.text} On older ones: {screen.older}" if screen.older else screen.text
    who = families(number)
    shown_by = f" ({'; '.join(who)})" if 0 < len(who) < len(FAMILIES) else ""
    return f"**{number}**{shown_by}", words, f"{screen.there}.", _links(causes_of(number))


def _links(causes: Iterable[Cause]) -> str:
    return ", ".join(f"[{cause.value}](#{cause.value})" for cause in causes)
