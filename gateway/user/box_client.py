"""Talking to the box agent: what the menu and the commands ask of the box as a whole.

The same one-line protocol as the daemon's (`client.py`); the answers are in `box_views.py`.
"""

import getpass
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from gateway.control.edit import Change
from gateway.control.lan_users import LanUser
from gateway.control.problems import Problem
from gateway.user.box_views import (
    BoxStatus,
    Finding,
    Past,
    Port,
    Upgrading,
    box_status,
    read_finding,
    read_lan_user,
    read_lines,
    read_list,
    read_number,
    read_past,
    read_port,
    read_problems,
    read_table,
    read_text,
    read_whole,
    spoken,
)
from gateway.user.client import Absence, End, Words

SOCKET: Final = "/run/postern-box/box.sock"
LONG: Final = 180.0  # seconds for a self-test, a support bundle, a capture
INSTALL: Final = 3600.0  # seconds for an update: a slow stick in a slow box
CONFIRM_S: Final = 300  # seconds until a change that nobody confirms is taken back
WORDS: Final = Words(
    "the box agent",
    "Look in its journal: journalctl -u postern-box",
    "It runs on the appliance only: systemctl start postern-box, or name its socket in "
    "$POSTERN_BOX_SOCKET",
    "Look whether postern-box still runs: systemctl status postern-box",
)


