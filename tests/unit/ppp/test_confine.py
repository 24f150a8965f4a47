"""Which frames of a client go on, by where they go. Headers are RFC 791's, built here by hand."""

from struct import pack

import pytest

from gateway.ppp.confine import MOST_KNOWN, MOST_TOLD, Allowed, Confinement
from gateway.ppp.events import OutOfReach

HEAD = b"\xff\x03\x00\x21"
SERVER, OTHER = bytes((10, 10, 0, 2)), bytes((10, 10, 0, 3))
HERE = int.from_bytes(SERVER)
ICMP, TCP, UDP, GRE, IPIP = 1, 6, 17, 47, 4
MORE = 0x2000
FILE_SERVICE = Allowed(HERE, HERE, TCP, 139, 139)
PING = Allowed(HERE, HERE, ICMP)


def ip(
    to: bytes,
    protocol: int,
    payload: bytes,
    *,
    fragment: int = 0,
    options: bytes = b"",
    longer: int = 0,
) -> bytes:
    """An IPv4 packet that says it is `longer` than it is."""
    words, total = 5 + len(options) // 4, 20 + len(options) + len(payload) + longer
    head = pack("!BBHHHBBH", 0x40 | words, 0, total, 1, fragment, 64, protocol, 0)
    return head + bytes((10, 1, 0, 2)) + to + options + payload


def ports(to: int, size: int = 20) -> bytes:
    return pack("!HH", 1025, to) + bytes(size - 4)


def lets(frame: bytes, *allowed: Allowed) -> tuple[bool, dict[str, int]]:
    made = Confinement(allowed or (FILE_SERVICE, PING))
    return made.lets(frame), made.counts


GOOD = {
    "tcp": ip(SERVER, TCP, ports(139)),
    "ping": ip(SERVER, ICMP, b"\x08\0\0\0"),
    "padding": ip(SERVER, TCP, ports(139)) + bytes(6),
    "first fragment": ip(SERVER, TCP, ports(139, 24), fragment=MORE),
    "later fragment": ip(SERVER, TCP, bytes(16), fragment=3),
    "tiny later fragment": ip(SERVER, TCP, bytes(8), fragment=1 | MORE),
    "options": ip(SERVER, TCP, ports(139), options=b"\x07\x07\x04" + bytes(4) + b"\0"),
    "router alert": ip(SERVER, TCP, ports(139), options=b"\x94\x04\0\0"),
}
BAD = {
    "another host": (ip(OTHER, TCP, ports(139)), "out_of_reach"),
    "another port": (ip(SERVER, TCP, ports(445)), "out_of_reach"),
    "another protocol": (ip(SERVER, UDP, ports(139)), "out_of_reach"),
    "everybody": (ip(b"\xff\xff\xff\xff", UDP, ports(137)), "out_of_reach"),
    "a tunnel": (ip(SERVER, IPIP, ip(OTHER, TCP, ports(139))), "out_of_reach"),
    "first fragment to another port": (
        ip(SERVER, TCP, ports(445, 24), fragment=MORE),
        "out_of_reach",
    ),
    "later fragment to another host": (ip(OTHER, TCP, bytes(8), fragment=3), "out_of_reach"),
    "later fragment of another protocol": (ip(SERVER, UDP, bytes(8), fragment=3), "out_of_reach"),
    "first fragment without its ports": (ip(SERVER, TCP, b"\4\1", fragment=MORE), "malformed"),
    "first fragment of half a block": (ip(SERVER, TCP, ports(139, 6), fragment=MORE), "malformed"),
    "no ports": (ip(SERVER, TCP, b"\4\1\0"), "malformed"),
    "ports in the padding": (ip(SERVER, TCP, b"") + ports(139), "malformed"),
    "longer than it is": (ip(SERVER, TCP, ports(139), longer=1), "malformed"),
    "version 6": (b"\x65" + ip(SERVER, TCP, ports(139))[1:], "malformed"),
    "a header of four words": (b"\x44" + ip(SERVER, TCP, ports(139))[1:], "malformed"),
    "a header longer than the packet": (b"\x4f" + ip(SERVER, TCP, ports(139))[1:], "malformed"),
    "nothing": (b"", "malformed"),
    "loose source route": (
        ip(SERVER, TCP, ports(139), options=b"\x83\x07\x04" + OTHER + b"\0"),
        "options",
    ),
    "strict source route behind a nothing": (
        ip(SERVER, TCP, ports(139), options=b"\x01\x89\x07\x04" + OTHER),
        "options",
    ),
    "an option that ends outside": (
        ip(SERVER, TCP, ports(139), options=b"\x01\x01\x07\x09"),
        "options",
    ),
    "an option of one byte": (
        ip(SERVER, TCP, ports(139), options=b"\x07\x01\x83\x04"),
        "options",
    ),
    "an option without its length": (
        ip(SERVER, TCP, ports(139), options=b"\x01\x01\x01\x07"),
        "options",
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_in_reach_goes_on(name: str) -> None:
    assert lets(HEAD + GOOD[name]) == (True, {})


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_or_cannot_be_read_is_counted(name: str) -> None:
    packet, reason = BAD[name]
    assert lets(HEAD + packet) == (False, {f"confined_{reason}": 1})


@pytest.mark.parametrize("head", [b"\x21", b"\x00\x21", b"\xff\x03\x21", HEAD])
def test_ip_is_known_in_every_form_of_its_protocol(head: bytes) -> None:
    assert lets(head + GOOD["tcp"]) == (True, {})
    assert lets(head + BAD["another host"][0]) == (False, {"confined_out_of_reach": 1})


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b"\x00\x2d" + GOOD["tcp"], "not_ip"),  # compressed TCP (RFC 1144): no address in it
        (b"\x2f" + GOOD["tcp"], "not_ip"),
        (b"\x00\xfd\x90\x00" + GOOD["tcp"], "not_ip"),  # encrypted or compressed
        (b"\x00\x3d\xc0\x00" + GOOD["tcp"], "not_ip"),  # a piece of multilink
        (b"\xff\x03\x00\x57" + bytes(40), "not_ip"),
        (b"\x00\x2b" + bytes(30), "not_ip"),
        (b"\x00\x3f" + bytes(30), "not_ip"),
        (b"\x40\x21" + GOOD["tcp"], "not_ip"),
        (b"\xff\x03\xff\x03\x00\x21" + GOOD["tcp"], "not_ip"),
        (b"\x00\x20" + GOOD["tcp"], "no_protocol"),
        (b"", "no_protocol"),
    ],
)
def test_what_hides_where_it_goes_stays_here(frame: bytes, reason: str) -> None:
    assert lets(frame) == (False, {f"confined_{reason}": 1})


