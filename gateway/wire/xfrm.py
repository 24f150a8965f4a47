"""Security associations and policies as the kernel takes them and tells of them (linux/xfrm.h).

Only what Postern uses: ESP in transport mode over IPv4, with or without UDP around it. The structs
are those of the 64-bit ABI; addresses, ports and SPIs in them are in network order, the rest not.
"""

from dataclasses import dataclass, field
from struct import Struct
from typing import Final, NamedTuple

from gateway.wire.cursor import Truncated
from gateway.wire.ipv4 import PROTOCOL_ESP
from gateway.wire.netlink import attribute, parse_attributes

# Kinds of message
NEW_SA, DELETE_SA, GET_SA = 0x10, 0x11, 0x12
NEW_POLICY, DELETE_POLICY, GET_POLICY = 0x13, 0x14, 0x15
EXPIRED, UPDATE_SA, MAPPING = 0x18, 0x1A, 0x26
GROUP_EXPIRED, GROUP_MAPPING = 2, 8  # groups of events
# Attributes
CIPHER, ENCAPSULATION, TEMPLATE, REPLAY_NARROW, AUTH_TRUNCATED, REPLAY = 2, 4, 5, 10, 20, 23

INET, TRANSPORT, ESP_IN_UDP = 2, 0, 2
IN, OUT = 0, 1  # directions of a policy
ANY_ALGORITHM: Final = 0xFFFFFFFF
ICV_BITS: Final = 96  # HMAC cut to 96 bits (RFC 2403, RFC 2404)
NO_LIMIT: Final = 0xFFFFFFFFFFFFFFFF
WINDOW: Final = 256  # packets of the replay window, as in user space
WORDS: Final = WINDOW // 32

_ADDRESS = Struct("=4s12x")
_SELECTOR = Struct("!4s12x4s12xHHHH")
_SELECTOR_REST = Struct("=HBBB3xiI")  # family, bits of target and source, protocol, index, user
_ID = Struct("!4s12xIB3x")
_NAMED = Struct("=HBx")  # family, protocol
_LIMITS = Struct("=4Q4Q")  # bytes and packets, soft and hard; seconds since added and since used
_COUNTED = Struct("=4Q")  # bytes, packets, when added, when first used
_DROPPED = Struct("=3I")  # left of the window, seen before, false ICV
_SA_REST = Struct("=IIHBBB7x")  # sequence, reqid, family, mode, window, flags
_POLICY_REST = Struct("=IIBBBB4x")  # priority, index, direction, action, flags, share
_POLICY_NAMED = Struct("=IBxxx")
_TEMPLATE = Struct("=IBBBxIII")  # reqid, mode, share, optional, algorithms
_MAPPING = Struct("!16xI4x4x4s12x4s12xHH")
_REPLAY_HEAD = Struct("=6I")  # words, sent, heard, their high halves, window
_REPLAY_NARROW = Struct("=3I")  # sent, heard, seen
_U16 = Struct("=H")
_U32 = Struct("=I")
_PORTS = Struct("!HH")

SA: Final = 224  # bytes
POLICY: Final = 168  # bytes
_AT_ID, _AT_SOURCE, _AT_LIMITS, _AT_COUNTED, _AT_DROPPED, _AT_REST = 56, 80, 96, 160, 192, 204
_AT_REQID = 44  # in a template


class Selector(NamedTuple):
    """Which packets. No bits of a host are any host; port 0 and protocol 0 are any, too."""

    source: bytes = bytes(4)
    source_bits: int = 0
    target: bytes = bytes(4)
    target_bits: int = 0
    protocol: int = 0
    source_port: int = 0
    target_port: int = 0


class Replay(NamedTuple):
    """`sent` and `heard` are the newest sequence numbers; bit (n - 1) % 256 of `seen` is for n."""

    sent: int = 0
    heard: int = 0
    seen: int = 0


