"""What real PPP peers do against, or beside, the RFCs; each with who, which version, evidence.

Evidence: Q... is a Microsoft Knowledge Base article, a file name is a capture of the test data.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from gateway.ppp.numbers import Lcp

# Windows NT 4 before SP5: with a round trip of about a second each Configure-Request that comes
# starts LCP again, for ever (error 718). A bridge must not add delay, and must not let identical
# requests pile up: `Passage` drops those that come before the first can have been answered.
# Only under the same identifier; another one is a new request. Evidence: Q219353.

# Windows NT 4 before SP5: a length larger than its packet corrupts memory in NdisWan. `Passage`
# lets no control packet pass whose length, or whose protocol, is not within its frame.
# Evidence: Q230177, Q283001.


@dataclass(frozen=True, slots=True)
class Manners:
    """How a client wants to be treated; found by the name the bridge has for its kind.

    lowest_mru: the smallest MRU it can be asked to keep to, 0 for any.
    no_eap: a server's EAP is declined for it, once, for it may not get over it.
    """

    client: str
    version: str
    evidence: str
    lowest_mru: int = 0
    no_eap: bool = False


@dataclass(frozen=True, slots=True)
class Declined:
    """An option of a client's LCP that is rejected for the server, which never sees it."""

    client: str
    version: str
    evidence: str


# What each is called where an owner is shown what a client was spared.
LOWEST_MRU: Final = "MRU not below 1410"
NO_EAP: Final = "EAP declined for it"
DECLINED: Final = "callback and multilink declined"
READABLE: Final = "header compression declined"

PLAIN: Final = Manners("", "any other", "RFC 1661 as it stands")
MANNERS: Final[Mapping[str, Manners]] = {
    "msl2tp": Manners(
        client="Microsoft L2TP/IPsec VPN Client",
        version="Windows 98, ME and NT 4; all",
        # That it stumbles over EAP is an open question; a server that has nothing else keeps to it.
        evidence="Debian's notes on l2tpd of 2003-08-23: MRU 1410 is the lowest possible",
        lowest_mru=1410,
        no_eap=True,
    ),
    "safenet": Manners(
        client="SafeNet SoftRemote",
        version="on Windows 98 and ME, whose dial-up networking is its PPP; all",
        # AES behind a NAT leaves 1398, at which that dial-up networking gives up.
        evidence="Debian's notes on l2tpd of 2003-08-23: MRU 1410 is the lowest possible",
        lowest_mru=1410,
    ),
}

# Each of these makes the client ask again without what was rejected (pfSense documentation, LCP
# log), and nobody loses: who calls a tunnel back reaches nobody, and a second link has no use.
OPTIONS_DECLINED: Final[Mapping[int, Declined]] = {
    Lcp.CALLBACK: Declined(
        "Windows 2000 to XP",
        "all: callback 6, which is CBCP",
        "Q170063: odd CBCP crashes RASMAN of NT 3.51; Q182281: NT 4 calls back by CBCP alone",
    ),
    Lcp.MRRU: Declined("Windows 2000 to XP", "all", "CLIENTS, PPP: multilink is offered, reject"),
    Lcp.SHORT_SEQUENCE: Declined("Windows 2000 to XP", "all", "RFC 1990, 5.1.2: goes with MRRU"),
    Lcp.ENDPOINT: Declined("Windows NT", "4", "tcpdump's pptp.pcap, frame 16: goes with MRRU"),
    Lcp.LINK_DISCRIMINATOR: Declined(
        "Windows 2000 to XP", "all", "RFC 2125, 6.1: BAP, which would dial a second link"
    ),
}


def manners_of(client: str) -> Manners:
    """Those of a kind of client."""
    return MANNERS.get(client, PLAIN)


# Windows 2000 to XP clients ask for MRU 1400 and do not mind a smaller one.
# Evidence: pfSense documentation, LCP log; Debian's notes on l2tpd of 2003-08-23.

# Windows 2000 said "loopback detected" where LCP came back to it as it had sent it, by a terminal's
# echo. No frame ever goes back to where it came from. Evidence: notes on l2tpd of 2002-12, 2003-01.

# Windows 2000 and later: no MPPE inside L2TP/IPsec; they Protocol-Reject CCP. A server set to
# "require data encryption" then ends LCP. Evidence: pfSense documentation; Q172215, Q174474.

# Windows 2000 and later say who they are with LCP Identification: "MSRASV5.20", then
# "MSRAS-0-" and the host's name. Evidence: pfSense documentation, LCP log.

# pptpd and pppd send LCP with FF 03 before it until LCP is up and without afterwards, in the same
# call; both ways are read always. Evidence: gen-pptp-mppe128.pcap, frames 22 and 23.

# Windows as a server gives the reason of a Terminate-Request as its magic number, this mark and
# its own error number. The form was seen in pppd's logs as `<\315t`, no recording is at hand; it
# only changes a text a person reads.
TERMINATE_MARK: Final = bytes.fromhex("003ccd74")
RAS_ERRORS: Final = {  # Q172215, Q174474, Q219353 give the numbers
    629: "error 629: the port was disconnected",
    718: "error 718: the other side did not answer in time",
    720: "error 720: no PPP control protocols could be agreed on",
    733: "error 733: no network protocol could be agreed on",
    742: "error 742: the other side has not the encryption that is required",
}

# MPPE of the Linux kernel (ppp_mppe, so every pptpd with pppd) takes a Reset-Request in stateful
# mode otherwise than RFC 3078, 7.2, and agrees with itself: the next frame has a *new* key, where
# the book has the same key and its tables begun anew. Its receiver takes any flagged frame but the
# 256th so, too. A flagged frame that is lost puts two such ends out of step for good. As receiver
# we try as many keys as we have asked for resets; as sender we flag 256th frames alone, whose keys
# it counts right: after a reset our count jumps to the next. The first of all frames is not flagged
# (3.1), which nobody minds. Followed towards whoever calls itself what pptpd does. pppd needs a
# Reset-Ack, which RFC 3078 does without; everybody gets one.
# Evidence: trials against Debian's pptpd 1.4.0, pppd 2.4.9 and kernel 6.1 (tests/interop,
# mppe_128_stateful, at up to 4 % of loss).
LINUX: Final = frozenset({"linux"})

# pppd has no 40 bit with MS-CHAP version 1: it knows no LM hash ("MS-CHAP LM not supported").
# Evidence: pppd 2.4.9's log in the same lab.


def ras_error(data: bytes) -> str | None:
    """What a Terminate-Request of a Windows server means; None if it is not of that form."""
    if len(data) != 12 or data[4:8] != TERMINATE_MARK:
        return None
    number = int.from_bytes(data[8:], "big")
    return RAS_ERRORS.get(number, f"error {number}")


def changes_on_reset(vendor: str) -> bool:
    """Whether a server that gives this maker's name in PPTP has a new key after each reset."""
    return vendor in LINUX
