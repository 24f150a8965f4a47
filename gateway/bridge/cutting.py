"""What is recorded of a message: how it was put together, and nothing that is anybody's business.

Numbers, orders, forms and vendor IDs stay; keys, nonces, hashes, proofs, SPIs, cookies, addresses,
names and whatever is not known go. The forms of a part are told in `control/recorded.py`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Final

from gateway.ike.attributes import Attribute
from gateway.ike.header import Header
from gateway.ike.numbers import Exchange, IdType, Kind, Notify
from gateway.ike.payloads import Payload, parse_delete, parse_identification, parse_notification
from gateway.ike.proposals import Association, build_association, parse_association
from gateway.ike.shape import LONGEST_VENDOR
from gateway.l2tp.avp import Avp
from gateway.l2tp.numbers import Kind as AvpKind
from gateway.ppp.frame import Packet
from gateway.ppp.numbers import LCP_OPTIONS, Code, Lcp, Protocol
from gateway.ppp.options import Option, build_options, parse_options
from gateway.wire.cursor import WireError

LONGEST_ATTRIBUTE: Final = 8  # bytes; longer ones have names in them (Windows' GSS identity)
NAT_D: Final = frozenset((15, 20, 130))
NAT_OA: Final = frozenset((16, 21, 131))
ENCODINGS: Final = (b"\1", b"\4")  # of certificates that are looked into: PKCS#7 and X.509
# Notices whose data says nothing of a place or a person.
TELLING: Final = frozenset((Notify.RESPONDER_LIFETIME, Notify.REPLAY_STATUS))
# L2TP pairs that hold numbers, versions and forms; of all others only the length stays.
PLAIN_PAIRS: Final = frozenset(
    (
        AvpKind.MESSAGE_TYPE,
        AvpKind.PROTOCOL_VERSION,
        AvpKind.FRAMING_CAPABILITIES,
        AvpKind.BEARER_CAPABILITIES,
        AvpKind.FIRMWARE_REVISION,
        AvpKind.VENDOR_NAME,
        AvpKind.ASSIGNED_TUNNEL,
        AvpKind.RECEIVE_WINDOW,
        AvpKind.ASSIGNED_CALL,
        AvpKind.CALL_SERIAL,
        AvpKind.MINIMUM_BPS,
        AvpKind.MAXIMUM_BPS,
        AvpKind.BEARER_TYPE,
        AvpKind.FRAMING_TYPE,
        AvpKind.CONNECT_SPEED,
        AvpKind.PHYSICAL_CHANNEL,
        AvpKind.RECEIVE_SPEED,
        AvpKind.PROXY_AUTHEN_TYPE,
        AvpKind.SEQUENCING_REQUIRED,
    )
)
VERSION: Final = b"MSRASV"  # of LCP Identification; what else stands there is a machine's name
LONGEST_OPTION: Final = 5  # bytes: all of LCP's in LCP_OPTIONS but numbers to call and addresses


@dataclass(slots=True)
class Places:
    """Whose address is whose. `fits` tells whether a NAT-D hash is of (gateway, client) as seen."""

    gateway: bytes
    outside: bytes
    private: bytes = b""
    fits: Callable[[bytes, bool], bool] = lambda hash, of_gateway: False

    def who(self, host: bytes) -> str:
        if host == self.gateway:
            return "gateway"
        if host == self.outside:
            return "outside"
        self.private = self.private or host
        return "client" if host == self.private else "other"


def cut_ike(header: Header, payloads: Iterable[Payload], places: Places) -> tuple[str, ...]:
    """A part for each payload, its type first."""
    quick = header.exchange == Exchange.QUICK
    return tuple(f"{each.kind} {_payload(each, places, quick=quick)}" for each in payloads)


def cut_avps(avps: Iterable[Avp]) -> tuple[str, ...]:
    """A part for each pair: its kind, its vendor, whether it is mandatory, and its form."""
    return tuple(
        f"{each.kind} {each.vendor} {'m' if each.mandatory else '-'} {_avp(each)}" for each in avps
    )


def cut_ppp(protocol: int, packet: Packet) -> tuple[str, ...]:
    """One part: protocol, code, and the form of what stands behind."""
    return (f"{protocol:04x} {packet.code} {_ppp(protocol, packet)}",)


def _payload(payload: Payload, places: Places, *, quick: bool) -> str:
    body = payload.body
    try:
        match payload.kind:
            case Kind.SA:
                return _association(parse_association(body), quick=quick)
            case Kind.ID:
                return f"id {_identity(body, places)}"
            case Kind.NOTIFICATION:
                return _notification(body)
            case Kind.DELETE:
                delete = parse_delete(body)
                return f"delete {delete.protocol} {len(delete.spis)}"
            case kind if kind in NAT_OA:
                return f"nat-oa {_identity(body, places)}"
    except WireError:
        return f"cut {len(body)}"
    return _plain_payload(payload.kind, body, places)


def _plain_payload(kind: int, body: bytes, places: Places) -> str:
    match kind:
        case Kind.KE:
            return f"public {len(body)}"
        case Kind.NONCE:
            return f"nonce {len(body)}"
        case Kind.HASH:
            return "hash"
        case Kind.SIGNATURE:
            return "signature"
        case Kind.CERT | Kind.CERT_REQUEST if body[:1] in ENCODINGS:  # who is in them is cut
            return f"{'certificate' if kind == Kind.CERT else 'request'} {body[0]}"
        case Kind.VENDOR:  # text has been seen in them, never longer than this
            return f"as {(body[:LONGEST_VENDOR] + bytes(len(body[LONGEST_VENDOR:]))).hex()}"
        case kind if kind in NAT_D:
            if places.fits(body, True):
                return "nat-d gateway"
            return "nat-d outside" if places.fits(body, False) else "nat-d other"
    return f"cut {len(body)}"


def _association(association: Association, *, quick: bool) -> str:
    """Long attributes become zeros, and so do the SPIs of phase 2."""
    proposals = tuple(
        replace(
            proposal,
            spi=bytes(len(proposal.spi)),
            transforms=tuple(
                replace(each, attributes=tuple(map(_attribute, each.attributes)))
                for each in proposal.transforms
            ),
        )
        for proposal in association.proposals
    )
    data = build_association(replace(association, proposals=proposals))
    return f"{'esp' if quick else 'offer'} {data.hex()}"


def _attribute(attribute: Attribute) -> Attribute:
    if len(attribute.value) <= LONGEST_ATTRIBUTE:
        return attribute
    return replace(attribute, value=bytes(len(attribute.value)))


def _identity(body: bytes, places: Places) -> str:
    identity = parse_identification(body)
    who = f"cut:{len(identity.data)}"
    if identity.kind == IdType.IPV4 and len(identity.data) == 4:
        who = places.who(identity.data)
    elif identity.kind == IdType.DER_DN:
        who = "subject"
    elif identity.kind in (IdType.FQDN, IdType.USER_FQDN):
        who = f"name:{len(identity.data)}"
    return f"{identity.kind} {identity.protocol} {identity.port} {who}"


def _notification(body: bytes) -> str:
    notice = parse_notification(body)
    data = notice.data.hex() if notice.kind in TELLING else f"cut:{len(notice.data)}"
    return f"notify {notice.protocol} {notice.kind} {len(notice.spi)} {data or '-'}"


def _avp(avp: Avp) -> str:
    if avp.kind == AvpKind.HOST_NAME and not avp.vendor and not avp.hidden:
        return f"name {len(avp.value)}"
    if avp.vendor or avp.hidden or avp.kind not in PLAIN_PAIRS:
        return f"cut {len(avp.value)}"
    return f"as {avp.value.hex()}"


def _ppp(protocol: int, packet: Packet) -> str:
    if packet.code == Code.IDENTIFICATION and protocol == Protocol.LCP:
        text = packet.data[4:]
        kept = text if text.startswith(VERSION) and len(text) <= len(VERSION) + 4 else b""
        return f"as {(bytes(4) + kept).hex()}" if kept else f"cut {len(packet.data)}"
    configures = packet.code <= Code.CONFIGURE_REJECT
    if protocol not in (Protocol.LCP, Protocol.IPCP, Protocol.CCP) or not configures:
        return f"cut {len(packet.data)}"
    try:
        options = parse_options(packet.data)
    except WireError:
        return f"cut {len(packet.data)}"
    return f"as {build_options(_option(protocol, each) for each in options).hex()}"


def _option(protocol: int, option: Option) -> Option:
    """Addresses, magic numbers and numbers to call go; sizes, forms and methods stay."""
    telling = option.kind in LCP_OPTIONS and option.kind not in (Lcp.MAGIC, Lcp.ENDPOINT)
    short = len(option.data) <= LONGEST_OPTION and (
        option.kind != Lcp.CALLBACK or len(option.data) < 2
    )
    kept = protocol == Protocol.CCP or (protocol == Protocol.LCP and telling and short)
    return option if kept else option._replace(data=bytes(len(option.data)))
