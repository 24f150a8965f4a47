"""A box in QEMU, without KVM: what `boot` shows on a terminal and what the image's tests drive.

Serial console, monitor and probe are Unix sockets under the machine's folder; all that the serial
console ever said is in serial.log. Nothing here waits for the machine to say something.
"""

import base64
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from image.programs import Failed, run

Firmware = Literal["bios", "uefi"]
OVMF: Final = Path("/usr/share/OVMF")
FIRST_MAC: Final = "52:54:00:70:73:{:02x}"
SOCKET_PATIENCE: Final = 20.0  # seconds
# A root shell on the second serial port, for tests: handed in from outside as a systemd credential,
# so that the very image that is shipped is tested and holds no such thing.
PROBE: Final = """\
[Unit]
Description=Shell of the test
DefaultDependencies=no
After=systemd-udevd.service
IgnoreOnIsolate=yes
[Service]
ExecStart=/bin/sh
Environment=HOME=/root TERM=dumb PS1=probe#
StandardInput=tty-force
StandardOutput=tty
StandardError=tty
TTYPath=/dev/ttyS1
TTYReset=yes
TTYRows=24
TTYColumns=200
Restart=always
RestartSec=0
"""
WANTS_PROBE: Final = "[Unit]\nWants=postern-probe.service\n"


@dataclass(frozen=True, slots=True)
class Net:
    """A port of the box. Without a `tap` it is a network of QEMU's own, one for each port, cut off
    from everything but `forward` (QEMU's hostfwd, say "tcp:127.0.0.1:2222-:22")."""

    tap: str = ""
    forward: str = ""
    model: str = "virtio-net-pci"


@dataclass(frozen=True, slots=True)
class Box:
    """How it is made. `memory` in MiB; `drives` are further disks, read-only, raw; `sticks` may be
    written to."""

    disk: Path
    place: Path
    firmware: Firmware = "bios"
    memory: int = 512
    cpus: int = 1
    nets: tuple[Net, ...] = (Net(), Net())
    drives: tuple[Path, ...] = ()
    sticks: tuple[Path, ...] = ()
    probe: bool = False
    watchdog: str = "i6300esb"
    credentials: Mapping[str, str] = field(default_factory=dict)

    @property
    def serial(self) -> Path:
        return self.place / "serial.sock"

    @property
    def monitor(self) -> Path:
        return self.place / "monitor.sock"

    @property
    def probe_socket(self) -> Path:
        return self.place / "probe.sock"


def copy_on_write(image: Path, disk: Path, gib: int = 2) -> Path:
    """A disk of its own for a box, of this size, that leaves `image` as it is."""
    disk.parent.mkdir(parents=True, exist_ok=True)
    made = ["qemu-img", "create", "-q", "-f", "qcow2", "-F", "raw", "-b", str(image.resolve())]
    run([*made, str(disk), f"{gib}G"])
    return disk


def command(box: Box, on_terminal: bool = False) -> list[str]:
    """QEMU's command line."""
    kind = "qcow2" if box.disk.suffix == ".qcow2" else "raw"
    words = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-name", "postern"]
    words += ["-machine", "q35,accel=tcg", "-cpu", "max", "-m", str(box.memory)]
    words += ["-smp", str(box.cpus), "-display", "none", "-vga", "std"]
    words += ["-drive", f"if=none,id=disk,format={kind},file={box.disk},cache=writeback"]
    words += ["-device", "ide-hd,drive=disk,bus=ide.0,bootindex=0"]
    words += ["-object", "rng-random,id=rng,filename=/dev/urandom"]
    words += ["-device", "virtio-rng-pci,rng=rng"]
    words += ["-rtc", "base=utc", "-device", "qemu-xhci,id=usb"]
    words += _firmware(box) + _watchdog(box) + _nets(box) + _drives(box) + _credentials(box)
    return words + (_terminal() if on_terminal else _sockets(box))


def _firmware(box: Box) -> list[str]:
    if box.firmware == "bios":
        return []
    code = f"if=pflash,format=raw,unit=0,readonly=on,file={OVMF}/OVMF_CODE_4M.fd"
    return ["-drive", code, "-drive", f"if=pflash,format=raw,unit=1,file={_variables(box)}"]


def _variables(box: Box) -> Path:
    """The firmware's own settings: of this machine, kept as long as its folder."""
    return box.place / "uefi.fd"


def _watchdog(box: Box) -> list[str]:
    return ["-device", box.watchdog, "-action", "watchdog=reset"] if box.watchdog else []


def _nets(box: Box) -> list[str]:
    words = []
    for number, net in enumerate(box.nets):
        if net.tap:
            backend = f"tap,id=net{number},ifname={net.tap},script=no,downscript=no"
        else:
            forward = f",hostfwd={net.forward}" if net.forward else ""
            backend = f"user,id=net{number},net=10.0.{2 + number}.0/24,restrict=on{forward}"
        place = f"bus=pcie.0,addr={number + 0x10:#x},mac={FIRST_MAC.format(number + 1)}"
        words += ["-netdev", backend, "-device", f"{net.model},netdev=net{number},{place}"]
    return words


