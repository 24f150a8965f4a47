"""The numbers of PPTP (RFC 2637). Times are seconds."""

from enum import IntEnum
from typing import Final

PORT: Final = 1723  # TCP
MAGIC_COOKIE: Final = 0x1A2B3C4D
CONTROL_MESSAGE: Final = 1  # "PPTP Message Type"; 2 is reserved for management
VERSION: Final = 0x0100  # version 1, revision 0

HEADER: Final = 10  # bytes: length, message type, cookie, control type
STRING: Final = 64  # bytes, of host and vendor names, phone numbers, subaddresses

FRAMING_ASYNC, FRAMING_SYNC, FRAMING_ANY = 1, 2, 3
BEARER_ANALOG, BEARER_DIGITAL, BEARER_ANY = 1, 2, 3
ACCM_ALL: Final = 0xFFFFFFFF  # escape every control character: nothing has been negotiated

ANSWER_WITHIN: Final = 10.0  # a reply during set-up
STOP_WITHIN: Final = 1.5  # a reply while hanging up: two of them make three seconds
ECHO_IDLE: Final = 60.0  # silence before we ask (RFC 2637, 3.1.4)
ECHO_WITHIN: Final = 60.0  # silence after asking

WINDOW: Final = 64  # packets we take unacknowledged: what the NT client says

ENHANCED_GRE: Final = 0x880B  # protocol type
MOST_SEQUENCE: Final = 0xFFFFFFFF
ACK_DELAY: Final = 0.1  # longest an acknowledgement waits for a frame to ride on
GAP_WAIT: Final = 0.03  # longest a frame waits for the ones before it
GAP_PACKETS: Final = 16  # most frames that wait
RESTART_AFTER: Final = 32  # late packets in a row that mean the peer counts anew
QUEUE: Final = 64  # frames waiting for the peer's window
FIRST_TIMEOUT: Final = 0.3  # acknowledgement time-out before any round trip is known
SHORTEST_TIMEOUT, LONGEST_TIMEOUT = 0.1, 1.0
DEAF_AFTER: Final = 4  # time-outs in a row after which a peer is held not to acknowledge


class Type(IntEnum):
    """Control message types (RFC 2637, 1.4)."""

    SCCRQ = 1
    SCCRP = 2
    STOP_CCRQ = 3
    STOP_CCRP = 4
    ECHO_REQUEST = 5
    ECHO_REPLY = 6
    OCRQ = 7
    OCRP = 8
    ICRQ = 9
    ICRP = 10
    ICCN = 11
    CALL_CLEAR = 12
    CDN = 13
    WAN_ERROR = 14
    SET_LINK = 15


class Stop(IntEnum):
    """Reasons of a Stop-Control-Connection-Request (2.3)."""

    NONE = 1
    PROTOCOL = 2
    LOCAL_SHUTDOWN = 3


OK: Final = 1  # result code of every reply that says yes
DO_NOT_ACCEPT: Final = 3  # result code of an Incoming-Call-Reply (2.10)
CLEARED_ON_REQUEST: Final = 4  # result code of a Call-Disconnect-Notify (2.13)

START_RESULTS: Final = {  # 2.2
    2: "the server has a general error",
    3: "the server says there is a control connection already",
    4: "the server does not let this address connect",
    5: "the server does not speak this version of PPTP",
}
STOP_REASONS: Final = {  # 2.3
    1: "the server stopped the control connection",
    2: "the server stopped: it cannot speak our version of PPTP",
    3: "the server is being shut down",
}
CALL_RESULTS: Final = {  # 2.8
    2: "the server could not place the call",
    3: "the server's line has no carrier",
    4: "the server has no free line (busy)",
    5: "the server's line has no dial tone",
    6: "the server did not place the call in time",
    7: "the server forbids the call",
}
DISCONNECTS: Final = {  # 2.13
    1: "the server lost the carrier",
    2: "the server ended the call after an error",
    3: "the server's operator ended the call",
    4: "the call was cleared as asked",
}
ERRORS: Final = {  # 2.16
    1: "no control connection exists yet",
    2: "a length is wrong",
    3: "a field is out of range",
    4: "it lacks the resources",
    5: "the call id is wrong",
    6: "its vendor's own error",
}
