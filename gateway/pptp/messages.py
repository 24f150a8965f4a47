"""The fifteen control messages, each of one fixed size (RFC 2637, 2).

A message is a layout and the names of its fields in the same order, so that parsing and building
undo each other byte by byte. Reserved fields and what follows a string's first NUL are kept.
"""

import struct
from collections.abc import Callable
from dataclasses import dataclass, fields
from operator import attrgetter
from struct import Struct
from typing import Any, ClassVar, Final

from gateway.pptp.errors import BadLength, LostSync, UnknownType
from gateway.pptp.numbers import CONTROL_MESSAGE, MAGIC_COOKIE, STRING, Type
from gateway.wire.cursor import Reader

_HEADER = Struct("!HHIH")
NO_TEXT: Final = bytes(STRING)


@dataclass(frozen=True, slots=True, kw_only=True)
class StartRequest:
    """Start-Control-Connection-Request (2.1)."""

    type: ClassVar = Type.SCCRQ
    layout: ClassVar = Struct("!HHHIIHH64s64s")
    reserved0: int = 0
    version: int
    reserved1: int = 0
    framing: int
    bearer: int
    channels: int
    firmware: int
    host_name: bytes
    vendor: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StartReply:
    """Start-Control-Connection-Reply (2.2)."""

    type: ClassVar = Type.SCCRP
    layout: ClassVar = Struct("!HHBBIIHH64s64s")
    reserved0: int = 0
    version: int
    result: int
    error: int = 0
    framing: int
    bearer: int
    channels: int
    firmware: int
    host_name: bytes
    vendor: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class StopRequest:
    """Stop-Control-Connection-Request (2.3)."""

    type: ClassVar = Type.STOP_CCRQ
    layout: ClassVar = Struct("!HBBH")
    reserved0: int = 0
    reason: int
    reserved1: int = 0
    reserved2: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StopReply:
    """Stop-Control-Connection-Reply (2.4)."""

    type: ClassVar = Type.STOP_CCRP
    layout: ClassVar = Struct("!HBBH")
    reserved0: int = 0
    result: int
    error: int = 0
    reserved1: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoRequest:
    """Echo-Request (2.5)."""

    type: ClassVar = Type.ECHO_REQUEST
    layout: ClassVar = Struct("!HI")
    reserved0: int = 0
    identifier: int


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoReply:
    """Echo-Reply (2.6)."""

    type: ClassVar = Type.ECHO_REPLY
    layout: ClassVar = Struct("!HIBBH")
    reserved0: int = 0
    identifier: int
    result: int
    error: int = 0
    reserved1: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingCallRequest:
    """Outgoing-Call-Request (2.7); speeds in bits a second, the delay in tenths of a second."""

    type: ClassVar = Type.OCRQ
    layout: ClassVar = Struct("!HHHIIIIHHHH64s64s")
    reserved0: int = 0
    call_id: int
    serial: int
    least_speed: int
    most_speed: int
    bearer: int
    framing: int
    window: int
    delay: int = 0
    phone_length: int = 0
    reserved1: int = 0
    phone: bytes = NO_TEXT
    subaddress: bytes = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingCallReply:
    """Outgoing-Call-Reply (2.8); the delay in tenths of a second."""

    type: ClassVar = Type.OCRP
    layout: ClassVar = Struct("!HHHBBHIHHI")
    reserved0: int = 0
    call_id: int
    peer_call_id: int
    result: int
    error: int = 0
    cause: int = 0
    speed: int
    window: int
    delay: int = 0
    channel: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingCallRequest:
    """Incoming-Call-Request (2.9)."""

    type: ClassVar = Type.ICRQ
    layout: ClassVar = Struct("!HHHIIHH64s64s64s")
    reserved0: int = 0
    call_id: int
    serial: int
    bearer: int
    channel: int
    dialed_length: int = 0
    dialing_length: int = 0
    dialed: bytes = NO_TEXT
    dialing: bytes = NO_TEXT
    subaddress: bytes = NO_TEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingCallReply:
    """Incoming-Call-Reply (2.10)."""

    type: ClassVar = Type.ICRP
    layout: ClassVar = Struct("!HHHBBHHH")
    reserved0: int = 0
    call_id: int
    peer_call_id: int
    result: int
    error: int = 0
    window: int = 0
    delay: int = 0
    reserved1: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class IncomingCallConnected:
    """Incoming-Call-Connected (2.11)."""

    type: ClassVar = Type.ICCN
    layout: ClassVar = Struct("!HHHIHHI")
    reserved0: int = 0
    peer_call_id: int
    reserved1: int = 0
    speed: int
    window: int
    delay: int = 0
    framing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CallClearRequest:
    """Call-Clear-Request (2.12)."""

    type: ClassVar = Type.CALL_CLEAR
    layout: ClassVar = Struct("!HHH")
    reserved0: int = 0
    call_id: int
    reserved1: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class CallDisconnectNotify:
    """Call-Disconnect-Notify (2.13)."""

    type: ClassVar = Type.CDN
    layout: ClassVar = Struct("!HHBBHH128s")
    reserved0: int = 0
    call_id: int
    result: int
    error: int = 0
    cause: int = 0
    reserved1: int = 0
    statistics: bytes = bytes(128)


