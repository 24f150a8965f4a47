"""The control messages, typed (RFC 2661, 6 and 7).

A message's fields are named like the attribute types in numbers.py. `read_message` and
`build_body` go by those names, so a message is nothing but its list of fields.
"""

from collections.abc import Mapping
from dataclasses import MISSING, dataclass, field, fields
from typing import Any, ClassVar, Final, get_args

from gateway.l2tp.avp import Avp, build_avp, parse_avps
from gateway.l2tp.errors import BadLength, BadValue, UnknownMandatory, UnknownMessage
from gateway.l2tp.hidden import reveal
from gateway.l2tp.numbers import Kind, MessageType
from gateway.l2tp.values import FORMS, ResultCode, build_value, parse_value
from gateway.wire.cursor import Truncated


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What SCCRQ and SCCRP say alike. A missing host name is for quirks.py to judge."""

    protocol_version: int
    framing_capabilities: int
    bearer_capabilities: int | None = None
    tie_breaker: bytes | None = None
    firmware_revision: int | None = None
    host_name: bytes | None = None
    vendor_name: bytes | None = None
    assigned_tunnel: int
    receive_window: int | None = None
    challenge_response: bytes | None = field(default=None, repr=False)
    challenge: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sccrq(Opening):
    TYPE: ClassVar = MessageType.SCCRQ


@dataclass(frozen=True, slots=True, kw_only=True)
class Sccrp(Opening):
    TYPE: ClassVar = MessageType.SCCRP


@dataclass(frozen=True, slots=True, kw_only=True)
class Scccn:
    TYPE: ClassVar = MessageType.SCCCN
    challenge_response: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class StopCcn:
    TYPE: ClassVar = MessageType.STOPCCN
    assigned_tunnel: int
    result_code: ResultCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    TYPE: ClassVar = MessageType.HELLO


@dataclass(frozen=True, slots=True, kw_only=True)
class Ocrq:
    TYPE: ClassVar = MessageType.OCRQ
    assigned_call: int
    call_serial: int
    minimum_bps: int
    maximum_bps: int
    bearer_type: int
    framing_type: int
    called_number: bytes
    sub_address: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ocrp:
    TYPE: ClassVar = MessageType.OCRP
    assigned_call: int
    physical_channel: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Occn:
    TYPE: ClassVar = MessageType.OCCN
    connect_speed: int
    framing_type: int
    receive_speed: int | None = None
    sequencing_required: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Icrq:
    """Sequencing Required belongs into the ICCN; a LAC that says it here already is believed."""

    TYPE: ClassVar = MessageType.ICRQ
    assigned_call: int
    call_serial: int
    bearer_type: int | None = None
    physical_channel: int | None = None
    calling_number: bytes | None = None
    called_number: bytes | None = None
    sub_address: bytes | None = None
    sequencing_required: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Icrp:
    TYPE: ClassVar = MessageType.ICRP
    assigned_call: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Iccn:
    TYPE: ClassVar = MessageType.ICCN
    connect_speed: int
    framing_type: int
    initial_received_lcp: bytes | None = None
    last_sent_lcp: bytes | None = None
    last_received_lcp: bytes | None = None
    proxy_authen_type: int | None = None
    proxy_authen_name: bytes | None = None
    proxy_authen_challenge: bytes | None = None
    proxy_authen_id: int | None = None
    proxy_authen_response: bytes | None = field(default=None, repr=False)
    private_group: bytes | None = None
    receive_speed: int | None = None
    sequencing_required: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cdn:
    TYPE: ClassVar = MessageType.CDN
    result_code: ResultCode
    assigned_call: int
    cause_code: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wen:
    TYPE: ClassVar = MessageType.WEN
    call_errors: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Sli:
    TYPE: ClassVar = MessageType.SLI
    accm: bytes


OfTunnel = Sccrq | Sccrp | Scccn | StopCcn | Hello
OfCall = Ocrq | Ocrp | Occn | Icrq | Icrp | Iccn | Cdn | Wen | Sli
Message = OfTunnel | OfCall
TYPES: Final[Mapping[int, type[Message]]] = {each.TYPE: each for each in get_args(Message)}
# A fault in one of these ends its call, a fault in another one ends the tunnel (4.1).
OF_A_CALL: Final = frozenset(each.TYPE for each in get_args(OfCall))


@dataclass(frozen=True, slots=True)
class Body:
    """The pairs of one message, hidden ones in clear, the Message Type taken off."""

    message_type: int
    mandatory: bool  # whether an unknown type may not be ignored
    avps: tuple[Avp, ...]

    def assigned(self, kind: Kind) -> int:
        """An id the sender says it has assigned, 0 if it says none that can be read."""
        for avp in self.avps:
            if avp.kind == kind and not avp.vendor and not avp.hidden and len(avp.value) == 2:
                return int.from_bytes(avp.value, "big")
        return 0


def parse_body(body: bytes, secret: bytes | None) -> Body:
    """L2tpError if the pairs cannot be told apart or no Message Type comes first."""
    try:
        avps = reveal(parse_avps(body), secret)
    except Truncated as error:
        raise BadLength(f"AVP: {error}") from None
    if not avps or avps[0].kind != Kind.MESSAGE_TYPE or not _is_ours(avps[0]):
        raise BadValue("no Message Type comes first")
    if len(avps[0].value) != 2:
        raise BadLength("Message Type is not two bytes")
    first = int.from_bytes(avps[0].value, "big")
    return Body(first, avps[0].mandatory, tuple(avps[1:]))


def read_message(body: Body) -> Message | None:
    """The message, or None if its type is unknown and may be ignored.

    Pairs that are known but have no place in this message are ignored; of two alike the first
    counts.
    """
    kind = TYPES.get(body.message_type)
    if kind is None:
        if body.mandatory:
            raise UnknownMessage(f"message type {body.message_type} is not known")
        return None
    values: dict[str, Any] = {}
    wanted = {each.name for each in fields(kind)}
    for avp in body.avps:
        if not _is_ours(avp) or avp.kind not in FORMS:
            if avp.mandatory:
                raise UnknownMandatory(f"AVP {avp.kind} of vendor {avp.vendor} is not known")
            continue
        name = Kind(avp.kind).name.lower()
        if name in wanted:
            values.setdefault(name, parse_value(avp))
    for each in fields(kind):
        if each.default is MISSING and each.name not in values:
            raise BadValue(f"{kind.TYPE.name} without {each.name.replace('_', ' ')}")
    return kind(**values)


def build_body(message: Message) -> bytes:
    """The pairs of a message in the order of its fields; None and False are left out."""
    pairs = [Avp(Kind.MESSAGE_TYPE, message.TYPE.to_bytes(2, "big"), mandatory=True)]
    for each in fields(message):
        value = getattr(message, each.name)
        if value is not None and value is not False:
            pairs.append(build_value(Kind[each.name.upper()], value))
    return b"".join(map(build_avp, pairs))


def readable(value: bytes | None) -> str:
    """A peer's text for people: printable ASCII as it is, every other byte as `\\xNN`."""
    return "".join(chr(each) if 32 <= each < 127 else f"\\x{each:02x}" for each in value or b"")


def _is_ours(avp: Avp) -> bool:
    """Whether the pair can be recognised at all: RFC 2661, 4.1, on vendor, H and reserved bits."""
    return not (avp.vendor or avp.hidden or avp.reserved)
