"""Files of packets that other programs read: pcapng (draft-ietf-opsawg-pcapng, 3 and 4).

Only what a trace needs: one section, interfaces of raw IP, enhanced packets, statistics. Numbers
are in network byte order, which the section's header tells; times are in microseconds.
"""

from collections.abc import Sequence
from struct import Struct
from typing import Final, NamedTuple

from gateway.wire.cursor import Reader, WireError

SECTION, INTERFACE, STATISTICS, PACKET = 0x0A0D0D0A, 1, 5, 6
ORDER: Final = 0x1A2B3C4D
RAW_IP: Final = 101  # LINKTYPE_RAW
INBOUND, OUTBOUND = 1, 2  # epb_flags, bits 0 and 1
END, COMMENT, NAME, FLAGS, DESCRIPTION = 0, 1, 2, 2, 3  # options; what 2 is, the block says
ISB_DROPPED: Final = 5  # packets that the recording lost
LONGEST_BLOCK: Final = 1 << 20  # bytes
_BLOCK = Struct("!II")
_U32 = Struct("!I")
_OPTION = Struct("!HH")
_SECTION = Struct("!IHHq")
_INTERFACE = Struct("!HHI")
_PACKET = Struct("!IIIII")
_STATISTICS = Struct("!III")
_U64 = Struct("!Q")

Options = Sequence[tuple[int, bytes]]


class Block(NamedTuple):
    """Any block: its kind, its fixed part and options as they came."""

    kind: int
    body: bytes


class Recorded(NamedTuple):
    """One packet. `length` is what it had; `data` may be cut. `flags` is a direction, or 0."""

    interface: int
    microseconds: int
    data: bytes
    length: int
    flags: int = 0
    comment: str = ""


def build_section(comment: str = "") -> bytes:
    """What a file begins with; the section's length is not known."""
    return _block(SECTION, _SECTION.pack(ORDER, 1, 0, -1) + _options(_texts((COMMENT, comment))))


def build_interface(name: str, description: str = "") -> bytes:
    """One more interface; they are numbered from 0 in their order."""
    options = _texts((NAME, name), (DESCRIPTION, description))
    return _block(INTERFACE, _INTERFACE.pack(RAW_IP, 0, 0) + _options(options))


def build_packet(packet: Recorded) -> bytes:
    high, low = divmod(packet.microseconds, 1 << 32)
    head = _PACKET.pack(packet.interface, high, low, len(packet.data), packet.length)
    options = [(FLAGS, _U32.pack(packet.flags))] if packet.flags else []
    options += _texts((COMMENT, packet.comment))
    return _block(PACKET, head + _padded(packet.data) + _options(options))


def build_statistics(interface: int, microseconds: int, lost: int) -> bytes:
    """How many packets of an interface the recording lost."""
    high, low = divmod(microseconds, 1 << 32)
    head = _STATISTICS.pack(interface, high, low)
    return _block(STATISTICS, head + _options([(ISB_DROPPED, _U64.pack(lost))]))


def parse_block(reader: Reader) -> Block:
    """The next block of a file in network byte order; WireError if it contradicts itself."""
    kind, length = reader.u32(), reader.u32()
    if length % 4 or not 12 <= length <= LONGEST_BLOCK:
        raise WireError(f"a block of {length} bytes")
    body = reader.take(length - 12)
    if reader.u32() != length:
        raise WireError("a block's two lengths differ")
    return Block(kind, body)


def parse_packet(block: Block) -> Recorded:
    """An enhanced packet block; WireError if it is none."""
    if block.kind != PACKET:
        raise WireError(f"block {block.kind} is no packet")
    reader = Reader(block.body)
    interface, high, low, kept, length = (reader.u32() for _ in range(5))
    data = reader.take(kept)
    reader.take(-kept % 4)
    options = dict(parse_options(reader))
    flags = int.from_bytes(options.get(FLAGS, b""), "big")
    comment = options.get(COMMENT, b"").decode("utf-8", "replace")
    return Recorded(interface, high << 32 | low, data, length, flags, comment)


def parse_options(reader: Reader) -> list[tuple[int, bytes]]:
    """All up to the end of options, or of the block."""
    found: list[tuple[int, bytes]] = []
    while reader.left:
        kind, length = reader.u16(), reader.u16()
        if kind == END:
            break
        found.append((kind, reader.take(length)))
        reader.take(-length % 4)
    return found


def _block(kind: int, body: bytes) -> bytes:
    length = len(body) + 12
    return _BLOCK.pack(kind, length) + body + _U32.pack(length)


def _texts(*options: tuple[int, str]) -> list[tuple[int, bytes]]:
    return [(kind, text.encode()) for kind, text in options if text]


def _options(options: Options) -> bytes:
    if not options:
        return b""
    parts = [_OPTION.pack(kind, len(value)) + _padded(value) for kind, value in options]
    return b"".join(parts) + _OPTION.pack(END, 0)


def _padded(data: bytes) -> bytes:
    return data + bytes(-len(data) % 4)
