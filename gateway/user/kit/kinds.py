"""The kinds of Windows that there are kits for, and which of them a machine is."""

from typing import Final, NamedTuple

from gateway.control.changes_outputs import Refused
from gateway.control.kits import WINDOWS
from gateway.control.systems import AUTO, SYSTEMS, UNKNOWN, label_of

OLD, NT5, LATER = "old", "nt5", "later"  # as in control/windows.py
OLD_CLIENT: Final = ("msl2tp",)


class Kind(NamedTuple):
    """`name` is what is asked for; `family` is that of `control/windows.py`."""

    name: str
    label: str
    family: str
    systems: tuple[str, ...] = ()  # of control/systems.py

    def fits(self, system: str) -> bool:
        """Whether a machine of this kind may be that: one client serves all three old ones."""
        return system in (OLD_CLIENT if self.family == OLD else self.systems)


KINDS: Final[dict[str, Kind]] = {
    kind.name: kind
    for kind in (
        Kind("98", "Windows 98", OLD),
        Kind("me", "Windows ME", OLD),
        Kind("nt4", "Windows NT 4", OLD),
        Kind("98-me-nt4", "Windows 98, ME or NT 4", OLD, OLD_CLIENT),
        Kind("2000", "Windows 2000", NT5, ("windows-2000", "windows-2000-kb818043")),
        Kind(
            "xp",
            "Windows XP or Server 2003",
            NT5,
            (
                "windows-xp",
                "windows-xp-kb818043",
                "windows-xp-sp2",
                "windows-2003",
                "windows-xp-2003",
            ),
        ),
        Kind("later", "Windows Vista or later", LATER, ("windows-later",)),
    )
}
_ASK: Final = f"Say which with --windows: {', '.join(WINDOWS)}"


def kind_of(machine: str, windows: str, system: str, recognised: str) -> tuple[Kind, str]:
    """The kind, and the system it goes by, "" if it was only named.

    What is asked for counts first, then what the machine's entry says, then what its handshake
    showed; `Refused` if none of these tells.
    """
    known = next((one for one in (system, recognised) if one not in ("", AUTO, UNKNOWN)), "")
    found = next((kind for kind in KINDS.values() if known in kind.systems), None)
    if windows:
        kind = KINDS[windows]
        return kind, known if kind.fits(known) else ""
    if found is not None:
        return found, known
    if known in SYSTEMS:
        raise Refused(f"{machine} is {label_of(known)}, which does not tell its Windows", _ASK)
    raise Refused(f"nobody has said what Windows {machine} has, and it is not connected", _ASK)
