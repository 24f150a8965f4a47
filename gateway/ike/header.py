"""The header of every ISAKMP message (RFC 2408, 3.1)."""

from dataclasses import dataclass
from struct import Struct

from gateway.ike.errors import BadHeader
from gateway.ike.numbers import COOKIE, FLAG_ENCRYPTION, HEADER, MAJOR, VERSION

_HEADER = Struct("!8s8sBBBBII")


@dataclass(frozen=True, slots=True)
class Header:
    """`first` is the type of the payload behind the header; `message_id` is 0 in phase 1."""

    cookie_i: bytes
    cookie_r: bytes
    first: int
    exchange: int
    flags: int = 0
    message_id: int = 0
    version: int = VERSION

    @property
    def encrypted(self) -> bool:
        return bool(self.flags & FLAG_ENCRYPTION)

    @property
    def message_id_bytes(self) -> bytes:
        """M-ID as the hashes want it."""
        return self.message_id.to_bytes(4, "big")


def parse_header(message: bytes) -> tuple[Header, bytes]:
    """The header and what it says belongs to the message; bytes behind that are left out.

    BadHeader if it is too short or says that more should have come. Which version it is of is
    not looked at: that is `is_version_1`.
    """
    if len(message) < HEADER:
        raise BadHeader(f"{len(message)} bytes are shorter than an ISAKMP header")
    cookie_i, cookie_r, first, version, exchange, flags, message_id, length = _HEADER.unpack_from(
        message
    )
    if not HEADER <= length <= len(message):
        raise BadHeader(f"length {length} in {len(message)} bytes")
    header = Header(cookie_i, cookie_r, first, exchange, flags, message_id, version)
    return header, message[HEADER:length]


def build_message(header: Header, body: bytes) -> bytes:
    """The whole message; ValueError if a cookie has not its eight bytes."""
    if len(header.cookie_i) != COOKIE or len(header.cookie_r) != COOKIE:
        raise ValueError("a cookie has eight bytes")
    return (
        _HEADER.pack(
            header.cookie_i,
            header.cookie_r,
            header.first,
            header.version,
            header.exchange,
            header.flags,
            header.message_id,
            HEADER + len(body),
        )
        + body
    )


def is_version_1(header: Header) -> bool:
    """IKEv2 shares the port and the header's shape, not the meaning."""
    return header.version & MAJOR == VERSION & MAJOR
