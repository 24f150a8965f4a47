"""What real peers do against the book, each with client, version and evidence.

The sources' short names: SS strongSwan, LS libreswan, OSW Openswan, VE VPNease, KB Microsoft's
knowledge base, MS-IKEE Microsoft's open specification.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from gateway.ike.numbers import PORT_L2TP, IdType


@dataclass(frozen=True, slots=True)
class Quirk:
    """`name` is what an owner is shown where it was needed; what the book allows has none."""

    client: str
    version: str
    evidence: str
    name: str = field(default="", kw_only=True)


@dataclass(frozen=True, slots=True)
class Preference(Quirk):
    first: str


# A draft-only host must send only draft-02 with a newline in its text; SafeNet's sends 00 with it.
# Who sends both spellings gets this one back, and no other.
BOTH_DRAFTS_02: Final = Preference(
    client="Windows 2000, XP, Server 2003",
    version="all with NAT traversal",
    evidence="MS-IKEE 58d4d766; logs at support.linogate.com/en/ipsec/log.html",
    first="draft-02n",
)


@dataclass(frozen=True, slots=True)
class NatDAnswer(Quirk):
    answer: str  # a value of `nat.Answer`


NAT_HIDDEN: Final = "the router before us is not shown"

# What is told of our own end where a router before us forwards the two UDP ports, by the name of
# the client's vendor ID. Those that refuse a server behind a NAT, unless somebody has edited their
# registry, are told what they believe; all others are told the truth.
_REFUSES: Final = NatDAnswer(
    client="Windows",
    version="XP SP2, Server 2003, Vista and later",
    evidence="KB885407: needs AssumeUDPEncapsulationContextOnSendRule = 2; SE parrots to all",
    answer="parrot",
    name=NAT_HIDDEN,
)
NAT_D_ANSWERS: Final[Mapping[str, NatDAnswer]] = {
    "Windows XP SP2 or Server 2003": _REFUSES,
    "Windows Vista": _REFUSES,
    "Windows Server 2008": _REFUSES,
    "Windows 7": _REFUSES,
    "Windows Server 2008 R2": _REFUSES,
    "Windows 8 or later": _REFUSES,
    "Windows XP": NatDAnswer(
        client="Windows XP",
        version="before SP2",
        evidence="KB885407: it is SP2 that changed what is done without the registry value",
        answer="honest",
    ),
    "Windows 2000": NatDAnswer(
        client="Windows 2000",
        version="with KB818043",
        evidence="KB885407: not affected",
        answer="honest",
    ),
    "SafeNet": NatDAnswer(
        client="SafeNet, and what Windows 98, ME and NT 4 have of it",
        version="all",
        evidence='none known that it refuses such a server; if one does, nat_d = "parrot" helps',
        answer="honest",
    ),
}

# It holds on to a main mode whose time is over while quick modes live, and may use it to renew
# them; an answer that never comes costs it a minute, and then the session. It knows no dead peer
# detection. So a phase 1 without that, and not renewed, ends with the last of its client's pairs.
PHASE_1_STAYS: Final = Quirk(
    client="Windows 2000 and later",
    version="all",
    evidence="MS-IKEE 3ca5ed53: main mode is not deleted while quick modes live",
)

# We never begin a quick mode, nor a main mode: it is the client that renews its keys, and whoever
# answers has no addresses to put into selectors that a client behind a NAT would take. What a
# client does not renew ends, is deleted with a word to it, and is made anew when it has to send.
CLIENT_STARTS: Final = Quirk(
    client="all old clients",
    version="all",
    evidence="VE responder_rekey: the responder never rekeys; kitten#12: Windows renews by itself",
)

# Who sets the commit bit may say CONNECTED in a fourth message of quick mode; Windows says
# INITIAL-CONTACT there. Nothing follows from either: the third message has confirmed the pair.
COMMIT: Final = Quirk(
    client="Windows 2000, XP, Server 2003",
    version="all; as the responder, and so perhaps as the initiator",
    evidence="RFC 2408, 3.1; SS task_manager_v1.c:1146 ignores the fourth message",
    name="commit bit",
)

# At 250 MB it renews its keys by volume, which is every few minutes under load.
VOLUME: Final = Quirk(
    client="Windows 2000, XP, Server 2003",
    version="all: 250000 KB, and 100 MB by default with XP and Server 2003",
    evidence="pfSense documentation, kitten#12: 250000000 lifebytes; KB2790970",
    name="lifetime by volume",
)

# It comes in a notification, in quick mode or by itself; the shorter life is the peer's to keep.
RESPONDER_LIFETIME: Final = Quirk(
    client="Windows 2000, XP, Server 2003",
    version="all, as the responder",
    evidence="a log in the Ubuntu forum, 2013-05-07",
)

# Ports of our side in the selectors of quick mode, besides the book's 1701.
SERVER_PORTS: Final[Mapping[int, Quirk]] = {
    PORT_L2TP: Quirk("all", "since the update of 2003-07", "RFC 3193, 4; J. de Leeuw's changelog"),
    0: Quirk(
        "Windows 2000, XP",
        "before the update",
        "KB248750; OSW leftprotoport=17/%any",
        name="any port of ours (17/0)",
    ),
}

# Selectors of any other type are refused: nobody who dials L2TP sends them.
SELECTOR_TYPES: Final[Mapping[int, Quirk]] = {
    IdType.IPV4: Quirk("all", "all", "RFC 2409, 5.5"),
    IdType.FQDN: Quirk(
        "Windows 2000, XP",
        "with KB818043",
        "KB818043; hack in LS, OSW and SS",
        name="host name in quick mode",
    ),
    IdType.USER_FQDN: Quirk(
        "Windows 2000, XP",
        "with KB818043",
        "as FQDN, by the same code",
        name="user name in quick mode",
    ),
    IdType.IPV4_SUBNET: Quirk(
        "racoon",
        "ipsec-tools",
        "RFC 2407, 4.6.2.4: a /32 is a host",
        name="subnet in quick mode",
    ),
}

# How many identities quick mode may have. Without any the addresses of phase 1 are meant, and for
# L2TP the port is missing too: taken as "anything between the two". One alone is the server's.
SELECTOR_COUNTS: Final[Mapping[int, Quirk]] = {
    2: Quirk("all", "all", "RFC 2409, 5.5"),
    1: Quirk(
        "Windows XP",
        "in draft mode",
        "SS a889cfe5e1: omits the TSi",
        name="one selector in quick mode",
    ),
    0: Quirk("any host to host", "all", "RFC 2409, 5.5: optional", name="no selectors"),
}

# What follows is of servers that we ask.

# They send back other identities in quick mode than were sent: a host name, the outer address.
ECHOED_IDS: Final = Quirk(
    client="Windows Server 2003 as the answering end",
    version="all",
    evidence="log of 2013-05-07 (CLIENTS, 3): IDci the outer address, IDcr FQDN vtlonvpn01...",
)

# The selectors of quick mode, the server's port: what to ask for, in this order. The filter of RRAS
# is "Me to Any, source port any", and a server with that refuses, or does not answer, 17/1701.
ASKED_PORTS: Final[Mapping[int, Quirk]] = {
    PORT_L2TP: Quirk("all servers", "since the update of 2003-07", "RFC 3193, 4"),
    0: Quirk("Windows 2000 RRAS", "before the update", "KB248750: source port any"),
}

# A packet that follows our third message at once is decrypted, and answered in the clear: the
# server has the pair for what comes in, and none yet for what goes out. L2TP then loses a second.
# Client: libreswan 4.10 with the Linux kernel. Evidence: seen in the lab, a packet 0.4 ms behind.
SETTLES: Final = 1 / 16  # seconds until a new pair is used, unless the server uses it first

# With the commit bit in its second message the server ends quick mode by a fourth: HASH(4) and
# CONNECTED, in the same exchange. The RFC has an informational one instead; both are understood.
FOURTH_MESSAGE: Final = Quirk(
    client="Windows 2000 and Server 2003 as the answering end; z/OS",
    version="all",
    evidence="IKE draft of May 1999, and IBM's z/OS manual, 'Quick mode with commit bit'; SS "
    "task_manager_v1.c: INITIAL-CONTACT comes in it",
)

# Nobody acknowledges the fourth message, so it is not sent again by itself; our third is, and if
# that brings nothing we go on: L2TP will tell whether the server is there.
FOURTH_IS_NOT_REPEATED: Final = Quirk(
    client="any that sets the commit bit", version="all", evidence="RFC 2408, 5.1: no retry of it"
)
