"""What stands in an attribute-value pair, by its kind (RFC 2661, 4.4)."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from struct import pack
from typing import Final

from gateway.l2tp.avp import Avp
from gateway.l2tp.errors import BadLength, BadValue
from gateway.l2tp.numbers import Kind


@dataclass(frozen=True, slots=True)
class ResultCode:
    """`error` is None where the sender left it out."""

    result: int
    error: int | None = None
    message: bytes = b""


Value = int | bytes | bool | ResultCode


class Form(Enum):
    """How a value lies in its bytes."""

    U16 = auto()
    ASSIGNED = auto()  # sixteen bits, of which zero is not allowed
    U32 = auto()
    BYTES = auto()
    RESULT = auto()
    NOTHING = auto()  # that the pair is there says all


# Kind -> form, and whether we send it with the M bit (4.4.2 to 4.4.6).
FORMS: Final[Mapping[int, tuple[Form, bool]]] = {
    Kind.MESSAGE_TYPE: (Form.U16, True),
    Kind.RESULT_CODE: (Form.RESULT, True),
    Kind.PROTOCOL_VERSION: (Form.U16, True),
    Kind.FRAMING_CAPABILITIES: (Form.U32, True),
    Kind.BEARER_CAPABILITIES: (Form.U32, True),
    Kind.TIE_BREAKER: (Form.BYTES, False),
    Kind.FIRMWARE_REVISION: (Form.U16, False),
    Kind.HOST_NAME: (Form.BYTES, True),
    Kind.VENDOR_NAME: (Form.BYTES, False),
    Kind.ASSIGNED_TUNNEL: (Form.ASSIGNED, True),
    Kind.RECEIVE_WINDOW: (Form.ASSIGNED, True),
    Kind.CHALLENGE: (Form.BYTES, True),
    Kind.CAUSE_CODE: (Form.BYTES, True),
    Kind.CHALLENGE_RESPONSE: (Form.BYTES, True),
    Kind.ASSIGNED_CALL: (Form.ASSIGNED, True),
    Kind.CALL_SERIAL: (Form.U32, True),
    Kind.MINIMUM_BPS: (Form.U32, True),
    Kind.MAXIMUM_BPS: (Form.U32, True),
    Kind.BEARER_TYPE: (Form.U32, True),
    Kind.FRAMING_TYPE: (Form.U32, True),
    Kind.CALLED_NUMBER: (Form.BYTES, True),
    Kind.CALLING_NUMBER: (Form.BYTES, True),
    Kind.SUB_ADDRESS: (Form.BYTES, True),
    Kind.CONNECT_SPEED: (Form.U32, True),
    Kind.PHYSICAL_CHANNEL: (Form.U32, False),
    Kind.INITIAL_RECEIVED_LCP: (Form.BYTES, False),
    Kind.LAST_SENT_LCP: (Form.BYTES, False),
    Kind.LAST_RECEIVED_LCP: (Form.BYTES, False),
    Kind.PROXY_AUTHEN_TYPE: (Form.U16, False),
    Kind.PROXY_AUTHEN_NAME: (Form.BYTES, False),
    Kind.PROXY_AUTHEN_CHALLENGE: (Form.BYTES, False),
    Kind.PROXY_AUTHEN_ID: (Form.U16, False),
    Kind.PROXY_AUTHEN_RESPONSE: (Form.BYTES, False),
    Kind.CALL_ERRORS: (Form.BYTES, True),
    Kind.ACCM: (Form.BYTES, True),
    Kind.RANDOM_VECTOR: (Form.BYTES, True),
    Kind.PRIVATE_GROUP: (Form.BYTES, False),
    Kind.RECEIVE_SPEED: (Form.U32, False),
    Kind.SEQUENCING_REQUIRED: (Form.NOTHING, True),
}
_SIZES: Final = {Form.U16: 2, Form.ASSIGNED: 2, Form.U32: 4}


def parse_value(avp: Avp) -> Value:
    """The value of a pair whose kind is in FORMS."""
    form, _ = FORMS[avp.kind]
    if form is Form.BYTES:
        return avp.value
    if form is Form.NOTHING:
        return True
    if form is Form.RESULT:
        return _parse_result(avp.value)
    if len(avp.value) != _SIZES[form]:
        raise BadLength(f"AVP {avp.kind} holds {len(avp.value)} bytes")
    number = int.from_bytes(avp.value, "big")
    if form is Form.ASSIGNED and number == 0:
        raise BadValue(f"AVP {avp.kind} is zero")
    return number


def build_value(kind: Kind, value: Value) -> Avp:
    """The pair that holds `value`; ValueError if its form has no room for it."""
    form, mandatory = FORMS[kind]
    return Avp(kind, _encode(form, value), mandatory=mandatory)


def _encode(form: Form, value: Value) -> bytes:
    if isinstance(value, ResultCode):
        error = b"" if value.error is None else pack("!H", value.error)
        return pack("!H", value.result) + error + value.message
    if isinstance(value, bytes):
        return value
    if form is Form.NOTHING:
        return b""
    if not 0 <= value < 1 << 8 * _SIZES[form]:
        raise ValueError(f"{value} does not fit in {_SIZES[form]} bytes")
    return value.to_bytes(_SIZES[form], "big")


def _parse_result(value: bytes) -> ResultCode:
    """The error code may be left out, and the message behind it (4.4.2)."""
    if len(value) < 2 or len(value) == 3:
        raise BadLength(f"Result Code of {len(value)} bytes")
    error = int.from_bytes(value[2:4], "big") if len(value) > 2 else None
    return ResultCode(int.from_bytes(value[:2], "big"), error, value[4:])
