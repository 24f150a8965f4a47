"""The client's L2TP of a replay: recorded pairs, new numbers, ids as they are heard."""

from struct import pack

import pytest

from gateway.bridge.replay_l2tp import Lac
from gateway.control.recorded import BadCase, Line
from gateway.l2tp.header import Header, parse_header
from tests.pair.peers.l2tp_lac import avp, body, control

SCCRQ = ("0 0 m as 0001", "2 0 m as 0100", "7 0 m name 6", "9 0 m as 0001")
ICRQ = ("0 0 m as 000a", "14 0 m as 0005", "15 0 m as 00000001")
ICCN = ("0 0 m as 000c",)


def line(*parts: str, what: str = "message 1", layer: str = "l2tp") -> Line:
    return Line(0, True, layer, what, parts=parts)


def hear(lac: Lac, ns: int, nr: int, message_type: int, *pairs: bytes) -> Header:
    """What acknowledges it."""
    acknowledged = lac.hear(control(1, 0, ns, nr, body(message_type, *pairs)))
    assert acknowledged is not None
    return parse_header(acknowledged)[0]


def test_a_tunnel_and_a_call_come_up_with_numbers_of_their_own() -> None:
    lac = Lac()
    first = lac.say(line(*SCCRQ))
    assert first == control(
        0, 0, 0, 0, body(1, avp(2, b"\1\0"), avp(7, b"XXXXXX"), avp(9, b"\0\1"))
    )
    assert lac.tunnel == 1
    assert lac.say(line("0 0 m as 0003")) is None  # the tunnel has not been answered
    assert hear(lac, 0, 1, 2, avp(9, pack("!H", 77))) == Header(77, 0, 1, 1)
    third = lac.say(line("0 0 m as 0003"))
    assert third is not None
    assert parse_header(third)[0] == Header(77, 0, 1, 1)
    assert lac.say(line(*ICCN, what="message 12 call")) is None
    assert lac.frame(line("c021 1 as 01040578", what="headed")) is None
    lac.say(line(*ICRQ))
    hear(lac, 1, 3, 11, avp(14, pack("!H", 88)))
    connected = lac.say(line(*ICCN, what="message 12 call"))
    assert connected is not None
    assert parse_header(connected)[0] == Header(77, 88, 3, 2)
    assert lac.heard == [2, 11]


def test_frames_are_data_messages_of_the_call() -> None:
    lac = Lac(tunnel=1, peer_tunnel=77, peer_call=88)
    lcp = bytes.fromhex("c021 01 01 0008 01040578")
    headed = lac.frame(line("c021 1 as 01040578", what="headed"))
    assert headed == pack("!HHHH", 0x4002, 8 + 2 + len(lcp), 77, 88) + b"\xff\3" + lcp
    bare = lac.frame(line("c021 5 cut 3", what="bare"))
    assert bare is not None
    assert bare[8:] == bytes.fromhex("c021 05 01 0007 000000")


@pytest.mark.parametrize(
    "message", [b"", b"\x40\x02", control(1, 0, 0, 0)], ids=["no", "data", "zlb"]
)
def test_what_is_no_control_message_wants_no_answer(message: bytes) -> None:
    assert Lac().hear(message) is None


def test_a_message_twice_is_acknowledged_once() -> None:
    lac = Lac()
    hello = control(1, 0, 0, 0, body(6))
    assert lac.hear(hello) is not None
    assert lac.hear(hello) is None


@pytest.mark.parametrize(
    "part",
    ["9", "9 0 m", "9 0 m as 0", "9 0 m what 1", "9 0 m name", "9 0 m cut 2000", "x 0 m as 00"],
)
def test_a_part_that_is_no_pair_is_refused(part: str) -> None:
    with pytest.raises(BadCase):
        Lac().say(line(part))


@pytest.mark.parametrize("parts", [(), ("c021",), ("c021 1 as 0",), ("c021 1 what 1",)])
def test_a_part_that_is_no_frame_is_refused(parts: tuple[str, ...]) -> None:
    with pytest.raises(BadCase):
        Lac(peer_call=1).frame(line(*parts, what="bare"))