@dataclass(frozen=True, slots=True)
class Association:
    """One direction. `cipher` and `digest` are the kernel's names, such as "cbc(des3_ede)".

    `ports` are source and target of the UDP around it, None for plain ESP. A limit of None is none;
    `seconds` count from when the kernel was given the association.
    """

    source: bytes
    target: bytes
    spi: int
    reqid: int
    cipher: str
    cipher_key: bytes = field(repr=False)
    digest: str
    digest_key: bytes = field(repr=False)
    selector: Selector = Selector()
    ports: tuple[int, int] | None = None
    replay: Replay = Replay()
    soft_bytes: int | None = None
    hard_bytes: int | None = None
    soft_packets: int | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What the kernel says of an association; not its keys.

    `bytes` are those of ESP packets, from the SPI to the ICV.
    """

    source: bytes
    target: bytes
    spi: int
    protocol: int
    reqid: int
    bytes: int
    packets: int
    replay: Replay
    replays: int  # dropped: seen before, or left of the window
    forged: int  # dropped: the ICV was not the packet's
    ports: tuple[int, int] | None


class Expired(NamedTuple):
    """A limit was reached; after a hard one the kernel has deleted the association."""

    known: Known
    hard: bool


class Mapped(NamedTuple):
    """An authentic packet for `spi` came from elsewhere; whether it was the newest is not said."""

    spi: int
    was: tuple[bytes, int]
    now: tuple[bytes, int]


class KnownPolicy(NamedTuple):
    """A policy of the kernel's, as far as it shows whose it is."""

    selector: Selector
    direction: int
    reqid: int | None  # of its first template


def build_association(sa: Association) -> bytes:
    """The body of NEW_SA and UPDATE_SA."""
    limits = (sa.soft_bytes, sa.hard_bytes, sa.soft_packets, None)
    seconds = (0, sa.seconds or 0, 0, 0)
    return b"".join(
        (
            build_selector(sa.selector),
            _ID.pack(sa.target, sa.spi, PROTOCOL_ESP),
            _ADDRESS.pack(sa.source),
            _LIMITS.pack(*(NO_LIMIT if each is None else each for each in limits), *seconds),
            bytes(_AT_REST - _AT_COUNTED),
            # The old field for a window has to be 0 where REPLAY says it.
            _SA_REST.pack(0, sa.reqid, INET, TRANSPORT, 0, 0),
            attribute(AUTH_TRUNCATED, _algorithm(sa.digest, sa.digest_key, ICV_BITS)),
            attribute(CIPHER, _algorithm(sa.cipher, sa.cipher_key)),
            _encapsulation(sa.ports),
            attribute(REPLAY, _build_replay(sa.replay)),
        )
    )


def name_association(target: bytes, spi: int) -> bytes:
    """The body of DELETE_SA and GET_SA."""
    return _ADDRESS.pack(target) + spi.to_bytes(4, "big") + _NAMED.pack(INET, PROTOCOL_ESP)


def build_policy(selector: Selector, direction: int, reqid: int, priority: int) -> bytes:
    """The body of NEW_POLICY: what the selector names has to be ESP by associations of `reqid`."""
    template = (
        _ID.pack(bytes(4), 0, PROTOCOL_ESP)
        + _U16.pack(INET)
        + bytes(2)
        + _ADDRESS.pack(bytes(4))
        + _TEMPLATE.pack(reqid, TRANSPORT, 0, 0, *[ANY_ALGORITHM] * 3)
    )
    return (
        build_selector(selector)
        + _LIMITS.pack(*[NO_LIMIT] * 4, *[0] * 4)
        + bytes(_COUNTED.size)
        + _POLICY_REST.pack(priority, 0, direction, 0, 0, 0)
        + attribute(TEMPLATE, template)
    )


def name_policy(selector: Selector, direction: int) -> bytes:
    """The body of DELETE_POLICY."""
    return build_selector(selector) + _POLICY_NAMED.pack(0, direction)


def build_selector(selector: Selector) -> bytes:
    ports = (selector.target_port, selector.source_port)
    masked = [part for port in ports for part in (port, 0xFFFF if port else 0)]
    bits = (selector.target_bits, selector.source_bits)
    return _SELECTOR.pack(selector.target, selector.source, *masked) + _SELECTOR_REST.pack(
        INET, *bits, selector.protocol, 0, 0
    )


