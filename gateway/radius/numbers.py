"""Numbers of RADIUS: RFC 2865 (packets), RFC 2866, 2867 and 2869 (accounting), RFC 5176
(Disconnect)."""

from enum import IntEnum
from typing import Final

HEADER: Final = 20  # bytes: code, identifier, length, authenticator
LONGEST: Final = 4096  # bytes of a packet (RFC 2865, 3)
LONGEST_VALUE: Final = 253  # bytes of one attribute
NOBODY: Final = bytes(16)  # the authenticator while one is being worked out
FRESH: Final = 300  # seconds by which a time stamp may be off (RFC 5176, 6.3)


class Code(IntEnum):
    ACCOUNTING_REQUEST = 4
    ACCOUNTING_RESPONSE = 5
    DISCONNECT_REQUEST = 40
    DISCONNECT_ACK = 41
    DISCONNECT_NAK = 42
    COA_REQUEST = 43
    COA_NAK = 45


class Kind(IntEnum):
    """Kinds of attribute."""

    USER_NAME = 1
    NAS_IP_ADDRESS = 4
    NAS_PORT = 5
    SERVICE_TYPE = 6
    FRAMED_PROTOCOL = 7
    FRAMED_IP_ADDRESS = 8
    REPLY_MESSAGE = 18
    STATE = 24
    CLASS = 25
    CALLED_STATION_ID = 30
    CALLING_STATION_ID = 31
    NAS_IDENTIFIER = 32
    PROXY_STATE = 33
    ACCT_STATUS_TYPE = 40
    ACCT_DELAY_TIME = 41
    ACCT_INPUT_OCTETS = 42
    ACCT_OUTPUT_OCTETS = 43
    ACCT_SESSION_ID = 44
    ACCT_AUTHENTIC = 45
    ACCT_SESSION_TIME = 46
    ACCT_INPUT_PACKETS = 47
    ACCT_OUTPUT_PACKETS = 48
    ACCT_TERMINATE_CAUSE = 49
    ACCT_INPUT_GIGAWORDS = 52
    ACCT_OUTPUT_GIGAWORDS = 53
    EVENT_TIMESTAMP = 55
    NAS_PORT_TYPE = 61
    TUNNEL_TYPE = 64
    TUNNEL_MEDIUM_TYPE = 65
    TUNNEL_CLIENT_ENDPOINT = 66
    ACCT_TUNNEL_CONNECTION = 68
    CONNECT_INFO = 77
    MESSAGE_AUTHENTICATOR = 80
    TUNNEL_CLIENT_AUTH_ID = 90
    ERROR_CAUSE = 101


class Status(IntEnum):
    """Values of Acct-Status-Type (RFC 2866, 5.1)."""

    START = 1
    STOP = 2
    INTERIM = 3
    ON = 7
    OFF = 8


class Cause(IntEnum):
    """Values of Acct-Terminate-Cause (RFC 2866, 5.10)."""

    USER_REQUEST = 1
    LOST_CARRIER = 2
    LOST_SERVICE = 3
    IDLE_TIMEOUT = 4
    ADMIN_RESET = 6
    ADMIN_REBOOT = 7
    NAS_ERROR = 9
    NAS_REQUEST = 10
    NAS_REBOOT = 11
    HOST_REQUEST = 18


class ErrorCause(IntEnum):
    """Values of Error-Cause (RFC 5176, 3.5)."""

    UNSUPPORTED_ATTRIBUTE = 401
    MISSING_ATTRIBUTE = 402
    NAS_MISMATCH = 403
    UNSUPPORTED_SERVICE = 405
    SESSION_NOT_FOUND = 503
    RESOURCES_UNAVAILABLE = 506


FRAMED: Final = 2  # of Service-Type
PPP: Final = 1  # of Framed-Protocol
VIRTUAL: Final = 5  # of NAS-Port-Type
LOCAL, REMOTE = 2, 3  # of Acct-Authentic: whoever lets users in is here, or is somebody else
L2TP: Final = 3  # of Tunnel-Type (RFC 2868, 3.1)
IPV4: Final = 1  # of Tunnel-Medium-Type (RFC 2868, 3.2)
