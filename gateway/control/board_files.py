"""What a profile means for the system, as text: kernel arguments, modules, links, terminals.

Pure: the image's build and the box agent put the text where it belongs.
"""

from collections.abc import Iterator, Sequence

from gateway.control.board import Facts, version_of
from gateway.control.ports import Port
from gateway.control.problems import printable
from gateway.control.profile import Modules, Profile
from gateway.control.profile_values import SPEEDS

SAFETY = ("panic=30", "oops=panic")  # Debian's kernel would stay in a panic for ever
SOFT_WATCHDOG = "softdog"  # where there is no hardware: cannot help against a panic
MODULES_LOAD = "modules-load.d/postern-board.conf"
MODPROBE = "modprobe.d/postern-board.conf"
LINKS = "systemd/network/10-postern-"
_MADE = "# Made by Postern from the board's profile, at every boot.\n"


def console_arguments(profile: Profile) -> tuple[str, ...]:
    """The last console is /dev/console; without a screen tty0 would swallow a panic."""
    serial = profile.console.devices[0]
    screen = ("console=tty0",) if profile.console.vga else ()
    return (*screen, f"console={serial.device},{serial.speed}n8")


def kernel_arguments(profile: Profile) -> tuple[str, ...]:
    """All that a board's kernel is given beside what finds its slot."""
    return (*console_arguments(profile), *SAFETY, *profile.kernel_arguments)


def terminals(profile: Profile) -> list[tuple[str, str]]:
    """Every terminal with the speeds agetty may try, the board's own first; empty for a screen."""
    lines = [
        (one.device, ",".join(str(speed) for speed in _speeds(one.speed)))
        for one in profile.console.devices
    ]
    return [*lines, *([("tty1", "")] if profile.console.vga else [])]


def modules(profile: Profile, bios_version: str) -> Modules:
    """What to load and to refuse with this firmware; of an unknown one only what always holds."""
    found = version_of(bios_version)
    fitting = [one for one in profile.modules if _holds(one, found)]
    watchdog = profile.watchdog.module or SOFT_WATCHDOG
    loaded = dict.fromkeys([watchdog, *(name for one in fitting for name in one.load)])
    refused = dict.fromkeys(name for one in fitting for name in one.refuse)
    return Modules(tuple(loaded), tuple(refused))


def modules_load_text(found: Modules) -> str:
    """For modules-load.d."""
    return _MADE + "".join(f"{name}\n" for name in found.load)


def modprobe_text(found: Modules, watchdog: str) -> str:
    """For modprobe.d. A watchdog that can be disarmed is disarmed by whatever stops the box."""
    refused = "".join(f"blacklist {name}\n" for name in found.refuse)
    return _MADE + refused + f"options {watchdog or SOFT_WATCHDOG} nowayout=1\n"


def link_files(ports: Sequence[Port]) -> Iterator[tuple[str, str]]:
    """For systemd-udevd: each card keeps the name of its place, its own address, and its label.

    Nothing is renamed by role: a role may change while the card is in use.
    """
    for port in ports:
        if port.name and (port.mac or port.path.startswith("pci")):
            yield f"{LINKS}{port.path.replace('/', '-').replace(':', '.')}.link", _link(port)


def system_files(profile: Profile, facts: Facts, ports: Sequence[Port]) -> dict[str, str]:
    """All of the files, by their place below /run; to be there before udev looks at devices."""
    found = modules(profile, facts.names.get("bios_version", ""))
    return {
        MODULES_LOAD: modules_load_text(found),
        MODPROBE: modprobe_text(found, profile.watchdog.module),
        **dict(link_files(ports)),
    }


def firmware_doubts(profile: Profile, facts: Facts) -> list[str]:
    """What a person should know of the firmware there is, as sentences."""
    doubts = []
    if facts.firmware not in profile.firmware.kinds:
        wanted = " or ".join(profile.firmware.kinds).upper()
        doubts.append(
            f"the box was started by {facts.firmware.upper()}, and its profile was written for "
            f"{wanted}: ports may be in other places"
        )
    found, good_from = facts.names.get("bios_version", ""), profile.firmware.good_from
    if good_from and version_of(found) and version_of(found) < good_from:
        wanted = ".".join(map(str, good_from))
        doubts.append(
            f"the firmware {printable(found)} is old, {wanted} is wanted: "
            f"{profile.firmware.says_old}"
        )
    return doubts


def _holds(one: Modules, version: tuple[int, ...]) -> bool:
    if not version:
        return not one.bios_from and not one.bios_before
    return one.bios_from <= version and (not one.bios_before or version < one.bios_before)


def _speeds(own: int) -> list[int]:
    return [own, *sorted((speed for speed in SPEEDS if speed != own), reverse=True)]


def _link(port: Port) -> str:
    match = [f"PermanentMACAddress={port.mac}"] if port.mac else []
    if not match:
        match = [f"Path=pci-{port.path.rpartition('/')[2]}*"]
    alias = "".join(letter for letter in port.label if letter.isprintable())
    lines = ["[Match]", *match, "", "[Link]", f"Alias=port {alias}"]
    lines += ["NamePolicy=path", "MACAddressPolicy=none", "WakeOnLan=off"]
    return _MADE + "\n".join(lines) + "\n"
