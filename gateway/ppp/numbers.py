"""The numbers of PPP (RFC 1661, 1332, 1962 and those named beside). Times are seconds."""

from enum import IntEnum
from typing import Final

DEFAULT_MRU: Final = 1500  # bytes, where no MRU was negotiated (RFC 1661, 6.1)
PACKET_HEADER: Final = 4  # bytes: code, identifier, length
FIRST_CONTROL: Final = 0x8000  # protocols from here on negotiate (RFC 1661, 2)

PATIENCE: Final = 10  # Configure-Requests of one side after which a person should be told why
DUPLICATE_WITHIN: Final = 2.0  # an identical Configure-Request after less than this is dropped
# How long one Configure-Request stands for all that are like it. The server is near, and answers a
# client at once or not at all; the client may be far away. Both are less than the usual restart
# timer of three seconds (RFC 1661, 4.6), so that a request that was lost is not held as well.
CLIENT_WAITS, SERVER_WAITS = 2.0, 2.75
REMEMBERED_FOR: Final = 10.0  # how long an acknowledged one is
CCP_RESTART: Final = 3.0  # between two Configure-Requests of ours (RFC 1661, 4.6)
CCP_TRIES: Final = 10  # of them without an answer
EVENT_BURST: Final = 24.0  # events a peer may cause at once, and
EVENT_RATE: Final = 1.0  # a second from then on
SILENT_ECHOES: Final = 3  # echoes of one side in a row without an answer, after which it is told
LONGEST_TEXT: Final = 128  # characters kept of a peer's text


class Protocol(IntEnum):
    """The protocols we look into; others pass unseen."""

    IPCP = 0x8021
    CCP = 0x80FD
    LCP = 0xC021
    PAP = 0xC023
    CHAP = 0xC223
    EAP = 0xC227


NAMES: Final = {
    0x8021: "IPCP", 0x802B: "IPXCP (IPX)", 0x803F: "NBFCP (NetBEUI)", 0x8057: "IPV6CP",
    0x80FD: "CCP", 0xC021: "LCP", 0xC023: "PAP", 0xC025: "LQR", 0xC029: "CBCP (callback)",
    0xC02B: "BACP", 0xC02D: "BAP", 0xC223: "CHAP", 0xC227: "EAP",
}  # fmt: skip

# Whose frames are packets with code, identifier and length: all that bring up a network protocol,
# and these of the link. Link-Quality-Reports (RFC 1989) and what is unknown are not.
FIRST_LINK: Final = 0xC000
LINK_PACKETS: Final = frozenset({0xC021, 0xC023, 0xC029, 0xC02B, 0xC02D, 0xC223, 0xC227})


class Code(IntEnum):
    """RFC 1661, 5; Identification of RFC 1570; the two resets of CCP (RFC 1962, 5.6)."""

    CONFIGURE_REQUEST = 1
    CONFIGURE_ACK = 2
    CONFIGURE_NAK = 3
    CONFIGURE_REJECT = 4
    TERMINATE_REQUEST = 5
    TERMINATE_ACK = 6
    CODE_REJECT = 7
    PROTOCOL_REJECT = 8
    ECHO_REQUEST = 9
    ECHO_REPLY = 10
    IDENTIFICATION = 12
    RESET_REQUEST = 14
    RESET_ACK = 15


class Lcp(IntEnum):
    """LCP options (RFC 1661, 6)."""

    MRU = 1
    AUTHENTICATION = 3
    MAGIC = 5
    PFC = 7
    ACFC = 8
    CALLBACK = 13  # RFC 1570, 2.3
    MRRU = 17  # and these three, of multilink (RFC 1990, 5.1; RFC 2125, 6.1)
    SHORT_SEQUENCE = 18
    ENDPOINT = 19
    LINK_DISCRIMINATOR = 23


LCP_OPTIONS: Final = {
    1: "MRU", 2: "ACCM", 3: "authentication", 4: "quality", 5: "magic number", 7: "PFC",
    8: "ACFC", 9: "FCS", 13: "callback", 17: "MRRU (multilink)", 18: "short sequence",
    19: "endpoint", 23: "BAP",
}  # fmt: skip
IPCP_OPTIONS: Final = {
    1: "addresses", 2: "header compression", 3: "address", 129: "DNS", 130: "WINS",
    131: "second DNS", 132: "second WINS",
}  # fmt: skip
CCP_OPTIONS: Final = {
    0: "OUI", 1: "Predictor 1", 2: "Predictor 2", 17: "Stac", 18: "MPPE/MPPC", 21: "BSD compress",
    24: "Deflate (draft)", 26: "Deflate", 27: "V.44",
}  # fmt: skip
OPTION_NAMES: Final = {
    Protocol.LCP: LCP_OPTIONS,
    Protocol.IPCP: IPCP_OPTIONS,
    Protocol.CCP: CCP_OPTIONS,
}
IP_COMPRESSION: Final = 2  # IPCP options (RFC 1332, 3.2)
IP_ADDRESS: Final = 3  # IPCP option (RFC 1332, 3.3)

MPPE: Final = 18  # CCP option (RFC 3078, 2.1); its 32 bits:
MPPE_STATELESS, MPPE_128, MPPE_40, MPPE_56, MPPC = 0x01000000, 0x40, 0x20, 0x80, 0x01

CHAP_METHODS: Final = {5: "CHAP-MD5", 0x80: "MS-CHAP", 0x81: "MS-CHAPv2"}


class Chap(IntEnum):
    """RFC 1994, 4."""

    CHALLENGE = 1
    RESPONSE = 2
    SUCCESS = 3
    FAILURE = 4


class Pap(IntEnum):
    """RFC 1334, 2.2."""

    REQUEST = 1
    ACK = 2
    NAK = 3


class Eap(IntEnum):
    """RFC 3748, 4; a Response of type 1 carries the name."""

    REQUEST = 1
    RESPONSE = 2
    SUCCESS = 3
    FAILURE = 4


EAP_IDENTITY: Final = 1

# RFC 2433, 5 and RFC 2759, 6; Windows' own error texts say the same.
MSCHAP_ERRORS: Final = {
    646: "this account may not log on at this hour",
    647: "the account is disabled",
    648: "the password has expired",
    649: "the account has no permission to dial in",
    691: "the user name or the password is wrong",
    709: "the password could not be changed",
}
