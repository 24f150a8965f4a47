"""Asking Linux what board this is: DMI, PCI devices, network cards and lamps, all from files.

Every path starts at `root`, so that a test can hand in a tree of files in place of a machine.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from gateway.control.board import DMI_NAMES, Facts, Nic, PciDevice, said
from gateway.control.board_view import Board
from gateway.control.problems import Problem
from gateway.control.profile import Profile, load_profile
from gateway.control.profile_match import NoProfile, choose_profile, generic_profile
from gateway.system.ports import permanent_mac

ROOT = Path("/")
PROFILES = Path("/usr/share/postern/hw-profiles")
ETHERNET = "1"  # ARPHRD_ETHER
_VIRTIO = "virtio"

PermanentMac = Callable[[str], str]
"""A card's name -> the address burnt into it, or nothing."""


def read_board(
    profiles: list[Profile], root: Path = ROOT, permanent: PermanentMac = permanent_mac
) -> Board:
    """The board with its profile; with the generic one and a problem where two fit equally."""
    facts = read_facts(root, permanent)
    try:
        return Board(facts, choose_profile(profiles, facts))
    except NoProfile as error:
        return Board(facts, generic_profile(profiles), str(error))


def read_profiles(folder: Path = PROFILES) -> tuple[list[Profile], list[Problem]]:
    """Every profile that can be used, and the problems of those that cannot."""
    good, problems = [], []
    for path in sorted(folder.glob("*.toml")):
        found = load_profile(path.read_bytes(), path.stem)
        if isinstance(found, Profile):
            good.append(found)
        else:
            problems += found
    return good, problems


def read_facts(root: Path = ROOT, permanent: PermanentMac = permanent_mac) -> Facts:
    """All that the board says of itself; what cannot be read was not said."""
    dmi = root / "sys/class/dmi/id"
    names = {name: said(_read(dmi / name)) for name in DMI_NAMES}
    return Facts(
        names={name: text for name, text in names.items() if text},
        pci=tuple(_pci(root)),
        nics=tuple(read_nics(root, permanent)),
        leds=tuple(sorted(path.name for path in _entries(root / "sys/class/leds"))),
        firmware="uefi" if (root / "sys/firmware/efi").is_dir() else "bios",
        kernel=_read(root / "proc/sys/kernel/osrelease"),
        cpu=_field(root / "proc/cpuinfo", "model name"),
        memory_mb=int((_field(root / "proc/meminfo", "MemTotal").split() or ["0"])[0]) >> 10,
    )


def read_nics(root: Path = ROOT, permanent: PermanentMac = permanent_mac) -> Iterator[Nic]:
    """Network cards with a plug: no bridges, tunnels, radios or shares of another card."""
    for card in sorted(_entries(root / "sys/class/net")):
        device = card / "device"
        radio = (card / "phy80211").exists() or (card / "wireless").exists()
        share = (device / "physfn").exists()
        if device.exists() and _read(card / "type") == ETHERNET and not radio and not share:
            yield _nic(card, root, permanent)


def settled_nics(root: Path = ROOT, permanent: PermanentMac = permanent_mac) -> Iterator[Nic]:
    """Those that udev is done with: until then it may still give them another name.

    It keeps a file of each network device, by its number, written last (udevd, `device-private.c`).
    """
    known = root / "run/udev/data"
    for nic in read_nics(root, permanent):
        number = _read(root / "sys/class/net" / nic.name / "ifindex")
        if not known.is_dir() or (known / f"n{number}").exists():
            yield nic


def device_path(device: Path, root: Path) -> str:
    """Where a device is: its path under /sys/devices, or its number where its bus is Hyper-V's.

    A virtio device is where the PCI device is that carries it: its own number is given out anew
    at every boot.
    """
    steps = list(device.resolve().parts[len((root / "sys/devices").resolve().parts) :])
    if "VMBUS" in "/".join(steps).upper() or (device / "subsystem").resolve().name == "vmbus":
        return f"vmbus/{steps[-1]}"
    while len(steps) > 1 and steps[-1].startswith(_VIRTIO):
        steps.pop()
    return "/".join(steps)


def _nic(card: Path, root: Path, permanent: PermanentMac) -> Nic:
    device = card / "device"
    carrier = device.resolve()
    while carrier.name.startswith(_VIRTIO):
        carrier = carrier.parent
    burnt_in = _read(card / "addr_assign_type") == "0"
    mac = permanent(card.name) or (_read(card / "address") if burnt_in else "")
    return Nic(
        name=card.name,
        path=device_path(device, root),
        mac=mac.lower() if mac.strip("0:") else "",
        driver=(device / "driver").resolve().name if (device / "driver").exists() else "",
        id=_pci_id(carrier),
        link=_read(card / "carrier") == "1",
        speed=_speed(_read(card / "speed")),
    )


def _pci(root: Path) -> Iterator[PciDevice]:
    for device in sorted(_entries(root / "sys/bus/pci/devices")):
        path = device_path(device, root)
        yield PciDevice(path, _pci_id(device), _read(device / "class").removeprefix("0x"))


def _pci_id(device: Path) -> str:
    vendor, kind = (_read(device / name).removeprefix("0x") for name in ("vendor", "device"))
    return f"{vendor}:{kind}" if vendor and kind else ""


def _speed(text: str) -> int:
    """Linux says -1 where it does not know."""
    return int(text) if text.isdecimal() else 0


def _field(path: Path, name: str) -> str:
    """The first line `name : value` of a file under /proc."""
    for line in _read(path).splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _read(path: Path) -> str:
    """A file of sysfs; some refuse to be read while the card is down."""
    try:
        return path.read_text(errors="replace").strip()
    except OSError:
        return ""
