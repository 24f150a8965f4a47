"""Reading recorded bytes: pcap, pcapng, JSON and raw files, by the standard library alone.

Scapy would do it too, a thousand times slower. Nothing here refuses a broken packet: the captures
that matter most are the broken ones. Only the file format itself has to be right.

    for payload in udp_payloads(vectors("captures") / "gen-l2tp-ipsec-natt-3des.pcap", 4500): ...
"""

import gzip
import json
import re
from collections.abc import Iterator
from pathlib import Path
from struct import Struct, unpack_from
from typing import Final

import pytest

from gateway.wire.udp import Datagram, Endpoint

# Link types: https://www.tcpdump.org/linktypes.html
NULL, ETHERNET, PPP, RAW, SLL, SLL2 = 0, 1, 9, 101, 113, 276
RAW_TYPES = frozenset({12, 14, RAW, 228})
IPV4, VLAN = 0x0800, 0x8100
UDP = 17

SECTION, INTERFACE, SIMPLE, ENHANCED = 0x0A0D0D0A, 1, 3, 6  # pcapng blocks

_DUMP_ROW: Final = re.compile(r"(?:^|\s)\d+: ((?:[0-9A-F]{2} )+)")
_PCAP_ORDER: Final = {
    b"\xd4\xc3\xb2\xa1": "<",
    b"\xa1\xb2\xc3\xd4": ">",
    b"\x4d\x3c\xb2\xa1": "<",  # the same with nanoseconds
    b"\xa1\xb2\x3c\x4d": ">",
}


class NotACapture(ValueError):
    """The file is of none of the forms we read."""


def shared_data() -> Path:
    """The folder `shared/data` beside the checkout; skips the test where it is missing.

    What has no stated licence stays there and is never copied into this tree.
    """
    path = Path(__file__).resolve().parents[2] / "shared" / "data"
    if not path.is_dir():
        pytest.skip(
            "plays recordings without a licence to be copied here: put them into ../shared/data"
        )
    return path


def vectors(room: str) -> Path:
    """The folder of this tree's own vectors for one room."""
    return Path(__file__).resolve().parent / "vectors" / room


def read_pcap(path: Path) -> list[bytes]:
    """All frames from the link layer on, in the order they were recorded."""
    return [frame for _, frame in _frames(path)]


def ip_packets(path: Path) -> list[bytes]:
    """The IPv4 packets, without link header and padding; a truncated packet stays truncated."""
    found = (_ip_of(link, frame) for link, frame in _frames(path))
    return [packet for packet in found if packet]


def udp_datagrams(path: Path) -> list[Datagram]:
    """Every UDP datagram that has at least its header (no fragments put together)."""
    found = (_udp_of(packet) for packet in ip_packets(path))
    return [datagram for datagram in found if datagram is not None]


def udp_payloads(path: Path, port: int) -> list[bytes]:
    """The payloads to or from one UDP port."""
    return [
        each.payload for each in udp_datagrams(path) if port in (each.source[1], each.target[1])
    ]


def messages(path: Path) -> list[bytes]:
    """The messages a file holds, whatever its form: UDP payloads, or what JSON says in hex."""
    if path.suffix == ".json":
        return [data for _, data in json_messages(path)]
    if path.suffix in (".dat", ".der"):
        return [path.read_bytes()]
    return [each.payload for each in udp_datagrams(path)]


def json_messages(path: Path) -> list[tuple[str, bytes]]:
    """(who sent it, or empty; the bytes) of the forms payload_hex, packets_hex and messages."""
    content = json.loads(path.read_text())
    if "payload_hex" in content:
        return [("", bytes.fromhex(content["payload_hex"]))]
    if "packets_hex" in content:
        return [("", bytes.fromhex(text)) for text in content["packets_hex"]]
    if "messages" in content:
        return [(who, bytes.fromhex(text)) for who, text in content["messages"]]
    raise NotACapture(f"{path.name} has no messages")


