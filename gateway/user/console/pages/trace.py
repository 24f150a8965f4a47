"""Recording one machine's packets: how long, how many, and where to."""

from typing import Final

from gateway.control.problems import Problem
from gateway.user.console.ends import Ends
from gateway.user.console.model import Field, Form, Instead, Step, Values
from gateway.user.console.working import Working

LONGEST_S, MOST_PACKETS = 300, 20_000
RAM, STICK = "RAM", "USB stick"
PLACES: Final = {RAM: "", STICK: "usb"}


def trace_form(ends: Ends, target: str = "") -> Form:
    """`target` is a session's number, or is asked for."""

    def record(values: Values) -> Step:
        who = target or values["machine"].strip()
        return Instead(Working(f"Trace of {who}", lambda: _recorded(ends, who, values)))

    asked = Field("machine", "Machine", hint="A client's name, or its outside address")
    fields = (
        Field("seconds", "Seconds", "60", f"At most {LONGEST_S}"),
        Field("packets", "Packets", "5000", f"At most {MOST_PACKETS}; the first to come ends it"),
        Field("place", "Where to", RAM, choices=tuple(PLACES)),
    )
    text = (
        "Packets are recorded as they came and decrypted. Passwords, and what stands",
        "in data packets, are cut. The audit says that it was done, and by whom.",
    )
    title = f"Trace session {target}" if target else "Record one machine's packets"
    given = fields if target else (asked, *fields)
    return Form(title, given, record, _check, text, button="Record")


def _recorded(ends: Ends, who: str, values: Values) -> list[str]:
    place = PLACES[values["place"]]
    path = ends.box.trace(who, int(values["seconds"]), int(values["packets"]), place)
    if place:
        return [f"The trace is on the stick as {path.rpartition('/')[2]}; it can be taken out."]
    return [
        f"The trace is in {path}, in RAM: a restart of the box takes it away.",
        "",
        "Fetch it with scp. Wireshark reads it; on a machine that has scapy,",
        f"postern explain --trace {path.rpartition('/')[2]}",
        "tells it message by message.",
    ]


def _check(values: Values) -> list[Problem]:
    found = []
    if not values.get("machine", "x").strip():
        found.append(Problem("machine", "is empty", "Type it, or go back"))
    for name, most in (("seconds", LONGEST_S), ("packets", MOST_PACKETS)):
        typed = values[name].strip()
        if not (typed.isascii() and typed.isdigit() and 0 < int(typed) <= most):
            found.append(Problem(name, "is out of bounds", f"Type a number from 1 to {most}"))
    return found
