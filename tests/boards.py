"""Boards as trees of files like those of Linux, made from the fixtures in `fixtures/boards/`.

A line of `devices` is: path under /sys/devices, class, vendor and device, and for a network card
its driver, name and address. Addresses are from the block for documentation (RFC 7042, 2.1.2).
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "fixtures" / "boards"
FIXTURES = sorted(FOLDER.glob("*.toml"))
PROFILES = Path(__file__).parents[1] / "hw-profiles"
VIRTIO = "virtio_net"


@dataclass(frozen=True, slots=True)
class Fixture:
    """One board: what it says, which profile it is, and its ports by label."""

    profile: str
    origin: str
    dmi: dict[str, str]
    devices: list[list[str]]
    leds: list[str]
    firmware: str
    ports: dict[str, str]  # label -> name of the card
    outside: str = ""


def fixture(path: Path) -> Fixture:
    raw: dict[str, Any] = tomllib.loads(path.read_text())
    lines = [line.split() for line in raw.pop("devices").strip().splitlines()]
    return Fixture(devices=lines, **{"leds": [], "firmware": "bios", **raw})


def build(board: Fixture, root: Path) -> Path:
    """The tree, with links where Linux has links."""
    for folder in ("sys/devices", "sys/bus/pci/devices", "sys/class/net", "sys/class/leds", "proc"):
        (root / folder).mkdir(parents=True)
    write(root / "proc/sys/kernel/osrelease", "6.12.107+deb13-amd64")
    write(root / "proc/meminfo", "MemTotal:        2017988 kB")
    write(root / "proc/cpuinfo", "processor : 0\nmodel name : Example CPU")
    for name, said in board.dmi.items():
        write(root / "sys/class/dmi/id" / name, said)
    for name in board.leds:
        add_led(root, name)
    if board.firmware == "uefi":
        (root / "sys/firmware/efi").mkdir(parents=True)
    for path, kind, numbers, *card in board.devices:
        add_device(root, path, kind, numbers)
        if card:
            add_nic(root, path, *card)
    return root


def add_device(root: Path, path: str, kind: str, numbers: str) -> None:
    device = root / "sys/devices" / path
    vendor, _, number = numbers.partition(":")
    for name, text in (("vendor", vendor), ("device", number), ("class", f"{kind}00")):
        write(device / name, f"0x{text}")
    if path.startswith("pci"):
        (root / "sys/bus/pci/devices" / device.name).symlink_to(device)


def add_nic(root: Path, path: str, driver: str, name: str, mac: str, *, link: bool = False) -> None:
    device = root / "sys/devices" / path
    if driver == VIRTIO:
        device = device / f"virtio{len(list((root / 'sys/class/net').iterdir()))}"
    bus = root / "sys/bus" / ("vmbus" if "vmbus" in path.lower() else "pci") / "drivers" / driver
    bus.mkdir(parents=True, exist_ok=True)
    card = device / "net" / name
    card.mkdir(parents=True)
    (device / "driver").symlink_to(bus)
    (card / "device").symlink_to(device)
    given = {"type": "1", "addr_assign_type": "0", "address": mac, "carrier": str(int(link))}
    for file, text in {**given, "speed": "1000" if link else "-1"}.items():
        write(card / file, text)
    (root / "sys/class/net" / name).symlink_to(card)


def add_led(root: Path, name: str) -> None:
    for file, text in (("max_brightness", "255"), ("brightness", "0"), ("trigger", "[none] timer")):
        write(root / "sys/class/leds" / name / file, text)


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{text}\n")


def silent(name: str) -> str:
    """A driver that does not tell the burnt-in address: it is then the one in the files."""
    return "" if name else name
