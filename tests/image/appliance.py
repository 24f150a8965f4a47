"""A box under test: QEMU, its console, its root shell, and questions to its agent and gateway."""

import json
import re
import shlex
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from image.programs import run
from image.qemu import Box, Firmware, Machine, Net, copy_on_write
from tests.image.console import Console
from tests.image.line import Line
from tests.image.probe import Probe, ProbeFailed

BOX_SOCKET = "/run/postern-box/box.sock"
GATEWAY_SOCKET = "/run/postern/control.sock"
GRUB = r"postern: booting slot (\w) \(tries A=(\d) B=(\d) order=([AB ]+)\)"
BOOT = 420.0  # seconds of software emulation, on a machine that does other things too
BUSY = 120.0  # seconds for which an agent that is in the middle of something is asked again
WHY = "systemctl --no-pager list-jobs; systemctl --failed; journalctl -b --no-pager | tail -60"
ASK = (
    "import json,socket,sys;s=socket.socket(socket.AF_UNIX);s.settimeout(100);"
    "s.connect(sys.argv[1]);s.sendall(sys.argv[2].encode()+b'\\n');print(s.makefile().readline())"
)


@dataclass(frozen=True, slots=True)
class Boot:
    """One start by the firmware, as GRUB told it. `at` on the test's own clock, seconds."""

    slot: str
    tries_a: int
    tries_b: int
    at: float


class Appliance:
    """`with Appliance(box) as box:` switches it on, and pulls the plug at the end."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.machine = Machine(box)
        try:
            self._lines = [Line(self.machine.connect(p)) for p in (box.serial, box.probe_socket)]
            self.console, self.probe = Console(self._lines[0]), Probe(self._lines[1])
        except BaseException:
            self.machine.power_cut()
            raise

    def __enter__(self) -> "Appliance":
        return self

    def __exit__(self, *_: object) -> None:
        self.console.read(0)
        self.machine.power_cut()
        for line in self._lines:
            line.close()
        name = self.box.place / "console.txt"
        name.write_text(self.console.text + "\n")

    def boot(self, seconds: float = BOOT) -> Boot:
        """The next time that GRUB chooses a slot."""
        found = self.console.wait_said(GRUB, seconds)
        return Boot(found[1], int(found[2]), int(found[3]), time.monotonic())

    def accepting(self, seconds: float = BOOT) -> float:
        """Until the gateway takes dials; when that was, on the test's own clock.

        Nobody asks before a menu is there: the box is as busy as it is slow.
        """
        self.menu(seconds)
        self.probe.start(seconds)
        unit = "systemctl show -P ActiveEnterTimestampMonotonic postern.service"
        self._reached("postern.service", seconds)
        since = int(self.probe(unit)) / 1e6
        uptime = float(self.probe("cat /proc/uptime").split()[0])
        return time.monotonic() - (uptime - since)

    def confirmed(self, seconds: float = BOOT) -> None:
        """Until this slot is marked good, and the rescue copy is made."""
        self.probe.start(seconds)
        self._reached("postern-confirmed.target", seconds)

    def _reached(self, unit: str, seconds: float) -> None:
        try:
            self.probe.until(f"systemctl -q is-active {unit}", seconds)
        except ProbeFailed as failure:
            raise ProbeFailed(f"{failure}\n{self.probe.ask(WHY)[1]}") from None

    def menu(self, seconds: float = BOOT) -> str:
        """Until a menu is on the serial console: claimed or not."""
        self.console.wait("?: help", seconds)
        return self.console.text

    def off(self) -> None:
        """In order, as an administrator would."""
        self.ask("poweroff", reason="the test is over")
        assert self.machine.wait(90), "the box does not switch itself off"

    def ask(self, verb: str, **arguments: object) -> Any:
        """The `result` of a verb of the box agent."""
        return self._ask(BOX_SOCKET, verb, arguments)

    def ask_gateway(self, verb: str, **arguments: object) -> Any:
        return self._ask(GATEWAY_SOCKET, verb, arguments)

    def slots(self, seconds: float = 120.0) -> Any:
        """What the status says of both slots, once RAUC has told the agent."""
        end = time.monotonic() + seconds
        while not (found := self.ask("status")["slots"])["booted"]:
            assert time.monotonic() < end, "RAUC says nothing of the slots"
            time.sleep(2)
        return found

    def environment(self) -> dict[str, str]:
        """What GRUB will read next time."""
        text = self.probe("cat /boot/efi/grub/grubenv")
        return dict(re.findall(r"^(\w+)=([^#\n]*)", text, re.MULTILINE))

    def _ask(self, path: str, verb: str, arguments: dict[str, object]) -> Any:
        request = shlex.quote(json.dumps({"verb": verb, **arguments}))
        end = time.monotonic() + BUSY
        while True:
            answer = json.loads(self.probe(f"python3 -c {shlex.quote(ASK)} {path} {request}", 120))
            if "busy" not in answer or time.monotonic() > end:
                break
            time.sleep(1)
        assert answer["ok"], f"{verb}: {answer.get('error')}; {answer.get('hint')}"
        return answer["result"]


def make_box(
    image: Path,
    place: Path,
    firmware: Firmware = "bios",
    nets: tuple[Net, ...] = (Net(), Net()),
    drives: tuple[Path, ...] = (),
) -> Box:
    """A box with a disk of its own, which is made from `image` if there is none yet: from that of
    the build, or from the disk of a box that was switched off."""
    disk = place / "disk.qcow2"
    if not disk.exists():
        _own_disk(image, disk)
    return Box(disk, place, firmware=firmware, nets=nets, drives=drives, probe=True)


def _own_disk(image: Path, disk: Path) -> None:
    if image.suffix != ".qcow2":
        copy_on_write(image, disk)
        return
    disk.parent.mkdir(parents=True, exist_ok=True)
    made = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "qcow2", "-b", str(image.resolve())]
    run([*made, str(disk)])
