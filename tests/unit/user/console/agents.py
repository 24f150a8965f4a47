"""A box agent and a daemon at real control sockets, for the menu to talk to.

The box answers from data, and its configuration is the real engine's (`control/desk.py`). The
daemon answers from data too; tests with a whole gateway behind the socket are in
`tests/pair/test_console_gateway.py`.
"""

import os
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from io import StringIO
from pathlib import Path
from random import Random
from threading import Thread
from typing import Any

from gateway.control.authority_desk import AuthorityDesk
from gateway.control.causes import Shown
from gateway.control.changes_files import Found
from gateway.control.changes_outputs import Moment, Refused, Who
from gateway.control.check import check
from gateway.control.desk import ConfigDesk
from gateway.control.diagnosis import Diagnosis, diagnosis_to_json
from gateway.control.document import File
from gateway.control.lan_users import lan_routes, users_in, with_user, without_user
from gateway.control.problems import Problem
from gateway.control.sessions import SessionView, StatusView, to_json
from gateway.system.control_socket import ControlSocket
from gateway.user.box_client import Who as User
from gateway.user.console.ends import Ends
from gateway.user.console.model import Walk
from gateway.user.console.pages.home import Home
from gateway.user.console.plain import Plain
from gateway.user.console.terminal import fit_letters

Answer = dict[str, Any]
Handler = Callable[[dict[str, Any]], Answer]

CONFIG = """\
# The owner's own words stay where they are.
[box]
hostname = "gw-lab-1"

[outside]
interface = "eth0"
addresses = ["203.0.113.9"]

[inside]
address = "10.10.0.1"

[[client]]
name = "press-3"
psk = "one key for press-3, and it is long"
route = "old-nt4"

[[client]]
name = "scale-7"
psk = "another key for scale-7, as long"
route = "old-nt4"
address = "198.51.100.0/24"

[[route]]
name = "old-nt4"
kind = "pptp"
server = "10.10.0.2"

[[admin]]
name = "ada"
ssh_key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMmsZQVHFCxFfOSiCDC048uH1f8XaDZzDpgFtvjED4tj ada"
"""
PRINTS = (
    "256 SHA256:mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE root@gw-lab-1 (ED25519)",
    "3072 SHA256:QJ1B5R3pbYfHt2WJmUu9XsXAc0vKJ7x9yPBn2tQv6dE root@gw-lab-1 (RSA)",
)

ANSWERS: dict[str, Any] = {
    "board": {"name": "QEMU", "evidence": "nothing was booted", "unconfirmed": ["leds"]},
    "board.report": {"path": "/data/report.txt"},
    "upgrade": {"version": "0.2.0"},
    "selftest": [
        {"name": "clock", "ok": True, "text": "it runs"},
        {"name": "disk", "ok": None, "text": "does not tell its wear"},
        {"name": "watchdog", "ok": False, "text": "there is none"},
    ],
    "network.ping": {"lines": ["3 of 3 answers, 0.4 ms"]},
    "link": {"lines": ["3 of 3 answers, 0.4 ms"]},
    "capture": {"path": "/run/capture.pcap"},
    "trace": {"path": "/run/trace-7-1800000000.pcapng"},
    "kit": {
        "path": "/run/kit.img",
        "told": ["A kit for press-3:", "It has the pre-shared key."],
    },
}


class MemoryStore:
    """The engine's files, in memory."""

    def __init__(self, saved: str) -> None:
        self.files: dict[str, str] = {}
        self._saved = saved

    def load(self) -> Found:
        return Found(saved=self._saved, running=self._saved)

    def text(self, number: int) -> str | None:
        return self.files.get(f"history/{number:04}.toml")

    def write(self, name: str, text: str) -> None:
        self.files[name] = text

    def remove(self, name: str) -> None:
        self.files.pop(name, None)


def judge(text: str) -> list[Problem]:
    return check(File(text.encode()), lambda name: "it is not here")


def _ports() -> list[Answer]:
    names = {
        "eth0": ("1", "outside", True),
        "eth1": ("2", "inside", True),
        "eth2": ("3", "", False),
    }
    return [
        {
            "label": label,
            "name": name,
            "role": role,
            "path": f"pci0000:00/0000:00:0{label}.0",
            "mac": f"00:0d:b9:00:00:0{label}",
            "driver": "igb",
            "link": link,
            "speed": 1000 if link else 0,
            "pinned": bool(role),
            "problem": "",
            "proposed": "",
        }
        for name, (label, role, link) in names.items()
    ]


