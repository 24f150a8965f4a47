"""Attribute-value pairs, of which every L2TP control message is made (RFC 2661, 4.1)."""

from dataclasses import dataclass, field
from struct import Struct

from gateway.l2tp.errors import BadLength
from gateway.wire.cursor import Reader

HEADER = 6  # bytes: flags and length, vendor, kind
LONGEST = 0x3FF  # bytes, header included: the length field has ten bits
MANDATORY, HIDDEN, RESERVED = 0x8000, 0x4000, 0x3C00
_HEADER = Struct("!HHH")


@dataclass(frozen=True, slots=True)
class Avp:
    """One pair, whether or not we know its kind: an unknown one is kept as it came."""

    kind: int
    value: bytes = field(repr=False)  # may be a secret that was hidden on its way
    vendor: int = 0  # 0 is the IETF's own numbering
    mandatory: bool = False
    hidden: bool = False
    reserved: int = 0  # non-zero makes the pair unrecognised, whatever its kind


def parse_avp(message: Reader) -> Avp:
    flags = message.u16()
    length = flags & LONGEST
    if length < HEADER:
        raise BadLength(f"AVP of {length} bytes is shorter than its header")
    vendor, kind = message.u16(), message.u16()
    return Avp(
        kind=kind,
        value=message.take(length - HEADER),
        vendor=vendor,
        mandatory=bool(flags & MANDATORY),
        hidden=bool(flags & HIDDEN),
        reserved=(flags & RESERVED) >> 10,
    )


def parse_avps(body: bytes) -> list[Avp]:
    """All pairs of a message, in order."""
    reader = Reader(body)
    avps = []
    while reader.left:
        avps.append(parse_avp(reader))
    return avps


def build_avp(avp: Avp) -> bytes:
    length = HEADER + len(avp.value)
    if length > LONGEST:
        raise ValueError(f"AVP {avp.kind} of {length} bytes is longer than {LONGEST}")
    flags = (
        (MANDATORY if avp.mandatory else 0)
        | (HIDDEN if avp.hidden else 0)
        | avp.reserved << 10
        | length
    )
    return _HEADER.pack(flags, avp.vendor, avp.kind) + avp.value
