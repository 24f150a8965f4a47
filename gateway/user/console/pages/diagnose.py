"""Finding out what is wrong: reachability, cables, packets, and one client's dials."""

from gateway.control.problems import Problem
from gateway.control.windows import SCREENS
from gateway.user.console.ends import Ends
from gateway.user.console.model import (
    Field,
    Form,
    Instead,
    Menu,
    Open,
    Step,
    Told,
    Values,
)
from gateway.user.console.pages.sessions import Figures
from gateway.user.console.pages.trace import trace_form
from gateway.user.console.working import Working
from gateway.user.explain_lines import explained

LONGEST_S, MOST_PACKETS = 120, 20_000  # what the box records at most
WHERE = "usb is the stick labelled POSTERN; empty: in memory, to be fetched with scp"


def diagnose(ends: Ends) -> Menu:
    choices = (
        ("Why does this client not connect?", lambda: _ask_why(ends), "postern explain CLIENT"),
        ("Ping a machine", lambda: _ask_ping(ends), "postern ping HOST"),
        ("Cables and links", lambda: _link(ends), "postern link"),
        ("Record packets of a port", lambda: _ask_capture(ends), "postern capture PORT"),
        ("Record one machine's packets", lambda: _ask_trace(ends), "postern trace CLIENT FILE"),
        ("Gateway in figures, refused dials", lambda: Open(Figures(ends)), "postern status"),
    )
    return Menu("Diagnostics", choices)


def _ask_why(ends: Ends) -> Step:
    fields = (
        Field(
            "client",
            "Client",
            hint="Its name, or the outside address it comes from; empty is all of them",
        ),
        Field("number", "Number on its screen", hint="If there is one, as 678 or 789"),
    )
    return Open(
        Form(
            "Why does this client not connect?",
            fields,
            lambda values: Instead(_why(ends, values)),
            _check_number,
            button="Look",
        )
    )


def _why(ends: Ends, values: Values) -> Told:
    word, typed = values["client"].strip(), values["number"].strip()
    number = int(typed) if typed else None
    lines = explained(ends.daemon, word, number)
    return Told(f"Client {word}" if word else "All that was heard of", tuple(lines))


def _check_number(values: Values) -> list[Problem]:
    typed = values["number"].strip()
    if not typed or (typed.isascii() and typed.isdigit() and int(typed) in SCREENS):
        return []
    return [Problem("number", "is none that Windows shows", "Type three digits, or nothing")]


def _ask_trace(ends: Ends) -> Step:
    return Open(trace_form(ends))


def _ask_ping(ends: Ends) -> Step:
    def ping(values: Values) -> Step:
        host = values["host"].strip()
        return Instead(Working(f"Ping {host}", lambda: ends.box.ping(host)))

    fields = (Field("host", "Machine", hint="Its address or name"),)
    return Open(Form("Ping", fields, ping, lambda v: _needed(v, "host"), button="Ping"))


def _link(ends: Ends) -> Step:
    return Open(Told("Cables and links", tuple(ends.box.link())))


def _ask_capture(ends: Ends) -> Step:
    ports = tuple(port.name for port in ends.box.ports() if port.name) or ("outside", "inside")

    def capture(values: Values) -> Step:
        numbers = int(values["seconds"]), int(values["packets"])
        port, path = values["port"], values["path"].strip()

        def record() -> list[str]:
            return _recorded(ends.box.capture(port, *numbers, path))

        return Instead(Working("Recording", record))

    fields = (
        Field("port", "Port", ports[0], choices=ports),
        Field("seconds", "Seconds", "30", f"At most {LONGEST_S}"),
        Field("packets", "Packets", "1000", f"At most {MOST_PACKETS}; the first to come ends it"),
        Field("path", "Where to", hint=WHERE),
    )
    return Open(Form("Record packets", fields, capture, _check_capture, button="Record"))


def _recorded(path: str) -> list[str]:
    fetched = "Take the stick along" if path.startswith("usb/") else "Fetch it with scp"
    return [f"The packets are in {path}", "", f"{fetched}, and read it with Wireshark."]


def _check_capture(values: Values) -> list[Problem]:
    found = []
    for name, most in (("seconds", LONGEST_S), ("packets", MOST_PACKETS)):
        typed = values[name].strip()
        if not (typed.isascii() and typed.isdigit() and 0 < int(typed) <= most):
            found.append(Problem(name, "is out of bounds", f"Type a number from 1 to {most}"))
    return found


def _needed(values: Values, name: str) -> list[Problem]:
    if values[name].strip():
        return []
    return [Problem(name, "is empty", "Type it, or go back")]
