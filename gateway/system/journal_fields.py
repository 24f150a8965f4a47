"""The journal's own protocol: a line with named fields, by which it can be asked.

systemd.journal-fields(7) and "Native Journal Protocol": one datagram an entry. What the journal
does not take is not lost: whoever asked writes it as a plain line.
"""

import socket
from collections.abc import Mapping
from struct import Struct
from typing import Final

from gateway.control.hints import cause_of
from gateway.control.problems import printable
from gateway.outputs import Fact, What

SOCKET: Final = "/run/systemd/journal/socket"
IDENTIFIER: Final = "postern"
MOST_MACHINES: Final = 1024  # dials whose machine is remembered, the newest
_LENGTH: Final = Struct("<Q")


class Machines:
    """Which machine a dial is of, once it has been told: the facts behind that do not say it."""

    def __init__(self) -> None:
        self._known: dict[int, str] = {}

    def of(self, fact: Fact) -> str:
        """Empty where nobody has proved to be one."""
        name = fact.details.get("client", "")
        if name and fact.dial:
            self._known.pop(fact.dial, None)
            self._known[fact.dial] = name
            if len(self._known) > MOST_MACHINES:
                del self._known[next(iter(self._known))]
        return name or self._known.get(fact.dial, "")

    def __len__(self) -> int:
        return len(self._known)


def fields_of(fact: Fact, machine: str) -> dict[str, str]:
    """What a fact can be found by; all of it is in its sentence or its details as well."""
    found = {
        "POSTERN_FACT": fact.what.value,
        "POSTERN_MACHINE": machine,
        "POSTERN_SESSION": str(fact.dial) if fact.dial else "",
        "POSTERN_PEER": fact.peer,
        "POSTERN_ROUTE": fact.details.get("route", ""),
        "POSTERN_SERVER": fact.details.get("server", ""),
    }
    if fact.what is What.REFUSED:
        details = fact.details
        cause = cause_of(details.get("reason", ""), details.get("detail", ""))
        found["POSTERN_CAUSE"] = cause.value
    return {name: printable(value) for name, value in found.items() if value}


def build_entry(fields: Mapping[str, str]) -> bytes:
    """One datagram. A value with a line break has its length before it."""
    pieces = []
    for name, value in fields.items():
        data = value.encode("utf-8", "backslashreplace")
        if b"\n" in data:
            pieces.append(name.encode() + b"\n" + _LENGTH.pack(len(data)) + data + b"\n")
        else:
            pieces.append(name.encode() + b"=" + data + b"\n")
    return b"".join(pieces)


class Native:
    """The journal's socket. It waits for nobody."""

    def __init__(self, path: str = SOCKET) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)

    def __call__(self, level: int, text: str, fields: Mapping[str, str]) -> bool:
        """Whether the journal has it."""
        head = {"MESSAGE": text, "PRIORITY": str(level), "SYSLOG_IDENTIFIER": IDENTIFIER}
        try:
            self._socket.sendto(build_entry({**head, **fields}), self._path)
        except OSError:
            return False
        return True

    def close(self) -> None:
        self._socket.close()
