"""Starting the gateway or the whole box again, and switching it off: who did it and why is kept."""

from collections.abc import Callable
from typing import Final

from gateway.control.problems import printable
from gateway.system.box.disk import write_record
from gateway.system.box.places import Places
from gateway.system.run import Run, run

RECORD: Final = "last-stop.json"
RESCUE_NEXT: Final = ("grub-editenv", "/boot/efi/grub/grubenv", "set", "NEXT=R")
LONGEST: Final = 200  # letters of a reason


class Power:
    """`systemctl` does it without waiting, so that whoever asked is answered first."""

    def __init__(
        self, places: Places, tool: Run = run, leaving: Callable[[bool], None] = lambda back: None
    ) -> None:
        """`leaving` hears that the box stops, and whether it starts again at once, as it is."""
        self._record = places.state / RECORD
        self._run = tool
        self._leaving = leaving

    def restart_gateway(self) -> None:
        self._run(["systemctl", "restart", "--no-block", "postern.service"], "")

    def reboot(self, reason: object, by: str, *, rescue: bool = False) -> None:
        """`rescue`: once into the rescue system, which ends by itself (image/grub/grub.cfg)."""
        if rescue:
            self._run([*RESCUE_NEXT], "")
        self._leaving(not rescue)
        self._stop("reboot", reason, by)

    def poweroff(self, reason: object, by: str) -> None:
        self._leaving(False)
        self._stop("poweroff", reason, by)

    def _stop(self, verb: str, reason: object, by: str) -> None:
        text = " ".join(reason.split()) if isinstance(reason, str) else ""
        told = printable(text)[:LONGEST]
        write_record(self._record, {"what": verb, "reason": told, "by": by})
        self._run(["systemctl", verb, "--no-block"], "")
