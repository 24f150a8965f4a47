"""What a board says of itself, as values: names from DMI, PCI devices, network cards, lamps."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

DMI_NAMES = (
    "sys_vendor",
    "product_name",
    "product_version",
    "board_vendor",
    "board_name",
    "bios_vendor",
    "bios_version",
)  # serial numbers are not read: nobody here needs them
# What makers leave in the fields they did not fill in, compared without regard to case.
_FILLERS = frozenset(
    {
        "", "0", "none", "empty", "unknown", "invalid", "o.e.m.", "oem", "default string",
        "to be filled by o.e.m.", "to be filled by oem", "system manufacturer",
        "system product name", "system version", "base board manufacturer",
        "base board product name", "not specified", "not applicable", "aptio crb", "x.x",
    }
)  # fmt: skip
_NUMBERS = re.compile(r"\d+(?:\.\d+)+")


@dataclass(frozen=True, slots=True)
class PciDevice:
    """One device. `path` is where it is under /sys/devices, `pci0000:00/0000:00:1f.0`."""

    path: str
    id: str  # "8086:1539"
    kind: str = ""  # six hexadecimal digits: class, subclass, programming interface


@dataclass(frozen=True, slots=True)
class Nic:
    """One network card with a plug. `name` is the kernel's, which may change at every boot."""

    name: str
    path: str
    mac: str  # the one burnt in, lower case; empty where the card does not say
    driver: str = ""
    id: str = ""  # of its PCI device
    link: bool = False
    speed: int = 0  # Mbit/s; 0 where it is not known


@dataclass(frozen=True, slots=True)
class Facts:
    """All of it. `names` holds no filler: what is not in it was not said."""

    names: Mapping[str, str] = field(default_factory=dict)
    pci: tuple[PciDevice, ...] = ()
    nics: tuple[Nic, ...] = ()
    leds: tuple[str, ...] = ()
    firmware: str = "bios"  # or "uefi"
    kernel: str = ""
    cpu: str = ""
    memory_mb: int = 0

    @property
    def nameless(self) -> bool:
        """Whether the maker gave neither the product nor the board a name."""
        return not self.names.get("product_name") and not self.names.get("board_name")


def said(text: str) -> str:
    """A name as DMI has it, or nothing if it is only what was left in the field."""
    found = " ".join(text.split())
    return "" if found.lower() in _FILLERS else found


def version_of(text: str) -> tuple[int, ...]:
    """The first dotted number in a firmware's version, `v4.14.0.1` say; empty without one."""
    found = _NUMBERS.search(text)
    return tuple(int(number) for number in found[0].split(".")) if found else ()
