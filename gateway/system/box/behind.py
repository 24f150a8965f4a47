"""The address that directors answer for: here it is on loopback, and nobody hears of it by ARP.

A director hands packets on as they are (direct routing), so this box must know their address as its
own; and it must say so to nobody outside, where the director has it (ip-sysctl, `arp_ignore` and
`arp_announce`).
"""

from typing import Final

from gateway.control.companions import Fleet
from gateway.system.box.disk import write_file
from gateway.system.box.places import Places
from gateway.system.forwarding import SWITCHES
from gateway.system.run import Run, run
from gateway.wire.ipv4 import host_text

QUIET: Final = {"arp_ignore": "1", "arp_announce": "2"}


class Behind:
    """What is in force is in a small file, for an agent that is started anew."""

    def __init__(self, places: Places, tool: Run = run) -> None:
        self._noted = places.fleet
        self._root = places.root
        self._run = tool

    def apply(self, fleet: Fleet, outside: str) -> None:
        """Make it so; `ToolFailed` or OSError if that cannot be. `outside` is the kernel's name."""
        before = self._noted.read_text() if self._noted.exists() else ""
        wanted = host_text(fleet.address) if fleet.address is not None else ""
        if not before and not wanted:
            return
        self._set_quiet(outside, quiet=bool(wanted))
        if before and before != wanted:
            self._run(["ip", "address", "delete", f"{before}/32", "dev", "lo"], "")
            self._noted.unlink()
        if wanted:
            self._run(["ip", "address", "replace", f"{wanted}/32", "dev", "lo"], "")
            write_file(self._noted, wanted.encode())

    def _set_quiet(self, outside: str, *, quiet: bool) -> None:
        for name, value in QUIET.items():
            switch = self._root / SWITCHES / outside / name
            if outside and switch.exists():
                switch.write_text(value if quiet else "0")
