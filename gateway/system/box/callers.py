"""Who asks: by the user of the process at the other end, and the connection it hangs on.

What the request says of that is believed only where nothing follows from it. On the box there are
two kinds of people: whoever sits at a console of it (root, with no SSH above), and administrators,
who have no other way in than SSH.
"""

import pwd
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from gateway.control.changes_outputs import Who
from gateway.system.control_socket import Peer

CONSOLE: Final = "console"
FACES: Final = ("ssh", "cli", "ansible")  # that somebody from outside may call theirs
MOST_PARENTS: Final = 64
_STAT: Final = re.compile(r"\d+ \((.*)\) \S (\d+)", re.DOTALL)
_NO_SESSION: Final = "4294967295"  # proc(5): no login has set one


def who_asks(peer: Peer | None, request: Mapping[str, Any], root: Path = Path("/")) -> Who:
    """The caller as far as the kernel knows it; nobody at all without a peer."""
    if peer is None:
        return Who("", "cli")
    server = next(_ssh_above(peer.pid, root), 0)
    if peer.uid == 0 and not server and not _login_session(peer.pid, root):
        face = request.get("face")
        return Who(CONSOLE, face if face in ("cli", "ansible") else CONSOLE)
    session = f"ssh:{server}" if server else _login_session(peer.pid, root)
    face = request.get("face")
    return Who(_name(peer.uid), face if face in FACES else "ssh", session, remote=True)


def at_the_box(who: Who) -> bool:
    """Whether this person can touch the box."""
    return not who.remote and who.user == CONSOLE


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _ssh_above(pid: int, root: Path) -> Iterator[int]:
    """The processes of sshd that this one descends from, the nearest first: one connection's."""
    for _ in range(MOST_PARENTS):
        try:
            found = _STAT.match((root / f"proc/{pid}/stat").read_text(errors="replace"))
        except OSError:
            return
        if found is None or pid <= 1:
            return
        if found[1].startswith("sshd"):
            yield pid
        pid = int(found[2])


def _login_session(pid: int, root: Path) -> str:
    """What PAM gave the login this process comes from: it stays when parents go (proc(5))."""
    try:
        found = (root / f"proc/{pid}/sessionid").read_text().strip()
    except OSError:
        return ""
    return "" if found in ("", "0", _NO_SESSION) else f"login:{found}"
