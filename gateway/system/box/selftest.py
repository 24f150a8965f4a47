"""What the hardware does when asked: ports, chance, ciphers, disk, clock, watchdog.

A test that cannot be made here says so, and is neither good nor bad. Nothing is disturbed: traffic
goes on meanwhile.
"""

import fcntl
import os
import re
from array import array
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from struct import Struct
from typing import Final

from gateway.control.changes_outputs import Refused
from gateway.control.ports import Port
from gateway.system.box.clock import floor, synchronized, wall
from gateway.system.box.places import Places
from gateway.system.run import Run, ToolFailed, run

TESTS: Final = ("ports", "chance", "ciphers", "disk", "clock", "watchdog")
CIPHERS: Final = {"des-ede3-cbc": "3DES", "aes-128-cbc": "AES-128"}
SECONDS: Final = 1  # for each cipher
WORN: Final = 90  # percent of a disk's life, as it counts itself
_SPEED: Final = re.compile(r"^\+F:\d+:[^:]+:([0-9.]+)", re.MULTILINE)
# linux/nvme_ioctl.h: opcode, flags, namespace, two words, metadata, address, two lengths, six
# words, time limit, result. Get Log Page 02h, SMART: 512 bytes.
_NVME: Final = Struct("=BBHIII QQ II 6I II")
_ADMIN_COMMAND, _GET_LOG, _EVERY_NAMESPACE, _SMART = 0xC0484E41, 0x02, 0xFFFFFFFF, 127 << 16 | 2
_LOG: Final = 512  # bytes
_USED: Final = 5  # the byte with the percentage of life used (NVM Express, 5.16.1.3)
ReadLog = Callable[[Path], bytes]


@dataclass(frozen=True, slots=True)
class Finding:
    """`ok` is None where it could not be tested."""

    name: str
    ok: bool | None
    text: str


def self_test(
    which: str, places: Places, ports: Callable[[], Sequence[Port]], tool: Run = run
) -> list[Finding]:
    """One test, or "all"; `Refused` for a test that does not exist. Takes some seconds."""
    if which not in ("", "all", *TESTS):
        raise Refused(f"there is no test {which[:20]!r}", "Known: all, " + ", ".join(TESTS))
    tests: dict[str, Callable[[], Iterator[Finding]]] = {
        "ports": lambda: try_ports(ports()),
        "chance": lambda: try_chance(places.root),
        "ciphers": lambda: try_ciphers(tool),
        "disk": lambda: try_disk(places.root),
        "clock": lambda: try_clock(places, tool),
        "watchdog": lambda: try_watchdog(places.root),
    }
    wanted = TESTS if which in ("", "all") else (which,)
    return [finding for name in wanted for finding in tests[name]()]


def try_ports(ports: Sequence[Port]) -> Iterator[Finding]:
    if not ports:
        yield Finding("ports", None, "no network card was found")
    for port in ports:
        used = port.role in ("outside", "inside")
        speed = f" at {port.speed} Mbit/s" if port.speed else ""  # an emulated card has none
        cable = f"a link{speed}" if port.link else "no link"
        name = f"port {port.label} ({port.role})" if used else f"port {port.label}"
        if port.problem:
            yield Finding(name, False, port.problem)
        else:
            yield Finding(name, port.link if used else None, cable)


def try_chance(root: Path) -> Iterator[Finding]:
    try:
        os.getrandom(32, os.GRND_NONBLOCK)
    except BlockingIOError:
        yield Finding("random numbers", False, "the kernel has not gathered enough chance yet")
        return
    source = _read(root / "sys/class/misc/hw_random/rng_current")
    told = f"hardware source {source}" if source not in ("", "none") else "no hardware source"
    yield Finding("random numbers", True, f"the kernel gives them; {told}")


def try_ciphers(tool: Run) -> Iterator[Finding]:
    for cipher, name in CIPHERS.items():
        command = ["openssl", "speed", "-mr", "-seconds", str(SECONDS), "-bytes", "1024"]
        try:
            said = tool([*command, "-evp", cipher], "").stdout
        except ToolFailed as error:
            yield Finding(name, None, f"could not be measured: {str(error).splitlines()[0]}")
            continue
        found = _SPEED.search(said)
        if found:
            yield Finding(name, True, f"{float(found[1]) * 8 / 1e6:.0f} Mbit/s on one core")
        else:
            yield Finding(name, None, "could not be measured: openssl says something new")


def try_disk(root: Path, read_log: ReadLog | None = None) -> Iterator[Finding]:
    found = [*_emmc(root), *_nvme(root, read_log or _smart_log)]
    yield from found or [Finding("disk wear", None, "this disk does not say it in a way read here")]
    for path in sorted((root / "sys/fs/ext4").glob("*/errors_count")):
        count = _read(path)
        if count.isdecimal() and path.parent.name != "features":
            text = f"{count} errors of the file system" if count != "0" else "no errors"
            yield Finding(f"file system {path.parent.name}", count == "0", text)


def try_clock(places: Places, tool: Run) -> Iterator[Finding]:
    if wall() < floor(places):
        yield Finding("clock", False, "it shows a time that has passed: look at the battery")
    elif synchronized(tool):
        yield Finding("clock", True, "set by a time server")
    else:
        yield Finding("clock", None, "no time server was heard; it may be wrong")


def try_watchdog(root: Path) -> Iterator[Finding]:
    dogs = sorted((root / "sys/class/watchdog").glob("watchdog[0-9]*"))
    if not dogs:
        yield Finding("watchdog", False, "there is none: a box that hangs stays so")
    for dog in dogs[:1]:
        name, state, limit = (_read(dog / one) for one in ("identity", "state", "timeout"))
        soft = "; it is a program, and helps against no panic" if "oftware" in name else ""
        yield Finding("watchdog", state == "active", f"{name}, {state}, {limit} s{soft}")


def _emmc(root: Path) -> Iterator[Finding]:
    """Tenths of its life, in two figures (JEDEC JESD84-B51, EXT_CSD 268 and 269)."""
    for path in sorted((root / "sys/block").glob("mmcblk*/device/life_time")):
        try:
            tenths = max(int(word, 16) for word in _read(path).split())
        except ValueError:
            continue
        if tenths:  # 0 means that it does not say
            percent = min(tenths, 11) * 10
            name = path.parents[1].name
            yield Finding(f"disk {name}", percent < WORN, f"up to {percent} % of its life used")


def _nvme(root: Path, read_log: ReadLog) -> Iterator[Finding]:
    for path in sorted((root / "sys/class/nvme").glob("nvme*")):
        try:
            used = read_log(root / "dev" / path.name)[_USED]
        except (OSError, IndexError):
            yield Finding(f"disk {path.name}", None, "does not say how worn it is")
        else:
            yield Finding(f"disk {path.name}", used < WORN, f"{used} % of its life used")


def _smart_log(device: Path) -> bytes:
    answer = array("B", bytes(_LOG))
    address = answer.buffer_info()[0]
    words = (_SMART, 0, 0, 0, 0, 0)
    command = _NVME.pack(_GET_LOG, 0, 0, _EVERY_NAMESPACE, 0, 0, 0, address, 0, _LOG, *words, 0, 0)
    opened = os.open(device, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.ioctl(opened, _ADMIN_COMMAND, command)
    finally:
        os.close(opened)
    return answer.tobytes()


def _read(path: Path) -> str:
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
