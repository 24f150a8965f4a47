"""The box's SSH key, as its console shows it and as known_hosts has it (sshd(8))."""

from __future__ import annotations

import base64
import hashlib
import re

KIND = "ssh-ed25519"
PRINT = re.compile(r"SHA256:[A-Za-z0-9+/]{43}")


def fingerprint_in(text: str) -> str:
    """The fingerprint in what somebody has copied from a console; empty if there is none."""
    found = PRINT.search(text)
    return found[0] if found else ""


def fingerprint_of(key: str) -> str:
    """That of a key in base64; empty for what is none."""
    try:
        blob = base64.b64decode(key, validate=True)
    except ValueError:
        return ""
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def name_in_file(host: str, port: int) -> str:
    return host if port == 22 else f"[{host}]:{port}"


def scanned(out: str) -> list[str]:
    """The keys that ssh-keyscan has found."""
    rows = [line.split() for line in out.splitlines() if not line.startswith("#")]
    return [row[2] for row in rows if len(row) == 3 and row[1] == KIND]


def recorded(text: str, name: str, key: str) -> str:
    """The file's text with this key, and no other, for the host of that name."""
    kept = [line for line in text.splitlines() if line.split()[:1] != [name]]
    return "\n".join([*kept, f"{name} {KIND} {key}"]) + "\n"


def keys_in(text: str, name: str) -> list[str]:
    rows = [line.split() for line in text.splitlines()]
    return [row[2] for row in rows if len(row) >= 3 and row[:2] == [name, KIND]]
