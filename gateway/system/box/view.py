"""What the box says of itself: the verb "status", which every console asks all the time."""

import socket
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from gateway import __version__
from gateway.control.ports import Port
from gateway.control.problems import printable

HOST_KEYS: Final = "data/ssh"
ED25519: Final = "ssh-ed25519"


def version(root: Path) -> str:
    """That of the image, or of the program on a machine that is none."""
    found = _settings(root / "usr/lib/os-release")
    return found.get("VERSION_ID", "") if found.get("ID") == "postern" else __version__


def hostname() -> str:
    return socket.gethostname()


def boot_id(root: Path) -> str:
    """One for each start of the machine; empty where there is none."""
    return _read(root / "proc/sys/kernel/random/boot_id").strip()


def is_rescue(root: Path) -> bool:
    return "postern.rescue" in _read(root / "proc/cmdline").split()


def uptime(root: Path) -> float:
    words = _read(root / "proc/uptime").split()
    return float(words[0]) if words else 0.0


def ram_used_kb(root: Path) -> int:
    """What is not there for a program that asks (proc(5), MemAvailable)."""
    rows = dict(line.split(":", 1) for line in _read(root / "proc/meminfo").splitlines())
    try:
        total, free = (int(rows[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
    except (KeyError, ValueError, IndexError):
        return 0
    return total - free


def fingerprints(root: Path) -> list[str]:
    """Of the host's keys, as an SSH client shows them (ssh-keygen(1), -l)."""
    paths = sorted((root / HOST_KEYS).glob("ssh_host_*.pub"))
    return [line for path in paths if (line := _fingerprint(_read(path)))]


def _fingerprint(text: str) -> str:
    """SHA-256 of the key as it goes over the wire; empty for what is no key's line."""
    kind, _, rest = text.strip().partition(" ")
    body, _, comment = rest.partition(" ")
    try:
        blob = b64decode(body, validate=True)
    except ValueError:
        return ""
    if kind != ED25519 or not blob:
        return ""
    digest = b64encode(sha256(blob).digest()).decode().rstrip("=")
    return f"256 SHA256:{digest} {printable(comment)} (ED25519)"


def by_role(
    ports: Sequence[Port], names: Mapping[str, str], addresses: Mapping[str, list[str]]
) -> dict[str, list[str]]:
    """Addresses by the role of the port; a port that is not in use has its own name."""
    roles = {name: role for role, name in names.items() if name}
    roles |= {port.name: port.role for port in ports if port.role in ("outside", "inside")}
    found: dict[str, list[str]] = {role: [] for role in roles.values()}
    for name, hosts in addresses.items():
        found.setdefault(roles.get(name, name), []).extend(hosts)
    return found


def status(
    facts: Mapping[str, Any], notes: Sequence[str], root: Path, host: Callable[[], str] = hostname
) -> dict[str, Any]:
    """`facts` are what the desk knows; the rest is looked up here, and costs nothing."""
    return {
        "version": version(root),
        "hostname": host(),
        "ram_used_kb": ram_used_kb(root),
        "uptime_s": uptime(root),
        "rescue": is_rescue(root),
        "notes": [note for note in dict.fromkeys(notes) if note],
        **facts,
    }


def _settings(path: Path) -> dict[str, str]:
    """Lines `NAME=value` or `NAME="value"` (os-release(5))."""
    pairs = (line.partition("=") for line in _read(path).splitlines())
    return {name: value.strip().strip('"') for name, sign, value in pairs if sign}


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace")
    except OSError:
        return ""
