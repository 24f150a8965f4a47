"""The numbers of RFC 2661, and the times and limits that are ours."""

from enum import IntEnum

VERSION = 2  # in the header; 1 is L2F, 3 is RFC 3931
PROTOCOL_VERSION = 0x0100  # version 1, revision 0
TYPE, LENGTH, SEQUENCE, OFFSET = 0x8000, 0x4000, 0x0800, 0x0200  # header flags T, L, S, O
VERSION_MASK = 0x000F

DEFAULT_WINDOW = 4  # messages, of a peer that does not say (4.4.3)
FIRST_WAIT = 1.0  # seconds until the first retransmission (5.8)
LONGEST_WAIT = 8.0  # seconds
TRIES = 8  # times a message is sent before the tunnel falls
LINGER = 31.0  # seconds a closed tunnel still acknowledges (5.7)

HELLO_AFTER = 60.0  # seconds of silence (6.5)
SETUP = 60.0  # seconds a tunnel or call may take to come up, or a tunnel to ask for a call
PARTING = 2.0  # seconds our CDN may stay unacknowledged before the StopCCN follows it
EMPTY = 10.0  # seconds a tunnel whose last call the peer has ended is left to the peer

TUNNELS = 4  # of one client at a time
CALLS = 8
MOST_QUEUED = 64  # messages of ours to one tunnel; until they are acknowledged it is not heard
MOST_PAIRS = 64  # of an SCCRQ whose kinds are kept


class MessageType(IntEnum):
    """Section 3.2."""

    SCCRQ = 1
    SCCRP = 2
    SCCCN = 3
    STOPCCN = 4
    HELLO = 6
    OCRQ = 7
    OCRP = 8
    OCCN = 9
    ICRQ = 10
    ICRP = 11
    ICCN = 12
    CDN = 14
    WEN = 15
    SLI = 16


class Kind(IntEnum):
    """Attribute types of section 4.4."""

    MESSAGE_TYPE = 0
    RESULT_CODE = 1
    PROTOCOL_VERSION = 2
    FRAMING_CAPABILITIES = 3
    BEARER_CAPABILITIES = 4
    TIE_BREAKER = 5
    FIRMWARE_REVISION = 6
    HOST_NAME = 7
    VENDOR_NAME = 8
    ASSIGNED_TUNNEL = 9
    RECEIVE_WINDOW = 10
    CHALLENGE = 11
    CAUSE_CODE = 12
    CHALLENGE_RESPONSE = 13
    ASSIGNED_CALL = 14
    CALL_SERIAL = 15
    MINIMUM_BPS = 16
    MAXIMUM_BPS = 17
    BEARER_TYPE = 18
    FRAMING_TYPE = 19
    CALLED_NUMBER = 21
    CALLING_NUMBER = 22
    SUB_ADDRESS = 23
    CONNECT_SPEED = 24
    PHYSICAL_CHANNEL = 25
    INITIAL_RECEIVED_LCP = 26
    LAST_SENT_LCP = 27
    LAST_RECEIVED_LCP = 28
    PROXY_AUTHEN_TYPE = 29
    PROXY_AUTHEN_NAME = 30
    PROXY_AUTHEN_CHALLENGE = 31
    PROXY_AUTHEN_ID = 32
    PROXY_AUTHEN_RESPONSE = 33
    CALL_ERRORS = 34
    ACCM = 35
    RANDOM_VECTOR = 36
    PRIVATE_GROUP = 37
    RECEIVE_SPEED = 38
    SEQUENCING_REQUIRED = 39


class Stop(IntEnum):
    """Result codes of a StopCCN (4.4.2)."""

    REQUESTED = 1
    GENERAL_ERROR = 2
    ALREADY_EXISTS = 3
    NOT_AUTHORIZED = 4
    VERSION = 5
    SHUTTING_DOWN = 6
    STATE_MACHINE = 7


class Disconnect(IntEnum):
    """Result codes of a CDN, those we send (4.4.2)."""

    LOST_CARRIER = 1
    GENERAL_ERROR = 2
    ADMINISTRATIVE = 3
    NO_FACILITY_NOW = 4
    NO_FACILITY = 5
    BUSY = 8


class GeneralError(IntEnum):
    """Error codes behind either result code 2 (4.4.2)."""

    NONE = 0
    NO_TUNNEL = 1
    LENGTH = 2
    VALUE = 3
    RESOURCES = 4
    CALL_INVALID = 5
    VENDOR = 6
    TRY_ANOTHER = 7
    UNKNOWN_MANDATORY = 8


FRAMING_BOTH = 0x3  # Framing Capabilities: asynchronous and synchronous
FIRMWARE = 0x0100  # what we say of ourselves
VENDOR = b"Postern"
CHALLENGE_LENGTH = 16  # bytes
