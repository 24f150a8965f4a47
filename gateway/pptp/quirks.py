"""What real PPTP peers do against, or beside, RFC 2637; each with who, which version, evidence.

Evidence names a Microsoft Knowledge Base article (Q...), or a capture among the test data.
"""

from typing import Final

# How we present ourselves. All is fixed: nothing a client sends is ever copied into a control
# message, because servers before NT 4 SP4 stop (0x0A in raspptpe.sys) on a malformed one.
# Evidence: Q179107; the values are those of the NT client in tcpdump's pptp.pcap.
FIRMWARE: Final = 0x0870
LEAST_SPEED, MOST_SPEED = 300, 100_000_000  # bits a second

# Windows NT 4 and 2000, both ends: Set-Link-Info goes several times and both ways, not only after
# LCP has negotiated an ACCM. We send one when the call opens, one when LCP is open and one in
# answer to the server's, and never more, so that two polite ends do not talk for ever.
# Evidence: Q241252; tcpdump's pptp.pcap, frame 15.
MOST_SET_LINK_INFO: Final = 3

# Windows NT 4 RAS before SP4: a receive window of 2, honoured strictly there; a window of 0 is
# what no RFC explains, and would forbid every frame. Evidence: Q162230, Q167040 (the default).
NT4_WINDOW: Final = 2

# PoPToP 1.0 to 1.4 ("linux", earlier "MoretonBay") announces 3 and ignores what it announces, but
# acknowledges alone only after 50 ms: taken at its word it would carry 60 packets a second.
# Evidence: gen-pptp-mppe128.pcap, frames 17 (window 3), 58 and 59 (50 ms).
WINDOWS: Final = {"linux": 32}

# PoPToP assigns call id 0, and so do others: 0 is a call like any other.
# Evidence: tcpdump's pptp.pcap frame 12, gen-pptp-mppe128.pcap frame 17.

# Any control message shows that an idle server lives, and any Echo-Reply answers, whatever its
# identifier: what matters to an owner is a call that stays up. Evidence: Q193841 (60 s and 60 s).

# A Call-Disconnect-Notify is taken whichever call id it names: servers put either end's there and
# a connection of ours carries one call only. A Call-Clear-Request, which only a PNS may send, is
# answered like the book answers one. No evidence of a version; harmless.

# PoPToP and pptp-linux hang up by closing TCP after, or instead of, the last messages.
# Evidence: gen-pptp-mppe128.pcap frames 86 to 89: Call-Clear-Request, then FIN from both.

# PPTP servers number their GRE packets from 0 or from 1; a server whose line is re-made may start
# again in the middle. Evidence: gen-pptp-mppe128.pcap frames 19 (1) and 20 (0).


def window_to_honour(vendor: str, offered: int) -> int:
    """Packets we may have under way towards a server that calls itself `vendor`."""
    return max(offered or NT4_WINDOW, WINDOWS.get(vendor, 0))