def test_who_may_go_nowhere_goes_nowhere() -> None:
    made = Confinement()
    assert [made.lets(HEAD + packet) for packet in GOOD.values()] == [False] * len(GOOD)


def test_hosts_and_ports_at_both_ends_of_their_ranges_are_in_them() -> None:
    wide = Allowed(HERE, HERE + 1, TCP, 139, 445)
    for to in (SERVER, OTHER):
        assert [
            lets(HEAD + ip(to, TCP, ports(port)), wide)[0] for port in (138, 139, 445, 446)
        ] == [False, True, True, False]
    beyond = (HERE + 2).to_bytes(4)
    assert not lets(HEAD + ip(beyond, TCP, ports(139)), wide)[0]


def test_the_owner_is_told_of_each_place_once_and_of_a_few() -> None:
    made = Confinement((FILE_SERVICE,))
    for _ in range(2):
        made.lets(HEAD + ip(OTHER, UDP, ports(53)))
        made.lets(HEAD + ip(OTHER, ICMP, bytes(8)))
    assert made.take_news() == [OutOfReach(OTHER, UDP, 53), OutOfReach(OTHER, ICMP, 0)]
    assert made.take_news() == []
    for port in range(1, 100):
        made.lets(HEAD + ip(OTHER, TCP, ports(port)))
    assert len(made.take_news()) == MOST_TOLD - 2
    assert made.counts == {"confined_out_of_reach": 4 + 99}


def test_what_is_remembered_is_bounded() -> None:
    made = Confinement((Allowed(0, 0xFFFFFFFF, TCP),))
    for number in range(3 * MOST_KNOWN):
        assert made.lets(HEAD + ip(number.to_bytes(4), TCP, ports(80)))
        assert len(made._known) <= MOST_KNOWN