class FakeAuthority:
    """The real authority's verbs, on files in memory, with small keys made by no chance at all."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}
        self.applied = 0
        self._desk = AuthorityDesk(self._read, self.files.__setitem__, Random(3).randbytes)

    def _read(self, name: str) -> File | str:
        return File(self.files[name].encode()) if name in self.files else "it is not here"

    def answer(self, request: Answer) -> Answer:
        if request["verb"] == "ca.apply":
            self.applied += 1
            return {}
        found = self._desk.answer({**request, "bits": 1024}, 1_800_000_000.0)
        if found.pop("data", None) is not None:
            found["path"] = f"/run/postern-files/{request.get('path') or 'a-file'}"
        return found


@dataclass
class FakeBox:
    """What the box agent would say. `asked` holds every request but the looks at the status."""

    user: Who = Who("ada", "console")
    claimed: bool = True
    text: str = CONFIG
    now: float = 1000.0
    asked: list[Answer] = field(default_factory=list)
    ports: list[Answer] = field(default_factory=_ports)
    refuses: dict[str, tuple[str, str]] = field(default_factory=dict)
    update: Answer = field(default_factory=lambda: {"state": "idle", "percent": 0, "error": ""})
    status: Answer = field(default_factory=dict)  # instead of what the status usually says
    users: list[Answer] = field(default_factory=lambda: [{"name": "PRESS\\ada", "lm": True}])
    lan: dict[str, str] = field(default_factory=dict)  # pppd's files
    plugged_at_look: int = 0  # at which look at the ports the third has a cable; 0 is never

    def __post_init__(self) -> None:
        self.store = MemoryStore(self.text)
        self.desk = ConfigDesk(
            self.store, judge, lambda change: None, lambda told: None, boot="b1", factory=CONFIG
        )
        self.desk.start(self.now)
        self.authority = FakeAuthority()

    def answer(self, request: Answer) -> Answer:
        verb = str(request.get("verb"))
        if verb == "status":
            return {"ok": True, "result": self._status() | self.status}
        self.asked.append(request)
        if verb in self.refuses:
            error, hint = self.refuses[verb]
            return {"ok": False, "error": error, "hint": hint}
        if self.desk.answers(request):
            return self.desk.answer(request, self.user, Moment(self.now, 1_800_000_000.0))
        try:
            return {"ok": True, "result": self._other(verb, request)}
        except Refused as error:
            return {"ok": False, "error": str(error), "hint": error.hint}

    def _status(self) -> Answer:
        return {
            "version": "0.1.0",
            "hostname": "gw-lab-1",
            "claimed": self.claimed,
            "board": {"id": "qemu", "name": "QEMU", "evidence": "nothing was booted"},
            "slots": {
                "booted": "a",
                "a": {"state": "good", "version": "0.1.0"},
                "b": {"state": "empty", "version": ""},
            },
            "clock_ok": True,
            "fingerprints": list(PRINTS),
            "addresses": {"outside": ["203.0.113.9/24"], "inside": ["10.10.0.1/24"]},
            "ram_used_kb": 150_000,
            "uptime_s": 4000.0,
            **self.desk.status(self.now),
        }

    def _other(self, verb: str, request: Answer) -> Any:
        if verb == "claim":
            self.claimed = True
        elif verb == "ports":
            looks = self.verbs().count("ports")
            self.ports[2]["link"] = 0 < self.plugged_at_look <= looks
            return self.ports
        elif verb == "users":
            return {"users": self.users}
        elif verb.startswith("users.lan"):
            return self._lan(verb, request)
        elif verb == "ports.assign":
            kept = {port["path"]: port["role"] for port in self.ports}
            return {"roles": kept | request["assignments"]}
        elif verb == "upgrade.status":
            return self.update
        elif verb.startswith("ca."):
            return self.authority.answer(request)
        elif verb == "support":
            path = "" if request.get("list") else "/run/bundle.tar.gz"
            return {"path": path, "contents": ["journal.txt", "config.toml"]}
        return ANSWERS.get(verb, {})

    def _lan(self, verb: str, request: Answer) -> Answer:
        routes = lan_routes(self.desk.changes.texts)
        name, route = request.get("name", ""), request.get("route", "")
        if verb == "users.lan.add":
            self.lan.update(with_user(self.lan, routes, name, route, request["password"]))
        elif verb == "users.lan.remove":
            self.lan.update(without_user(self.lan, name, route))
        return {"users": [asdict(one) for one in users_in(self.lan, routes)]}

    def verbs(self) -> list[str]:
        return [str(one["verb"]) for one in self.asked]


WRONG_KEY = Diagnosis(
    "wrong-key",
    "Client press-3 has another pre-shared key; enter the same key at both ends again.",
    "Enter the same key at both ends again",
    ("It was not let through: wrong key.",),
    Shown((678,), (789, 792)),
    True,
    90,
    3,
    "203.0.113.9:61001",
    40.0,
)


def session(number: int, **changes: Any) -> SessionView:
    usual: dict[str, Any] = {
        "id": number,
        "client": f"press-{number}",
        "peer": f"203.0.113.10:{61000 + number}",
        "state": "up",
        "since": 3723.0,
        "natt": "draft-02n",
        "route": "old-nt4",
        "server": "10.10.0.2:1723",
        "user": "anna",
        "client_ip": "10.10.0.50",
        "bytes_in": 1200,
        "bytes_out": 91_000,
    }
    return SessionView(**(usual | changes))


@dataclass
class FakeDaemon:
    """What the gateway's daemon would say."""

    sessions: list[SessionView] = field(default_factory=lambda: [session(7), session(8)])
    status: StatusView = StatusView(
        version="0.1.0", sessions=2, half_open=1, rules_ok=True, firewall="nftables"
    )
    account: list[Answer] = field(
        default_factory=lambda: [{"ms": 0, "text": "Client 203.0.113.10:500 began to dial."}]
    )
    asked: list[Answer] = field(default_factory=list)
    diagnosis: Diagnosis = WRONG_KEY

    def answer(self, request: Answer) -> Answer:
        self.asked.append(request)
        match request:
            case {"verb": "explain", "word": "nobody"}:
                return {"ok": False, "error": "nobody is no client's name", "hint": "Name it"}
            case {"verb": "explain", "word": _}:
                return {"ok": True, "result": {"diagnoses": [diagnosis_to_json(self.diagnosis)]}}
            case {"verb": "explain"}:
                one = {"machine": "press-3", "diagnosis": diagnosis_to_json(self.diagnosis)}
                return {"ok": True, "result": {"machines": [one]}}
            case {"verb": "status"}:
                return {"ok": True, "result": to_json(self.status)}
            case {"verb": "sessions"}:
                return {"ok": True, "result": [to_json(one) for one in self.sessions]}
            case {"verb": "session", "id": number}:
                found = next((to_json(one) for one in self.sessions if one.id == number), None)
                return {"ok": True, "result": {"session": found, "account": self.account}}
            case {"verb": "disconnect", "id": number}:
                self.sessions = [one for one in self.sessions if one.id != number]
                return {"ok": True, "result": {"closed": [number]}}
        return {"ok": False, "error": "this daemon does not know that", "hint": "Look"}