def socket_path(given: str | None = None) -> str:
    """The option's value, else $POSTERN_BOX_SOCKET, else the usual place."""
    return given or os.environ.get("POSTERN_BOX_SOCKET") or SOCKET


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks, and by which face; the agent knows the user by the socket and believes that."""

    user: str
    face: str
    connection: str = ""  # of SSH: client and server, each with its port

    @staticmethod
    def here(face: str = "") -> "Who":
        """This process: over SSH, or on a console of the box itself."""
        connection = os.environ.get("SSH_CONNECTION", "")
        try:
            user = getpass.getuser()
        except (KeyError, OSError):  # a user without a name
            user = str(os.getuid())
        return Who(user, face or ("ssh" if connection else "console"), connection)

    def told(self) -> dict[str, object]:
        return {"user": self.user, "face": self.face, "connection": self.connection}


class Box(End):
    """The box agent. Every method may raise a `DaemonError`."""

    def __init__(
        self,
        path: str | None = None,
        patience: float | None = None,
        absence: Absence | None = None,
    ) -> None:
        super().__init__(socket_path(path), WORDS, patience, absence)

    def status(self) -> BoxStatus:
        return box_status(read_table(self.ask("status")))

    def claim(self, name: str, ssh_key: str) -> None:
        self.ask("claim", name=name, ssh_key=ssh_key)

    def console_code(self) -> tuple[str, float]:
        """For a login at the box's console, and for how many seconds it is good."""
        found = read_table(self.ask("console.code"))
        return read_text(found, "code"), read_number(found, "seconds")

    def log_in(self, code: str) -> None:
        """At the console this process is on."""
        self.ask("console.login", code=code)

    def log_in_without(self, typed: str) -> None:
        """The same by the box's own name: everybody hears of it."""
        self.ask("console.login", typed=typed)

    def seen(self) -> None:
        """Whoever was let in without a code was seen."""
        self.ask("console.seen")

    def board(self) -> dict[str, Any]:
        return read_table(self.ask("board"))

    def report(self) -> str:
        return read_text(read_table(self.ask_slowly("board.report", LONG)), "path")

    def ports(self) -> list[Port]:
        return [read_port(read_table(one)) for one in read_list(self.ask("ports"))]

    def assign(self, roles: Mapping[str, str]) -> dict[str, Any]:
        """Roles by the ports' paths; those of all ports, as they hold when it is applied."""
        found = read_table(self.ask("ports.assign", assignments=dict(roles)))
        return read_table(found.get("roles", {}))

    def blink(self, path: str, seconds: int) -> None:
        self.ask_slowly("ports.blink", seconds + 10.0, path=path, seconds=seconds)

    def config(self, which: str, *, masked: bool) -> tuple[str, str]:
        """The candidate, the running or the saved configuration; the candidate's revision."""
        found = read_table(self.ask("config.show", which=which, masked=masked))
        return read_text(found, "text"), read_text(found, "revision")

    def change(self, changes: Sequence[Change], base: str) -> list[Problem]:
        """Make changes in the candidate of that revision, whatever the judge says of it."""
        wanted = [asdict(change) for change in changes]
        return read_problems(self.ask_slowly("config.set", LONG, changes=wanted, base=base))

    def users(self) -> list[dict[str, Any]]:
        """Whose passwords are stored: `name`, and `lm` if the older hash is, too."""
        found = read_table(self.ask("users"))
        return [read_table(one) for one in read_list(found.get("users"))]

    def store_user(self, name: str, password: str, *, lm: bool) -> bool:
        """Whether it was another before, or none."""
        found = self.ask_slowly("users.add", LONG, name=name, password=password, lm=lm)
        return read_table(found or {}).get("changed") is not False

    def forget_user(self, name: str) -> None:
        self.ask_slowly("users.remove", LONG, name=name)

    def lan_users(self) -> list[LanUser]:
        """Who stands in pppd's files, for routes into the LAN."""
        found = read_table(self.ask("users.lan"))
        return [read_lan_user(read_table(one)) for one in read_list(found.get("users"))]

    def store_lan_user(self, name: str, route: str, password: str) -> None:
        self.ask_slowly("users.lan.add", LONG, name=name, route=route, password=password)

    def forget_lan_user(self, name: str, route: str) -> None:
        self.ask_slowly("users.lan.remove", LONG, name=name, route=route)

    def check(self) -> list[Problem]:
        """What the judge says of the candidate."""
        return read_problems(self.ask_slowly("config.check", LONG))

    def diff(self, number: int | None = None) -> tuple[list[str], str]:
        """What the candidate, or that number of the history, would change; secrets masked.

        The second is the candidate's revision.
        """
        more = {} if number is None else {"from": "running", "number": number}
        found = read_table(self.ask("config.diff", **more))
        return read_lines(found, "lines"), read_text(found, "revision")

    def apply(self, who: Who, comment: str, deadline_s: int, base: str) -> float:
        """Make the candidate of that revision run; in how many seconds it goes back."""
        more = {"comment": comment, "deadline_s": deadline_s, "base": base, **who.told()}
        answer = self.ask_slowly("config.apply", LONG, **more)
        return read_number(read_table(answer or {}), "deadline_s")

    def confirm(self, who: Who) -> None:
        self.ask_slowly("config.confirm", LONG, **who.told())

    def revert(self, who: Who) -> None:
        self.ask_slowly("config.revert", LONG, **who.told())

    def discard(self, who: Who) -> None:
        self.ask("config.discard", **who.told())

    def history(self) -> list[Past]:
        return [read_past(read_table(one)) for one in read_list(self.ask("config.history"))]

    def restore(self, number: int, who: Who) -> None:
        """Make an old configuration the candidate."""
        self.ask("config.restore", number=number, **who.told())

    def sealed(self) -> str:
        """The copy that a factory reset has kept, as lines that `age` opens."""
        return read_text(read_table(self.ask("config.sealed")), "text")

    def recordings(self) -> list[str]:
        """Of which machines a handshake is kept, by which updates are tried."""
        return read_lines(read_table(self.ask("recordings")), "names")

    def keep_recording(self, client: str, text: str) -> None:
        self.ask_slowly("recordings.keep", LONG, name=client, text=text)

    def forget_recording(self, client: str) -> None:
        self.ask("recordings.forget", name=client)

    def upgrade(self, path: str, older: bool = False) -> str:
        """Install an update, which takes minutes; its version, which may be an `older` one."""
        more = {"older": True} if older else {}
        found = self.ask_slowly("upgrade", INSTALL, path=path, **more)
        return read_text(read_table(found), "version")

    def upgrading(self) -> Upgrading:
        found = read_table(self.ask("upgrade.status"))
        return Upgrading(
            read_text(found, "state"), read_whole(found, "percent"), read_text(found, "error")
        )

    def rollback(self) -> None:
        self.ask_slowly("rollback", LONG)

    def selftest(self, which: str = "all") -> list[Finding]:
        return [
            read_finding(read_table(one))
            for one in read_list(self.ask_slowly("selftest", LONG, which=which))
        ]

    def support_contents(self) -> list[str]:
        """What would be in the bundle."""
        return read_lines(read_table(self.ask_slowly("support", LONG, list=True)), "contents")

    def support(self, path: str) -> tuple[str, list[str]]:
        """Where the bundle was written, and what is in it."""
        found = read_table(self.ask_slowly("support", LONG, path=path))
        return read_text(found, "path"), read_lines(found, "contents")

    def kit(self, wanted: Mapping[str, object]) -> tuple[str, list[str]]:
        """Make what is needed at an old machine (`control/kits.py`); where it is, and its lines."""
        found = read_table(self.ask_slowly("kit", LONG, **wanted))
        return read_text(found, "path"), read_lines(found, "told")

    def ping(self, host: str) -> list[str]:
        return spoken(self.ask_slowly("network.ping", 60.0, host=host))

    def link(self) -> list[str]:
        return spoken(self.ask("link"))

    def capture(self, port: str, seconds: int, packets: int, path: str = "") -> str:
        """Where the packets are, in memory or on the stick."""
        wanted = {"port": port, "seconds": seconds, "packets": packets, "path": path}
        found = self.ask_slowly("capture", seconds + 30.0, **wanted)
        return read_text(read_table(found), "path")

    def trace(self, target: str, seconds: int, packets: int, path: str) -> str:
        """Record one machine's packets into RAM, or with `path` usb on the stick; where it is."""
        patience = seconds + 60.0
        bounds = {"seconds": seconds, "packets": packets, "path": path}
        found = self.ask_slowly("trace", patience, target=target, **bounds)
        return read_text(read_table(found), "path")

    def restart_gateway(self) -> None:
        self.ask_slowly("restart-gateway", 60.0)

    def reboot(self, reason: str, *, rescue: bool = False) -> None:
        """`rescue`: once into the rescue system."""
        self.ask("reboot", reason=reason, **({"rescue": True} if rescue else {}))

    def poweroff(self, reason: str) -> None:
        self.ask("poweroff", reason=reason)

    def factory_reset(self, typed: str, *, wipe: bool) -> None:
        self.ask_slowly("factory-reset", LONG, typed=typed, wipe=wipe)