def _drives(box: Box) -> list[str]:
    words = []
    for number, drive in enumerate((*box.drives, *box.sticks)):
        locked = "on" if number < len(box.drives) else "off"
        words += ["-drive", f"if=none,id=more{number},format=raw,readonly={locked},file={drive}"]
        words += ["-device", f"usb-storage,bus=usb.0,drive=more{number},removable=on"]
    return words


def _credentials(box: Box) -> list[str]:
    given = dict(box.credentials)
    if box.probe:
        given["systemd.extra-unit.postern-probe.service"] = PROBE
        for target in ("postern-confirmed", "postern-rescue"):
            given[f"systemd.unit-dropin.{target}.target~probe"] = WANTS_PROBE
    words = []
    for name, value in given.items():
        packed = base64.b64encode(value.encode()).decode()
        words += ["-smbios", f"type=11,value=io.systemd.credential.binary:{name}={packed}"]
    return words


def _terminal() -> list[str]:
    """Ctrl-A X ends it, Ctrl-A C is the monitor."""
    return ["-chardev", "stdio,id=serial,mux=on,signal=off", "-serial", "chardev:serial"] + [
        "-mon",
        "chardev=serial,mode=readline",
    ]


def _sockets(box: Box) -> list[str]:
    log = box.place / "serial.log"
    words = ["-chardev", f"socket,id=serial,path={box.serial},server=on,wait=off,logfile={log}"]
    words += ["-serial", "chardev:serial"]
    if box.probe:
        words += ["-chardev", f"socket,id=probe,path={box.probe_socket},server=on,wait=off"]
        words += ["-serial", "chardev:probe"]
    return words + ["-qmp", f"unix:{box.monitor},server=on,wait=off"]


def prepare(box: Box) -> None:
    """The machine's folder, and the UEFI variables on its first start."""
    box.place.mkdir(parents=True, exist_ok=True)
    if box.firmware == "uefi" and not _variables(box).exists():
        shutil.copyfile(OVMF / "OVMF_VARS_4M.fd", _variables(box))


class Machine:
    """A box that has been switched on."""

    def __init__(self, box: Box) -> None:
        prepare(box)
        for old in (box.serial, box.monitor, box.probe_socket):
            old.unlink(missing_ok=True)
        self.box = box
        with open(box.place / "qemu.log", "wb") as log:
            self.process = subprocess.Popen(
                command(box), stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self._wait_for(box.monitor)

    def __enter__(self) -> "Machine":
        return self

    def __exit__(self, *_: object) -> None:
        self.power_cut()

    def connect(self, path: Path) -> socket.socket:
        """To `box.serial` or `box.probe_socket`: a stream for pexpect's fdspawn."""
        self._wait_for(path)
        found = socket.socket(socket.AF_UNIX)
        found.connect(str(path))
        return found

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def power_cut(self) -> None:
        """At once, whatever it is doing. What the guest had written and not flushed may remain."""
        if self.alive:
            self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def power_button(self) -> None:
        """As a finger would; the box goes down in order."""
        self.ask("system_powerdown")

    def reset(self) -> None:
        self.ask("system_reset")

    def wait(self, seconds: float) -> bool:
        """Whether it went off by itself in this time."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def cpu_seconds(self) -> float:
        """Of processor time used so far."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def link(self, number: int, up: bool) -> None:
        """Plug a cable into port `number` (from 0), or pull it."""
        self.ask("set_link", name=f"net{number}", up=up)

    def screenshot(self, path: Path) -> None:
        """What is on the VGA screen, as PNG."""
        self.ask("screendump", filename=str(path), format="png")

    def ask(self, verb: str, **arguments: object) -> Any:
        """One command of QEMU's own protocol (QMP), and its answer."""
        with self._monitor() as (reading, writing):
            for message in ({"execute": "qmp_capabilities"}, _message(verb, arguments)):
                writing.sendall(json.dumps(message).encode() + b"\n")
                answer = next(one for one in reading if "return" in one or "error" in one)
        if "error" in answer:
            raise Failed(f"QEMU refuses {verb}: {answer['error']}")
        return answer["return"]

    @contextmanager
    def _monitor(self) -> Iterator[tuple[Iterator[dict[str, Any]], socket.socket]]:
        with self.connect(self.box.monitor) as monitor, monitor.makefile("rb") as lines:
            yield (json.loads(line) for line in lines), monitor

    def _wait_for(self, path: Path) -> None:
        end = time.monotonic() + SOCKET_PATIENCE
        while not path.exists():
            if not self.alive or time.monotonic() > end:
                said = (self.box.place / "qemu.log").read_text(errors="replace").strip()
                raise Failed(f"QEMU did not start: {said}")
            time.sleep(0.02)


def _message(verb: str, arguments: dict[str, object]) -> dict[str, object]:
    return {"execute": verb, "arguments": arguments} if arguments else {"execute": verb}
