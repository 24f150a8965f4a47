"""What broke other implementations, in every form in which it could reach a parser."""

from collections.abc import Iterator
from pathlib import Path
from struct import pack

from tests.captures import NotACapture, ip_packets, json_messages, read_pcap, vectors

COOKIES = bytes(range(1, 17))
CERT = 6  # the payload type that carries certificates (RFC 2408, 3.9)


def in_the_tree() -> list[Path]:
    return sorted(path for path in (vectors("captures") / "hostile").iterdir() if path.is_file())


def whole(path: Path) -> list[bytes]:
    """Frames, packets, what the packets carry, and what UDP in them carries; each once."""
    forms: dict[bytes, None] = {}
    for data in _contents(path):
        for form in _layers(data):
            forms[form] = None
    return list(forms)


def cut(data: bytes) -> Iterator[bytes]:
    """The bytes, and their beginnings of every length."""
    return (data[:length] for length in range(len(data) + 1))


def as_certificate(der: bytes) -> bytes:
    """A first message of main mode with a certificate payload that holds these bytes."""
    body = pack("!BBHB", 0, 0, 5 + len(der), 4) + der
    return COOKIES[:8] + bytes(8) + pack("!BBBBII", CERT, 0x10, 2, 0, 0, 28 + len(body)) + body


def _contents(path: Path) -> list[bytes]:
    if path.suffix == ".json":
        return [data for _, data in json_messages(path)]
    if path.suffix == ".der":
        return [as_certificate(path.read_bytes())]
    try:
        return read_pcap(path) + ip_packets(path)
    except NotACapture:
        return [path.read_bytes()]


def _layers(data: bytes) -> Iterator[bytes]:
    """The bytes themselves; if they look like IPv4, also what is inside."""
    yield data
    if len(data) < 20 or data[0] >> 4 != 4:
        return
    inside = data[(data[0] & 0x0F) * 4 :]
    yield inside
    if data[9] == 17:
        yield inside[8:]
        yield inside[12:]  # behind a marker