@contextmanager
def listening(path: Path, handler: Handler) -> Iterator[str]:
    """A real control socket with this handler behind it, in a thread of its own."""
    control = ControlSocket(path, handler)
    done, over = os.pipe()

    def serve() -> None:
        while done not in select.select([control.fileno(), done], [], [])[0]:
            control.serve(0.0)

    thread = Thread(target=serve)
    thread.start()
    try:
        yield str(path)
    finally:
        os.close(over)  # which `done` then shows
        thread.join(60)
        os.close(done)
        control.close()


@contextmanager
def both(folder: Path, box: FakeBox, daemon: FakeDaemon) -> Iterator[tuple[str, str]]:
    """The sockets of both."""
    with (
        listening(folder / "box.sock", box.answer) as box_path,
        listening(folder / "control.sock", daemon.answer) as daemon_path,
    ):
        yield box_path, daemon_path


@contextmanager
def ends_of(folder: Path, box: FakeBox, daemon: FakeDaemon) -> Iterator[Ends]:
    """Both as the menu sees them, asked by ada on the box's own console."""
    with both(folder, box, daemon) as (box_path, daemon_path):
        yield Ends(box_path, daemon_path, User("ada", "console"))


def talk(ends: Ends, *typed: str) -> str:
    """What the plain menu writes while these lines are typed."""
    out = StringIO()
    lines = StringIO("".join(f"{line}\n" for line in typed))
    Plain(ends, Walk(Home(ends)), lines, out, fit_letters).run(may_change=False)
    return out.getvalue()
