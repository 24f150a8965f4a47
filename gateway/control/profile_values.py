"""Reading single values of a hardware profile, as `values.py` does for a configuration."""

import re
from typing import NamedTuple

from gateway.control.board import PciDevice, version_of
from gateway.control.problems import shown
from gateway.control.values import Read, Unfit, kind_of, text

SPEEDS = (9600, 19200, 38400, 57600, 115200)  # bit/s
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_STEP = r"(?:[0-9a-f]{2}:)?[0-9a-f]{2}\.[0-7]"
_SIGN = re.compile(
    r"(?P<id>[0-9a-f]{4}:[0-9a-f]{4})"
    rf"(?:@(?P<way>{_STEP}(?:/{_STEP})*))?"
    r"(?: x(?P<least>[1-9]))?"
)
_PATH = re.compile(r"pci[0-9a-f]{4}:[0-9a-f]{2}(?:/[0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7])+")
_SERIAL = re.compile(r"(ttyS\d),(\d+)")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.,:=/-]*")
_MODULE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")
_LED = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class Sign(NamedTuple):
    """Devices of this id, at least so many, and where `way` is not empty, each at that place."""

    id: str
    way: tuple[str, ...]  # from the root: `02.2`, or with the bus `01:00.0`
    least: int

    def fits(self, devices: tuple[PciDevice, ...]) -> bool:
        found = [one for one in devices if one.id == self.id and _leads(self.way, one.path)]
        return len(found) >= self.least


class Serial(NamedTuple):
    """A serial line as the kernel calls it, and its speed in bit/s."""

    device: str
    speed: int


def _leads(way: tuple[str, ...], path: str) -> bool:
    """A bus number is compared only where it is given: another card in the box may move it."""
    steps = path.split("/")[1:]
    return not way or (
        len(way) == len(steps)
        and all(there.endswith(f":{step}") for step, there in zip(way, steps, strict=True))
    )


def _matching(pattern: re.Pattern[str], what: str) -> Read:
    def read(value: object) -> str:
        found = text(value)
        if not pattern.fullmatch(found):
            raise Unfit(f"is {shown(found)}, which is no {what}")
        return found

    return read


profile_id = _matching(_ID, "name in small letters, digits and dashes")
device_path = _matching(_PATH, "PCI path as under /sys/devices")
module = _matching(_MODULE, "name of a kernel module")
led = _matching(_LED, "name under /sys/class/leds")
kernel_argument = _matching(_WORD, "single kernel argument")
date = _matching(_DATE, "date as year-month-day")


def sentence(value: object) -> str:
    """One line for a person."""
    found = text(value)
    if not found.isprintable():
        raise Unfit("holds a line break or another control character")
    return found


def pattern(value: object) -> str:
    """A name of DMI; a star at its beginning or end stands for anything."""
    found = sentence(value)
    if not found.strip("*") or "*" in found.strip("*"):
        raise Unfit(f"is {shown(found)}: a star may stand at the beginning or end of a name only")
    return found


def like(pattern: str, name: str) -> bool:
    """Whether a name fits a pattern; the case of letters does not matter."""
    inner, name = pattern.strip("*").lower(), name.lower()
    if pattern.startswith("*"):
        return inner in name if pattern.endswith("*") else name.endswith(inner)
    return name.startswith(inner) if pattern.endswith("*") else name == inner


def yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unfit(f"is {kind_of(value)}, and should be true or false")
    return value


def sign(value: object) -> Sign:
    found = _SIGN.fullmatch(text(value))
    if not found:
        raise Unfit(f"is {shown(value)}, which is no PCI signature")
    way = tuple(found["way"].split("/")) if found["way"] else ()
    return Sign(found["id"], way, int(found["least"] or 1))


def serial(value: object) -> Serial:
    found = _SERIAL.fullmatch(text(value))
    if not found or int(found[2]) not in SPEEDS:
        raise Unfit(f"is {shown(value)}, which is no serial line with its speed")
    return Serial(found[1], int(found[2]))


def version(value: object) -> tuple[int, ...]:
    found = version_of(text(value))
    if not found:
        raise Unfit(f"is {shown(value)}, and a version has numbers with dots between them")
    return found
