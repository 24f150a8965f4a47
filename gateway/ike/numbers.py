"""Every number of ISAKMP, its IPsec DOI and IKE that is used here (RFC 2407, 2408, 2409, 3706)."""

from enum import IntEnum
from typing import Final

HEADER: Final = 28  # bytes of an ISAKMP header
COOKIE: Final = 8  # bytes
NO_COOKIE: Final = bytes(COOKIE)
VERSION: Final = 0x10  # major 1, minor 0
MAJOR: Final = 0xF0

FLAG_ENCRYPTION: Final = 0x01
FLAG_COMMIT: Final = 0x02

PORT_IKE: Final = 500
PORT_NATT: Final = 4500
PORT_L2TP: Final = 1701
UDP: Final = 17

DOI_IPSEC: Final = 1
SIT_IDENTITY_ONLY: Final = 1

NONCE_SHORTEST, NONCE_LONGEST = 8, 256  # bytes (RFC 2409, 5)
NONCE_OURS: Final = 20  # bytes
LOWEST_SPI: Final = 256  # RFC 2406, 2.1: below are reserved
DEFAULT_LIFE: Final = 28800  # seconds, where nothing is said (RFC 2407, 4.5.4)
LONGEST_LIFE: Final = 0xFFFFFFFF  # what is longer is as good as this


class Exchange(IntEnum):
    """Exchange types (RFC 2408, 3.1; RFC 2409, appendix A)."""

    MAIN = 2
    AGGRESSIVE = 4
    INFORMATIONAL = 5
    QUICK = 32
    AUTHIP = 243  # Windows Vista and later try this first


class Kind(IntEnum):
    """Payload types (RFC 2408, 3.1). NAT traversal's differ from draft to draft: see `nat.py`."""

    NONE = 0
    SA = 1
    PROPOSAL = 2
    TRANSFORM = 3
    KE = 4
    ID = 5
    CERT = 6
    CERT_REQUEST = 7
    HASH = 8
    SIGNATURE = 9
    NONCE = 10
    NOTIFICATION = 11
    DELETE = 12
    VENDOR = 13
    FRAGMENT = 0x84  # MS-IKEE 2.2.3.1: of a message cut by IKE itself


class Protocol(IntEnum):
    """Protocol identifiers of proposals, notifications and deletes (RFC 2407, 4.4.1)."""

    ISAKMP = 1
    AH = 2
    ESP = 3
    IPCOMP = 4


KEY_IKE: Final = 1  # the one transform of phase 1 (RFC 2407, 4.4.2)


class IkeAttribute(IntEnum):
    """Attributes of phase 1 (RFC 2409, appendix A)."""

    ENCRYPTION = 1
    HASH = 2
    AUTHENTICATION = 3
    GROUP = 4
    GROUP_TYPE = 5
    PRIME = 6
    GENERATOR_ONE = 7
    GENERATOR_TWO = 8
    CURVE_A = 9
    CURVE_B = 10
    LIFE_TYPE = 11
    LIFE_DURATION = 12
    PRF = 13
    KEY_LENGTH = 14
    FIELD_SIZE = 15
    GROUP_ORDER = 16


class EspAttribute(IntEnum):
    """Attributes of phase 2 (RFC 2407, 4.5)."""

    LIFE_TYPE = 1
    LIFE_DURATION = 2
    GROUP = 3
    ENCAPSULATION = 4
    AUTHENTICATION = 5
    KEY_LENGTH = 6
    KEY_ROUNDS = 7
    EXTENDED_SEQUENCE = 11  # RFC 4304


LIFE_SECONDS, LIFE_KILOBYTES = 1, 2
PRE_SHARED_KEY: Final = 1
RSA_SIGNATURES: Final = 3
TUNNEL, TRANSPORT = 1, 2

IKE_CIPHERS: Final = {"des": 1, "3des": 5, "aes": 7}
IKE_HASHES: Final = {"md5": 1, "sha1": 2}
ESP_CIPHERS: Final = {"des": 2, "3des": 3, "aes": 12}
ESP_HASHES: Final = {"md5": 1, "sha1": 2}


class IdType(IntEnum):
    """Identification types (RFC 2407, 4.6.2.1)."""

    IPV4 = 1
    FQDN = 2
    USER_FQDN = 3
    IPV4_SUBNET = 4
    IPV6 = 5
    IPV6_SUBNET = 6
    IPV4_RANGE = 7
    IPV6_RANGE = 8
    DER_DN = 9
    DER_GN = 10
    KEY_ID = 11


class Notify(IntEnum):
    """Notify message types (RFC 2408, 3.14.1; RFC 2407, 4.6.3; RFC 3706, 5.3)."""

    SITUATION_NOT_SUPPORTED = 3
    NO_PROPOSAL_CHOSEN = 14
    PAYLOAD_MALFORMED = 16
    INVALID_KEY_INFORMATION = 17
    INVALID_ID_INFORMATION = 18
    INVALID_CERTIFICATE = 20
    INVALID_CERT_AUTHORITY = 22
    AUTHENTICATION_FAILED = 24
    INVALID_SIGNATURE = 25
    CONNECTED = 16384
    RESPONDER_LIFETIME = 24576
    REPLAY_STATUS = 24577
    INITIAL_CONTACT = 24578
    R_U_THERE = 36136
    R_U_THERE_ACK = 36137
