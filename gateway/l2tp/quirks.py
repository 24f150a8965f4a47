"""What real clients do against RFC 2661. Each entry says who, which version, and how we know."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Quirk:
    """Known by how the Vendor Name begins and, if given, by the Firmware Revision.

    host_name_optional: its SCCRQ may come without a Host Name or with an empty one.
    closes_with_our_ids: its StopCCN and CDN carry our ids where its own belong.
    """

    client: str
    version: str
    evidence: str
    vendor: bytes = b""
    firmware: int | None = None
    host_name_optional: bool = False
    closes_with_our_ids: bool = False


# What each is called where an owner is shown what a client was forgiven.
NO_HOST_NAME: Final = "no host name in L2TP"
CLOSES_WITH_OUR_IDS: Final = "closes L2TP with our ids"

STRICT: Final = Quirk("", "any other", "RFC 2661 as it stands")

CLIENTS: Final = (
    Quirk(
        client="msl2tp",
        version="Microsoft L2TP/IPsec VPN Client for Windows 98, ME and NT 4; firmware 0xFF00",
        evidence="""
            xl2tpd's control.c works round its StopCCN and CDN, which carry the receiver's ids: a
            strict LNS never closes the tunnel. l2tpd 0.69-8jdl and two VPNease patches accept its
            SCCRQ without a host name: a strict LNS answers with an error and the user sees 629.
        """,
        vendor=b"Deterministic Networks",
        host_name_optional=True,
        closes_with_our_ids=True,
    ),
    Quirk(
        client="windows-2000-xp",
        version="the L2TP client of Windows 2000 and XP, firmware 0x0500",
        evidence="""
            SCCRQ seen by a Huawei Quidway and a Cisco router: no tie breaker, no challenge, window
            8, Assigned Tunnel ID 1. It never asks for tunnel authentication (MS cc958036), and
            so is never asked either.
        """,
        vendor=b"Microsoft",
        firmware=0x0500,
    ),
    Quirk(
        client="xl2tpd",
        version="xl2tpd 1.3.18, firmware 0x0690",
        evidence="""
            Recorded sessions: it ends a call by StopCCN alone and sends PPP frames for it even
            after that; with "hidden bit" it sends Random Vectors and hides nothing.
        """,
        vendor=b"xelerance.com",
    ),
)


def find_quirk(vendor: bytes | None, firmware: int | None) -> Quirk:
    """Who the peer is, or STRICT."""
    for each in CLIENTS:
        if (vendor or b"").startswith(each.vendor) and each.firmware in (None, firmware):
            return each
    return STRICT


def forgiven(quirk: Quirk, host_name: bytes | None) -> tuple[str, ...]:
    """What it took to let this client in, and what it will take to see it out."""
    found = [NO_HOST_NAME] if quirk.host_name_optional and not host_name else []
    return (*found, CLOSES_WITH_OUR_IDS) if quirk.closes_with_our_ids else tuple(found)
