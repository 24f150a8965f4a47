"""What a profile means for the system: kernel arguments, modules, doubts about the firmware.

Pure: the image's build and the box agent do what it says.
"""

from gateway.control.board import Facts, version_of
from gateway.control.problems import printable
from gateway.control.profile import Modules, Profile

SAFETY = ("panic=30", "oops=panic")  # Debian's kernel would stay in a panic for ever
SOFT_WATCHDOG = "softdog"  # where there is no hardware: cannot help against a panic


def console_arguments(profile: Profile) -> tuple[str, ...]:
    """The last console is /dev/console; without a screen tty0 would swallow a panic."""
    serial = profile.console.devices[0]
    screen = ("console=tty0",) if profile.console.vga else ()
    return (*screen, f"console={serial.device},{serial.speed}n8")


def kernel_arguments(profile: Profile) -> tuple[str, ...]:
    """All that a board's kernel is given beside what finds its slot."""
    return (*console_arguments(profile), *SAFETY, *board_arguments(profile))


def board_arguments(profile: Profile) -> tuple[str, ...]:
    """Those that this board has and others have not.

    A module that some firmware of this board cannot stand does not come by itself with any: the box
    agent loads it by name where it is wanted (modprobe(8): `modprobe.blacklist` is of aliases).
    """
    refused = dict.fromkeys(name for one in profile.modules for name in one.refuse)
    kept_out = (f"modprobe.blacklist={','.join(refused)}",) if refused else ()
    return (*profile.kernel_arguments, *kept_out)


def modules(profile: Profile, bios_version: str) -> Modules:
    """What to load and to refuse with this firmware; of an unknown one only what always holds."""
    found = version_of(bios_version)
    fitting = [one for one in profile.modules if _holds(one, found)]
    watchdog = profile.watchdog.module or SOFT_WATCHDOG
    loaded = dict.fromkeys([watchdog, *(name for one in fitting for name in one.load)])
    refused = dict.fromkeys(name for one in fitting for name in one.refuse)
    return Modules(tuple(loaded), tuple(refused))


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
