"""The kinds of client there are names for: what a machine that dials may turn out to be.

The bridge tells them apart (`bridge/fingerprints.py`); an owner who knows better says so with the
key `system` of the machine's entry.
"""

from typing import Final, NamedTuple

UNKNOWN: Final = "unknown"
AUTO: Final = "auto"  # go by the handshake
CONFIDENCES: Final = ("guess", "likely", "certain")  # the surest last
TOLD: Final = "told"  # by the owner


class System(NamedTuple):
    """`short` is for a column of a table, `label` for a sentence."""

    short: str
    label: str


SYSTEMS: Final[dict[str, System]] = {
    "msl2tp": System("MSL2TP", "Microsoft L2TP/IPsec VPN Client (Windows 98, ME or NT 4)"),
    "windows-2000": System("2000", "Windows 2000 without KB818043"),
    "windows-2000-kb818043": System("2000 KB", "Windows 2000 with KB818043"),
    "windows-xp": System("XP", "Windows XP before SP2, without KB818043"),
    "windows-xp-kb818043": System("XP KB", "Windows XP before SP2, with KB818043"),
    "windows-xp-sp2": System("XP SP2", "Windows XP SP2 or SP3"),
    "windows-2003": System("2003", "Windows Server 2003"),
    "windows-xp-2003": System("XP/2003", "Windows XP SP2 or Server 2003"),
    "windows-2000-xp": System("2000/XP", "Windows 2000 or XP"),
    "windows-later": System("Vista+", "Windows Vista or later"),
    "safenet": System("SafeNet", "SafeNet SoftRemote or a relative of it"),
    "mac-os-x": System("Mac OS X", "Mac OS X"),
    "racoon": System("racoon", "racoon (ipsec-tools)"),
    "strongswan": System("strongSwan", "strongSwan"),
    "libreswan": System("libreswan", "libreswan"),
    "openswan": System("Openswan", "Openswan or an early libreswan"),
    UNKNOWN: System("?", "a client of a kind not known here"),
}


def short_of(name: str, confidence: str) -> str:
    """For a table: a guess is marked as one; empty while nothing is known yet."""
    if name not in SYSTEMS:
        return ""
    unsure = name != UNKNOWN and confidence == CONFIDENCES[0]
    return SYSTEMS[name].short + ("?" if unsure else "")


def label_of(name: str) -> str:
    """For a sentence; a name of another version of this program stands for itself."""
    return SYSTEMS[name].label if name in SYSTEMS else name