def charon_dumps(log: Path, title: str) -> list[bytes]:
    """The hex dumps a charon log gives under lines with `title`, in order.

    A dump is announced as `title => 128 bytes @ 0x...` and follows in lines `   0: 1F 2E ...`.
    """
    found: list[bytes] = []
    wanted = 0
    for line in log.read_text(errors="replace").splitlines():
        if "bytes @" in line:
            wanted = int(line.rsplit("=>", 1)[1].split()[0]) if title in line else 0
            found += [b""] if wanted else []
        elif wanted and (row := _DUMP_ROW.search(line)):
            room = min(16, wanted - len(found[-1]))
            found[-1] += bytes.fromhex("".join(row[1].split()[:room]))
            wanted = 0 if len(found[-1]) == wanted else wanted
    return found


def _frames(path: Path) -> Iterator[tuple[int, bytes]]:
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:4] in _PCAP_ORDER:
        return _classic(data, _PCAP_ORDER[data[:4]])
    if data[:4] == b"\x0a\x0d\x0d\x0a":
        return _blocks(data)
    raise NotACapture(f"{path.name} is neither pcap nor pcapng")


def _classic(data: bytes, order: str) -> Iterator[tuple[int, bytes]]:
    """A global header of 24 bytes, then frames behind headers of 16."""
    link = Struct(order + "I").unpack_from(data, 20)[0] & 0xFFFF  # above it: flags, FCS length
    header = Struct(order + "8xII")
    position = 24
    while position + header.size <= len(data):
        captured, _ = header.unpack_from(data, position)
        position += header.size
        yield link, data[position : position + captured]
        position += captured


def _blocks(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Blocks that say their own length; a section header says the byte order of its section."""
    order, links, position = "<", list[int](), 0
    while position + 12 <= len(data):
        if unpack_from("<I", data, position)[0] == SECTION:
            order = "<" if data[position + 8 : position + 12] == b"\x4d\x3c\x2b\x1a" else ">"
            links = []
        kind, length = unpack_from(order + "II", data, position)
        if length < 12:
            raise NotACapture(f"a block of {length} bytes")
        body = data[position + 8 : position + length - 4]
        position += length
        if kind == INTERFACE:
            links.append(unpack_from(order + "H", body)[0])
        elif kind == ENHANCED:
            interface, captured = unpack_from(order + "I8xI", body)
            yield links[interface], body[20 : 20 + captured]
        elif kind == SIMPLE:
            yield links[0], body[4 : 4 + unpack_from(order + "I", body)[0]]


def _ip_of(link: int, frame: bytes) -> bytes:
    """What lies behind the link header if that is IPv4, else nothing."""
    start = _ip_start(link, frame)
    packet = frame[start:] if start >= 0 else b""
    if len(packet) < 20 or packet[0] >> 4 != 4:
        return b""
    total = int.from_bytes(packet[2:4], "big")
    return packet[:total] if total >= 20 else packet


def _ip_start(link: int, frame: bytes) -> int:
    """Where the network packet starts, or -1 if the frame says it carries something else."""
    if link in RAW_TYPES:
        return 0
    if link == NULL:
        return 4
    if link == SLL2:
        return 20 if frame[:2] == b"\x08\x00" else -1
    kind_at = {ETHERNET: 12, SLL: 14}.get(link)
    if kind_at is None:
        return -1
    while int.from_bytes(frame[kind_at : kind_at + 2], "big") == VLAN:
        kind_at += 4
    return kind_at + 2 if frame[kind_at : kind_at + 2] == b"\x08\x00" else -1


def _udp_of(packet: bytes) -> Datagram | None:
    start = (packet[0] & 0x0F) * 4
    offset = int.from_bytes(packet[6:8], "big") & 0x1FFF
    if packet[9] != UDP or offset or len(packet) < start + 8:
        return None
    source, target, length = unpack_from("!HHH", packet, start)
    end = start + length if length >= 8 else len(packet)
    return Datagram(
        Endpoint(packet[12:16], source), Endpoint(packet[16:20], target), packet[start + 8 : end]
    )
