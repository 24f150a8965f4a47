"""Who asks: by the user of the process at the other end, and the connection it hangs on.

What the request says of that is believed only where nothing follows from it. On the box there are
three kinds of people: administrators, who come by SSH; whoever stands at one of its consoles, which
a menu of root's keeps (`consoles.py` says whether they have logged in); and root itself, which is
the box's own programs.
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
_NO_SESSION: Final = "4294967295"  # proc(5): no login has set one
# The unit that keeps a console; a cgroup is inherited, so a shell opened there is in it too.
_UNIT: Final = re.compile(r"/postern-console@([A-Za-z0-9]+)\.service$", re.MULTILINE)
_PARENT, _SESSION, _STARTED = 1, 3, 19  # of the fields behind the name in /proc/PID/stat (proc(5))


def who_asks(peer: Peer | None, request: Mapping[str, Any], root: Path = Path("/")) -> Who:
    """The caller as far as the kernel knows it; nobody at all without a peer."""
    if peer is None:
        return Who("", "cli")
    server = next(_ssh_above(peer.pid, root), 0)
    if peer.uid == 0 and not server and not _login_session(peer.pid, root):
        terminal = _terminal(peer.pid, root)
        face = request.get("face")
        face = face if face in ("cli", "ansible") else CONSOLE
        return Who(CONSOLE, face, terminal, proved=not terminal)
    session = f"ssh:{server}" if server else _login_session(peer.pid, root)
    face = request.get("face")
    return Who(_name(peer.uid), face if face in FACES else "ssh", session, remote=True)


def at_the_box(who: Who) -> bool:
    """Whether this person can touch the box."""
    return not who.remote and bool(who.user)


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _stat(pid: int, root: Path) -> tuple[str, list[str]]:
    """A process's name, which may hold anything, and the fields behind it; nothing without it."""
    try:
        found = (root / f"proc/{pid}/stat").read_text(errors="replace")
    except OSError:
        return "", []
    name, sign, rest = found.partition("(")[2].rpartition(")")
    return (name, rest.split()) if sign else ("", [])


def _ssh_above(pid: int, root: Path) -> Iterator[int]:
    """The processes of sshd that this one descends from, the nearest first: one connection's."""
    for _ in range(MOST_PARENTS):
        name, fields = _stat(pid, root)
        if len(fields) <= _PARENT or pid <= 1:
            return
        if name.startswith("sshd"):
            yield pid
        pid = int(fields[_PARENT])


def _terminal(pid: int, root: Path) -> str:
    """Which console, and which menu on it: another name after every logout. Empty elsewhere."""
    try:
        found = _UNIT.search((root / f"proc/{pid}/cgroup").read_text())
    except OSError:
        return ""
    if found is None:
        return ""
    _, fields = _stat(pid, root)
    leader = int(fields[_SESSION]) if len(fields) > _SESSION else 0
    _, fields = _stat(leader, root)
    since = fields[_STARTED] if len(fields) > _STARTED else "over"
    return f"{CONSOLE}:{found[1]}:{leader}:{since}"


def _login_session(pid: int, root: Path) -> str:
    """What PAM gave the login this process comes from: it stays when parents go (proc(5))."""
    try:
        found = (root / f"proc/{pid}/sessionid").read_text().strip()
    except OSError:
        return ""
    return "" if found in ("", "0", _NO_SESSION) else f"login:{found}"
