"""Vendor IDs: who is there and what it can do (RFC 2408, 3.16).

The NAT traversal ones are in `nat.py`, each with all that follows from it. Where a text is given
the ID is its MD5, which the tests compute again.
"""

from typing import Final

from gateway.ike.nat import VARIANTS

DPD: Final = bytes.fromhex("afcad71368a1f1c96b8696fc77570100")  # RFC 3706, 5.1: version 1.0
_DPD_WITHOUT_VERSION = 14  # bytes
FRAGMENTATION: Final = bytes.fromhex("4048b7d56ebce88525e7de7f00d6c2d3")  # four bytes may follow

# Of these the last four bytes may follow and say more.
WINDOWS: Final = bytes.fromhex("1e2b516905991c7d7c96fcbfb587e461")  # "MS NT5 ISAKMPOAKLEY"
WINDOWS_RELEASES: Final[dict[int, str]] = {
    2: "Windows 2000",
    3: "Windows XP",
    4: "Windows XP SP2 or Server 2003",
    5: "Windows Vista",
    6: "Windows Server 2008",
    7: "Windows 7",
    8: "Windows Server 2008 R2",
    9: "Windows 8 or later",
}

# Those whose MD5 is the ID.
TEXTS: Final[dict[str, str]] = {
    "FRAGMENTATION": "4048b7d56ebce88525e7de7f00d6c2d3",
    "Vid-Initial-Contact": "26244d38eddb61b3172a36e3d0cfb819",
    "GSSAPI": "621b04bb09882ac1e15935fefa24aeee",
    "MS-Negotiation Discovery Capable": "fb1de3cdf341b7ea16b7e5be0855f120",
    "IKE CGA version 1": "e3a5966a76379fe707228231e5ce8652",
    "MS-MamieExists": "214ca4faffa7f32d6748e5303395ae83",
    "ESPThruNAT": "50760f624c63e5c53eea386c685ca083",
}
IDS: Final[dict[bytes, str]] = {bytes.fromhex(known): text for text, known in TEXTS.items()}

# The client for Windows 98, ME and NT 4 is thought to be built from SafeNet's: see quirks.py.
SAFENET: Final[tuple[bytes, ...]] = (
    bytes.fromhex("47bbe7c993f1fc13b4e6d0db565c68e5"),
    bytes.fromhex("da8e937880010000"),
)


def name_vendor(vendor: bytes) -> str:
    """A name for people; what has none is shown as it came, cut to what fits a line."""
    for variant in VARIANTS:
        if vendor == variant.vendor_id:
            return variant.name
    if announces_dpd(vendor):
        return "DPD"
    head, release = vendor[:16], int.from_bytes(vendor[16:20], "big")
    if head == WINDOWS:
        return WINDOWS_RELEASES.get(release, f"Windows, release {release}")
    if any(vendor.startswith(known) for known in SAFENET):
        return "SafeNet"
    return IDS.get(head) or f"unknown {vendor[:24].hex()}"


def announces_dpd(vendor: bytes) -> bool:
    """The last two bytes are the version (RFC 3706, 5.1); any is understood."""
    return len(vendor) == len(DPD) and vendor.startswith(DPD[:_DPD_WITHOUT_VERSION])


def announces_fragments(vendor: bytes) -> bool:
    """Windows sends it without the four bytes of what it can do, others with them."""
    return vendor.startswith(FRAGMENTATION) and len(vendor) in (16, 20)
