"""Frames on their way to an old server, one kind at a time; whole stories are in tests/pair."""

from struct import pack
from typing import Any

import pytest

from gateway.bridge.shield import Shield
from gateway.ppp.events import CcpOpened, CcpRefused, LcpOpened, Terminated
from tests.pair.peers.ppp_end import IP, IPX, NETBEUI, with_header

HEAD = b"\xff\x03"


def shield(server_mru: int | None = None, **agreed: Any) -> Shield:
    made = Shield(1404)
    made.note(LcpOpened(1404, 1396, "MS-CHAPv2", **agreed), server_mru)
    return made


def wide(protocol: int, payload: bytes) -> bytes:
    return HEAD + pack("!H", protocol) + with_header(protocol, payload)


def forms(payload: bytes) -> dict[str, bytes]:
    packet = with_header(IP, payload)
    return {
        "whole": b"\xff\x03\x00\x21" + packet,
        "short": b"\xff\x03\x21" + packet,
        "bare": b"\x00\x21" + packet,
        "bare, short": b"\x21" + packet,
    }


@pytest.mark.parametrize("protocol", [IP, IPX, NETBEUI])
def test_a_good_frame_goes_on_as_it_is(protocol: int) -> None:
    made = shield()
    frame = wide(protocol, b"hello")
    assert made.data(frame) == frame
    assert made.counts == {}


@pytest.mark.parametrize(
    ("agreed", "becomes"),
    [
        ({}, ["whole", "whole", "whole", "whole"]),
        ({"short": True}, ["whole", "short", "whole", "short"]),
        ({"bare": True}, ["whole", "whole", "bare", "bare"]),
        ({"short": True, "bare": True}, ["whole", "short", "bare", "bare, short"]),
    ],
)
def test_a_frame_is_written_as_the_server_has_agreed_to(
    agreed: dict[str, bool], becomes: list[str]
) -> None:
    made, form = shield(**agreed), forms(b"hello")
    assert [made.data(frame) for frame in form.values()] == [form[name] for name in becomes]


def test_padding_behind_a_packet_stays_outside() -> None:
    frame = wide(IP, b"hello")
    assert shield().data(frame + b"padding") == frame


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        (b"", "no_protocol"),
        (HEAD, "no_protocol"),
        (HEAD + b"\x00\x20", "no_protocol"),
        (HEAD + b"\x00\x3d" + bytes(20), "unknown_protocol"),  # multilink
        (HEAD + b"\x00\xfb" + bytes(20), "unknown_protocol"),
        (HEAD + b"\x00\xfd\x90\x00" + bytes(20), "unknown_protocol"),
        (HEAD + b"\x00\x01", "unknown_protocol"),
        (HEAD + b"\x40\x21" + bytes(20), "unknown_protocol"),
        (wide(IP, b"hello")[:-1], "length"),
        (wide(IPX, b"hello")[:-1], "length"),
        (wide(IP, b"hello")[:20], "header"),
        (wide(IP, bytes(1481)), "too_long"),
        (HEAD + b"\x00\x3f" + bytes(1501), "too_long"),
    ],
)
def test_what_an_old_server_could_not_take_is_dropped_and_counted(
    frame: bytes, reason: str
) -> None:
    made = shield()
    assert made.data(frame) is None
    assert made.counts == {f"shield_{reason}": 1}


def test_as_much_goes_in_as_the_server_has_asked_for() -> None:
    small, usual, large = shield(1400), shield(), shield(1600)
    for most, made in ((1400, small), (1500, usual), (1600, large)):
        frame = HEAD + b"\x00\x3f" + bytes(most)
        assert made.data(frame) == frame
        assert made.data(frame + b"x") is None


def test_compressed_frames_go_on_where_both_ends_have_agreed_on_them() -> None:
    made, frame = shield(), HEAD + b"\x00\xfd\x90\x00secret"
    made.note(CcpOpened("MPPE", "MPPE", encrypted=True), None)
    assert made.data(frame) == frame
    for end in (
        CcpRefused(by_client=True, reason="no"),
        Terminated(by_client=True, reason=""),
        LcpOpened(1400, 1400, "none"),
    ):
        made.note(CcpOpened("", "", encrypted=False), None)
        made.note(end, None)
        assert made.data(frame) is None


@pytest.mark.parametrize(
    ("frame", "built"),
    [
        ("ff03c021 0901 0008 01020304", "ff03c021 0901 0008 01020304"),
        ("c021 0901 0008 01020304", "ff03c021 0901 0008 01020304"),
        ("ff03c021 0901 0008 01020304 ffff", "ff03c021 0901 0008 01020304"),
        ("ff038021 0101 000a 0306 00000000", "ff038021 0101 000a 0306 00000000"),
    ],
)
def test_a_control_packet_is_built_anew(frame: str, built: str) -> None:
    assert shield().control(bytes.fromhex(frame)) == bytes.fromhex(built)


@pytest.mark.parametrize(
    ("frame", "reason"),
    [
        ("ff03", "badframe"),
        ("ff03c021 0901 0009 01020304", "badpacket"),
        ("ff03c021 0901 0003 01020304", "badpacket"),
        ("ff03c029 0101 0006 0102", "badpacket"),
        ("ff03c021 0101 0007 010305", "badoption"),
        ("ff03c025 01020304", "unknown_protocol"),
        ("ff03c021 0b01 05e0" + "00" * 1500, "too_long"),
    ],
)
def test_a_control_packet_that_is_none_is_dropped_and_counted(frame: str, reason: str) -> None:
    made = shield()
    assert made.control(bytes.fromhex(frame)) is None
    assert made.counts == {f"shield_{reason}": 1}


def syn(most: int) -> bytes:
    head = pack("!HHIIBBHHH", 1025, 80, 1, 0, 0x60, 2, 8192, 0, 0) + pack("!BBH", 2, 4, most)
    return with_header(IP, head).replace(b"\x40\x11", b"\x40\x06", 1)


def test_the_mss_fits_the_tunnel_in_both_directions() -> None:
    made = shield()
    for head in (b"\xff\x03\x00\x21", b"\xff\x03\x21", b"\x00\x21", b"\x21"):
        inward = made.data(head + syn(1460))
        assert inward is not None
        assert inward[-2:] == made.to_client(head + syn(1460))[-2:] == (1356).to_bytes(2)


def test_other_frames_for_the_client_are_left_alone() -> None:
    made = shield()
    for frame in (b"", HEAD, wide(NETBEUI, b"x"), wide(IP, b"x"), HEAD + b"\x00\x57" + bytes(40)):
        assert made.to_client(frame) == frame


def test_what_the_server_has_agreed_to_is_taken_up_by_another() -> None:
    made = shield(600, short=True, bare=True)
    made.note(CcpOpened("", "", encrypted=False), 600)
    again = Shield(1404)
    again.resume(made.kept())
    assert again.kept() == made.kept()
    assert again.data(forms(b"hello")["bare, short"]) == forms(b"hello")["bare, short"]
    assert again.data(wide(IP, bytes(700))) is None
