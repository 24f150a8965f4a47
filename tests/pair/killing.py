"""Frames that killed old PPTP servers (CLIENTS.md), each kind with the article that tells of it.

They are what a client would send through its tunnel, on purpose or because it is broken.
"""

from struct import pack

from tests.pair.peers.ppp_end import IPX, with_header

HEAD = b"\xff\x03"
TCP, GRE, UDP = 6, 47, 17
HOSTS = bytes((10, 1, 0, 2)) + bytes((10, 1, 0, 1))


def packet(protocol: bytes, code: int, data: bytes, length: int | None = None) -> bytes:
    size = 4 + len(data) if length is None else length
    return HEAD + protocol + pack("!BBH", code, 1, size) + data


def ip(payload: bytes, protocol: int, fragment: int = 0, total: int | None = None) -> bytes:
    length = 20 + len(payload) if total is None else total
    head = pack("!BBHHHBBH", 0x45, 0, length, 7, fragment, 64, protocol, 0)
    return HEAD + b"\x00\x21" + head + HOSTS + payload


def tcp(port: int) -> bytes:
    return pack("!HHIIBBHHH", 1025, port, 1, 0, 0x50, 2, 8192, 0, 0)


# Q230177: a length larger than its packet corrupts memory in NdisWan.
LARGER_THAN_IT_IS = {
    "lcp": packet(b"\xc0\x21", 9, bytes(4), length=1500),
    "lcp, one byte": packet(b"\xc0\x21", 9, bytes(4), length=9),
    "lcp, shorter than its head": packet(b"\xc0\x21", 9, bytes(4), length=3),
    "lcp option": packet(b"\xc0\x21", 1, b"\5\x20magi"),
    "lcp option of nothing": packet(b"\xc0\x21", 1, b"\5\0magi"),
    "ipcp": packet(b"\x80\x21", 1, b"\3\6" + bytes(4), length=200),
    "ipcp option": packet(b"\x80\x21", 1, b"\3\xff" + bytes(4)),
    "ccp option": packet(b"\x80\xfd", 1, b"\x12\x40\0\0\0\1"),
    "nbfcp names": packet(b"\x80\x3f", 1, b"\1\x14" + bytes(18)),
    "pap": packet(b"\xc0\x23", 1, b"\xffada\xffpassword"),
    "chap value": packet(b"\xc2\x23", 2, b"\xff" + bytes(49) + b"ada"),
    "ip": ip(b"hello", UDP, total=1400),
    "ip, one byte": ip(b"hello", UDP, total=26),
    "ip header": HEAD + b"\x00\x21\x4f" + ip(b"x" * 20, UDP)[5:],
    "ip of nothing": HEAD + b"\x00\x21",
    "ipx": HEAD + b"\x00\x2b" + pack("!HH", 0xFFFF, 600) + bytes(30),
}


# Q163251: a frame larger than the server's buffer for a whole one (MAX_MRRU) stops it.
TOO_LARGE = {
    "unknown to nobody": HEAD + b"\x00\x3f" + bytes(1501),
    "ip": ip(bytes(1481), UDP),
    "ipx": HEAD + b"\x00\x2b" + with_header(IPX, bytes(1500)),
    "lcp": packet(b"\xc0\x21", 9, bytes(1500)),
    "multilink": HEAD + b"\x00\x3d\xc0\0\0\0" + bytes(1400),
    "a fragment beyond all datagrams": ip(bytes(1400), UDP, fragment=0x1FFF),
}


# Q170063: odd callback packets; and what else is no packet of its protocol.
ODD = {
    "callback": packet(b"\xc0\x29", 1, b"\1\xff"),
    "callback of nothing": packet(b"\xc0\x29", 1, b""),
    "bandwidth": packet(b"\xc0\x2d", 1, b"\1\2"),
    "a code that there is not": packet(b"\xc0\x21", 200, b""),
    "an mru of one byte": packet(b"\xc0\x21", 1, b"\1\3\5"),
    "an address of five bytes": packet(b"\x80\x21", 1, b"\3\7" + bytes(5)),
    "a network number of three bytes": packet(b"\x80\x2b", 1, b"\1\5\0\0\0"),
    "an echo without its magic number": packet(b"\xc0\x21", 9, b""),
    "a report of quality": HEAD + b"\xc0\x25" + bytes(200),
    "a protocol that there is not": HEAD + b"\x40\x7b" + bytes(40),
    "no protocol": HEAD + b"\x00",
    "nothing": b"",
    "compressed, by nobody's leave": HEAD + b"\x00\xfd\x90\x00" + bytes(40),
}


# Q283001, Q299444 (MS01-009): PPTP packets that need no session eat the kernel's memory. A client
# could send them through its tunnel, to the server's own address.
PPTP_WITHIN = {
    "control": ip(tcp(1723), TCP),
    "control, in pieces": ip(tcp(1723)[:8], TCP, fragment=0x2000),
    "its ports hidden": ip(tcp(1723)[8:], TCP, fragment=1),
    "data": ip(bytes.fromhex("3001880b0000000000000000"), GRE),
    "data, in pieces": ip(bytes.fromhex("3001880b00000000"), GRE, fragment=0x2000),
}


EVERY = {
    f"{kind}: {name}": frame
    for kind, frames in (
        ("larger than it is", LARGER_THAN_IT_IS),
        ("too large", TOO_LARGE),
        ("odd", ODD),
        ("pptp within", PPTP_WITHIN),
    )
    for name, frame in frames.items()
}
