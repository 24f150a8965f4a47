"""What real PPP peers do against, or beside, the RFCs; each with who, which version, evidence.

Evidence: Q... is a Microsoft Knowledge Base article, a file name is a capture of the test data.
"""

from typing import Final

# Windows NT 4 before SP5: with a round trip of about a second each Configure-Request that comes
# starts LCP again, for ever (error 718). A bridge must not add delay, and must not let identical
# requests pile up: `Passage` drops those that come before the first can have been answered.
# Only under the same identifier; another one is a new request. Evidence: Q219353.

# Windows NT 4 before SP5: a length larger than its packet corrupts memory in NdisWan. `Passage`
# lets no control packet pass whose length, or whose protocol, is not within its frame.
# Evidence: Q230177, Q283001.

# Windows 2000 to XP clients ask for MRU 1400 and callback (CBCP), and ask again without what was
# rejected. Clients of the MSL2TP kind take 1410 at least. Neither minds a smaller one.
# Evidence: pfSense documentation, LCP log; Debian bug notes on l2tpd of 2003-08-23.

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
# 256th so, too. A flagged frame that is lost puts two such ends out of step for good; ours tries as
# many keys as it has asked for resets, and what it sends itself it cannot take back. The first of
# all frames is not flagged (3.1), which nobody minds. Followed towards whoever calls itself what
# pptpd does. pppd needs a Reset-Ack, which RFC 3078 does without; everybody gets one.
# Evidence: trials against Debian's pptpd 1.4.0, pppd 2.4.9 and kernel 6.1 (tests/interop,
# mppe_128_stateful): 20 resets asked for by it and 10 by us, and no frame went wrong.
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
