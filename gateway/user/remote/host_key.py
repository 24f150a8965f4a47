"""A box's SSH key, as its console shows it and as known_hosts has it (sshd(8)). No I/O.

Ansible's module `claim` has the same few lines: a collection is installed without the gateway.
`tests/unit/user/remote/test_host_key.py` holds the two together.
"""

import base64
import hashlib
import re
from typing import Final

_PRINT: Final = re.compile(r"SHA256:[A-Za-z0-9+/]{43}(?![A-Za-z0-9+/])")


def fingerprint_in(text: str) -> str:
    """The one fingerprint in what somebody has copied; empty if there is none, or several."""
    found = set(_PRINT.findall(text))
    return found.pop() if len(found) == 1 else ""


def fingerprint_of(blob: bytes) -> str:
    return "SHA256:" + base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")


def name_in_file(address: str, port: int) -> str:
    return address if port == 22 else f"[{address}]:{port}"


def recorded(text: str, name: str, kind: str, key: str) -> str:
    """The file's text with this key (base64), and no other, for the host of that name."""
    kept = [line for line in text.splitlines() if line.split()[:1] != [name]]
    return "\n".join([*kept, f"{name} {kind} {key}"]) + "\n"


def keys_in(text: str, name: str) -> list[tuple[str, str]]:
    """Kind and key (base64) of each line for that name."""
    rows = [line.split() for line in text.splitlines()]
    return [(row[1], row[2]) for row in rows if len(row) >= 3 and row[0] == name]