@dataclass(frozen=True, slots=True, kw_only=True)
class WanErrorNotify:
    """WAN-Error-Notify (2.14): counts since the call began."""

    type: ClassVar = Type.WAN_ERROR
    layout: ClassVar = Struct("!HHHIIIIII")
    reserved0: int = 0
    peer_call_id: int
    reserved1: int = 0
    crc_errors: int
    framing_errors: int
    hardware_overruns: int
    buffer_overruns: int
    timeouts: int
    alignment_errors: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLinkInfo:
    """Set-Link-Info (2.15): the control characters PPP negotiated to escape, as bits."""

    type: ClassVar = Type.SET_LINK
    layout: ClassVar = Struct("!HHHII")
    reserved0: int = 0
    peer_call_id: int
    reserved1: int = 0
    send_accm: int
    receive_accm: int


Message = (
    StartRequest | StartReply | StopRequest | StopReply | EchoRequest | EchoReply
    | OutgoingCallRequest | OutgoingCallReply | IncomingCallRequest | IncomingCallReply
    | IncomingCallConnected | CallClearRequest | CallDisconnectNotify | WanErrorNotify
    | SetLinkInfo
)  # fmt: skip

KINDS: Final[dict[int, type[Message]]] = {
    kind.type: kind
    for kind in (
        StartRequest, StartReply, StopRequest, StopReply, EchoRequest, EchoReply,
        OutgoingCallRequest, OutgoingCallReply, IncomingCallRequest, IncomingCallReply,
        IncomingCallConnected, CallClearRequest, CallDisconnectNotify, WanErrorNotify,
        SetLinkInfo,
    )
}  # fmt: skip
_NAMES: Final = {number: [f.name for f in fields(kind)] for number, kind in KINDS.items()}
_LENGTHS: Final = {_HEADER.size + kind.layout.size for kind in KINDS.values()}
_VALUES: Final[dict[int, Callable[[Any], tuple[Any, ...]]]] = {
    number: attrgetter(*names) for number, names in _NAMES.items()
}


def next_length(buffer: bytes) -> int | None:
    """The length of the message `buffer` begins with; None while too little is there to tell.

    Raises a PptpError as soon as the bytes there cannot become a message, so that junk is never
    waited for.
    """
    if len(buffer) >= 2 and (length := int.from_bytes(buffer[:2], "big")) not in _LENGTHS:
        raise BadLength(f"no control message has {length} bytes")
    if len(buffer) < _HEADER.size:
        return None
    length, message_type, cookie, number = _HEADER.unpack_from(buffer)
    if cookie != MAGIC_COOKIE:
        raise LostSync(f"magic cookie {cookie:#010x}")
    if message_type != CONTROL_MESSAGE or number not in KINDS:
        raise UnknownType(f"message type {message_type}, control type {number}")
    right = size_of(number)
    if length != right:
        raise BadLength(f"{Type(number).name} of {length} bytes, not {right}")
    return right


def size_of(number: int) -> int:
    """Bytes of a whole message of this control type, header included."""
    return _HEADER.size + KINDS[number].layout.size


def parse_message(reader: Reader) -> Message:
    """Take one whole message."""
    head = reader.take(_HEADER.size)
    next_length(head)  # raises what is wrong with it
    number = _HEADER.unpack(head)[3]
    kind = KINDS[number]
    values = kind.layout.unpack(reader.take(kind.layout.size))
    named: dict[str, Any] = dict(zip(_NAMES[number], values, strict=True))
    return kind(**named)


def build_message(message: Message) -> bytes:
    """The bytes of a message; ValueError for a value its field cannot hold."""
    values = _VALUES[message.type](message)
    try:
        body = message.layout.pack(*values)
    except struct.error as problem:
        raise ValueError(f"{message.type.name}: {problem}") from problem
    if message.layout.unpack(body) != values:
        raise ValueError(f"{message.type.name}: a text has not the size of its field")
    return (
        _HEADER.pack(_HEADER.size + len(body), CONTROL_MESSAGE, MAGIC_COOKIE, message.type) + body
    )


def text_field(text: str) -> bytes:
    """A string as its field of 64 bytes; ValueError unless it is printable ASCII and ends in it."""
    if not (text.isascii() and (text.isprintable())) or len(text) >= STRING:
        raise ValueError(f"{text!r} is not printable ASCII of less than {STRING} characters")
    return text.encode().ljust(STRING, b"\0")


def text_of(field: bytes) -> str:
    """What a person may read of a string field: up to the NUL, strange bytes as dots."""
    text = field.split(b"\0", 1)[0]
    return "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in text)