def parse_association(body: bytes) -> Known:
    """The body of a NEW_SA from the kernel; behind an EXPIRED's is more, which is left alone."""
    if len(body) < SA:
        raise Truncated(f"{len(body)} bytes are no association")
    target, spi, protocol = _ID.unpack_from(body, _AT_ID)
    counted, packets, _, _ = _COUNTED.unpack_from(body, _AT_COUNTED)
    left_of_window, seen_before, forged = _DROPPED.unpack_from(body, _AT_DROPPED)
    reqid = _SA_REST.unpack_from(body, _AT_REST)[1]
    more = parse_attributes(body[SA:])
    return Known(
        source=body[_AT_SOURCE : _AT_SOURCE + 4],
        target=target,
        spi=spi,
        protocol=protocol,
        reqid=reqid,
        bytes=counted,
        packets=packets,
        replay=_parse_replay(more),
        replays=left_of_window + seen_before,
        forged=forged,
        ports=_parse_ports(more.get(ENCAPSULATION, b"")),
    )


def parse_expired(body: bytes) -> Expired:
    """The body of EXPIRED: an association, and whether the limit was a hard one."""
    if len(body) <= SA:
        raise Truncated("it is not said which limit")
    return Expired(parse_association(body[:SA]), hard=body[SA] != 0)


def parse_mapping(body: bytes) -> Mapped:
    """The body of MAPPING."""
    if len(body) < _MAPPING.size:
        raise Truncated(f"{len(body)} bytes are no mapping")
    spi, was, now, was_port, now_port = _MAPPING.unpack_from(body)
    return Mapped(spi, (was, was_port), (now, now_port))


def parse_policy(body: bytes) -> KnownPolicy:
    """The body of a NEW_POLICY from the kernel."""
    if len(body) < POLICY:
        raise Truncated(f"{len(body)} bytes are no policy")
    target, source, target_port, _, source_port, _ = _SELECTOR.unpack_from(body)
    bits = _SELECTOR_REST.unpack_from(body, _SELECTOR.size)
    selector = Selector(source, bits[2], target, bits[1], bits[3], source_port, target_port)
    direction = _POLICY_REST.unpack_from(body, POLICY - _POLICY_REST.size)[2]
    template = parse_attributes(body[POLICY:]).get(TEMPLATE, b"")
    reqid = None
    if len(template) >= _AT_REQID + _U32.size:
        reqid = _U32.unpack_from(template, _AT_REQID)[0]
    return KnownPolicy(selector, direction, reqid)


def _algorithm(name: str, key: bytes, *cut: int) -> bytes:
    lengths = b"".join(_U32.pack(each) for each in (8 * len(key), *cut))
    return name.encode().ljust(64, b"\0") + lengths + key


def _encapsulation(ports: tuple[int, int] | None) -> bytes:
    if ports is None:
        return b""
    # Two bytes of padding, then the original address, which the kernel has no use for.
    return attribute(ENCAPSULATION, _U16.pack(ESP_IN_UDP) + _PORTS.pack(*ports) + bytes(18))


def _parse_ports(value: bytes) -> tuple[int, int] | None:
    if len(value) < _U16.size + _PORTS.size:
        return None
    source, target = _PORTS.unpack_from(value, _U16.size)
    return source, target


def _build_replay(replay: Replay) -> bytes:
    """The window of any width, without extended sequence numbers."""
    head = _REPLAY_HEAD.pack(WORDS, replay.sent, replay.heard, 0, 0, WINDOW)
    words = ((replay.seen >> (32 * place)) & 0xFFFFFFFF for place in range(WORDS))
    return head + b"".join(map(_U32.pack, words))


def _parse_replay(attributes: dict[int, bytes]) -> Replay:
    wide, narrow = attributes.get(REPLAY, b""), attributes.get(REPLAY_NARROW, b"")
    if len(wide) >= _REPLAY_HEAD.size:
        words, sent, heard, _, _, _ = _REPLAY_HEAD.unpack_from(wide)
        places = range(_REPLAY_HEAD.size, len(wide) - 3, 4)[:words]
        seen = sum(_U32.unpack_from(wide, at)[0] << (32 * place) for place, at in enumerate(places))
        return Replay(sent, heard, seen)
    if len(narrow) >= _REPLAY_NARROW.size:
        return Replay(*_REPLAY_NARROW.unpack_from(narrow))
    return Replay()
