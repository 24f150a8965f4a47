"""Control messages, against captures and against another implementation's bytes."""

import json

import pytest

from gateway.pptp.errors import BadLength, LostSync, UnknownType
from gateway.pptp.messages import (
    KINDS,
    EchoReply,
    EchoRequest,
    OutgoingCallReply,
    OutgoingCallRequest,
    SetLinkInfo,
    StartReply,
    StartRequest,
    StopReply,
    build_message,
    next_length,
    parse_message,
    size_of,
    text_field,
    text_of,
)
from gateway.pptp.numbers import Type
from gateway.wire.cursor import Reader, Truncated
from tests.captures import ip_packets, shared_data, vectors

# RFC 2637, 2.1 to 2.15: the Length of each message.
SIZES = {
    1: 156, 2: 156, 3: 16, 4: 16, 5: 16, 6: 20, 7: 168, 8: 32, 9: 220, 10: 24, 11: 28, 12: 16,
    13: 148, 14: 40, 15: 24,
}  # fmt: skip

PPTP = "pptp"


def streams(packets: list[bytes]) -> dict[bytes, bytes]:
    """The TCP payloads of port 1723, by sender; segments sent twice are taken once."""
    found: dict[bytes, dict[bytes, bytes]] = {}
    for packet in packets:
        tcp = packet[(packet[0] & 15) * 4 :]
        if packet[9] == 6 and b"\x06\xbb" in (tcp[:2], tcp[2:4]):
            found.setdefault(packet[12:16], {})[tcp[4:8]] = tcp[(tcp[12] >> 4) * 4 :]
    return {who: b"".join(parts.values()) for who, parts in found.items()}


def rebuilt(stream: bytes) -> tuple[list[Type], bytes]:
    reader, kinds, again = Reader(stream), [], b""
    while reader.left:
        message = parse_message(reader)
        kinds.append(message.type)
        again += build_message(message)
    return kinds, again


def check_capture(packets: list[bytes], expected: list[list[Type]]) -> None:
    said = streams(packets)
    results = {who: rebuilt(stream) for who, stream in said.items()}
    assert {who: again for who, (_, again) in results.items()} == said
    assert [kinds for kinds, _ in results.values()] == expected


def test_an_nt_client_and_an_early_poptop_parse_and_rebuild() -> None:
    check_capture(
        ip_packets(vectors(PPTP) / "tcpdump-pptp.pcap"),
        [[Type.SCCRQ, Type.OCRQ, Type.SET_LINK], [Type.SCCRP, Type.OCRP]],
    )


@pytest.mark.parametrize("name", ["gen-pptp-mppe128.pcap", "gen-pptp-mschapv1.pcap"])
def test_recorded_sessions_parse_and_rebuild(name: str) -> None:
    check_capture(
        ip_packets(vectors(PPTP) / name),
        [[Type.SCCRQ, Type.OCRQ, Type.CALL_CLEAR], [Type.SCCRP, Type.OCRP]],
    )


def test_a_found_session_parses_and_rebuilds() -> None:
    packets = ip_packets(shared_data() / "pptp" / "chapcrack-full-session-mppe.dump")
    check_capture(packets, [[Type.SCCRQ, Type.OCRQ, Type.CALL_CLEAR], [Type.SCCRP, Type.OCRP]])


def scapy(test: str) -> bytes:
    entries = json.loads((vectors(PPTP) / "scapy-pptp-frames-give.json").read_text())
    return next(bytes.fromhex(e["hex"]) for e in entries if e["test"] == f"Test PPTP {test}")


def test_scapys_messages_read_the_same() -> None:
    reply = parse_message(Reader(scapy("Start-Control-Connection-Reply")))
    assert isinstance(reply, StartReply)
    assert (text_of(reply.host_name), text_of(reply.vendor)) == ("linux", "vendor")
    assert reply.channels == 0xFFFF
    assert parse_message(Reader(scapy("Stop-Control-Connection-Reply"))) == StopReply(
        result=2, error=6
    )
    assert parse_message(Reader(scapy("Echo-Reply"))) == EchoReply(identifier=42, result=1)
    assert parse_message(Reader(scapy("Outgoing-Call-Reply"))) == OutgoingCallReply(
        call_id=4243, peer_call_id=4242, result=4, error=4, cause=42, speed=5000, window=32,
        delay=3, channel=42,
    )  # fmt: skip


@pytest.mark.parametrize("test", ["Call-Clear-Request", "WAN-Error-Notify"])
def test_scapys_other_messages_rebuild(test: str) -> None:
    assert build_message(parse_message(Reader(scapy(test)))) == scapy(test)


def test_scapys_incoming_call_reply_of_a_false_length_is_refused() -> None:
    with pytest.raises(BadLength):
        parse_message(Reader(scapy("Incoming-Call-Reply")))


def test_every_size_is_the_rfcs() -> None:
    assert {number: size_of(number) for number in KINDS} == SIZES
    assert set(KINDS) == set(Type)


def test_the_first_bytes_already_betray_junk() -> None:
    with pytest.raises(BadLength):
        next_length(b"GE")
    with pytest.raises(LostSync):
        next_length(bytes.fromhex("00100001000000000003"))
    with pytest.raises(UnknownType):
        next_length(bytes.fromhex("001000021a2b3c4d0003"))
    with pytest.raises(BadLength):
        next_length(bytes.fromhex("001400011a2b3c4d0003"))


@pytest.mark.parametrize("size", [0, 1, 2, 9])
def test_too_little_to_tell_is_waited_for(size: int) -> None:
    assert next_length(build_message(EchoRequest(identifier=1))[:size]) is None


def test_a_message_cut_short_is_truncated() -> None:
    with pytest.raises(Truncated):
        parse_message(Reader(build_message(EchoRequest(identifier=1))[:-1]))


def test_reserved_fields_are_kept() -> None:
    link = SetLinkInfo(
        reserved0=0x1234, peer_call_id=1, reserved1=0x5678, send_accm=2, receive_accm=3
    )
    assert parse_message(Reader(build_message(link))) == link


def test_a_value_too_large_for_its_field_is_our_fault() -> None:
    with pytest.raises(ValueError, match="ECHO_REQUEST"):
        build_message(EchoRequest(identifier=1 << 32))


def test_a_text_of_another_size_is_our_fault() -> None:
    with pytest.raises(ValueError, match="size of its field"):
        build_message(
            StartRequest(
                version=1, framing=1, bearer=1, channels=0, firmware=0,
                host_name=b"short", vendor=bytes(64),
            )
        )  # fmt: skip


def test_the_outgoing_call_request_has_its_numbers_where_the_rfc_has_them() -> None:
    request = OutgoingCallRequest(
        call_id=0x0102, serial=0x0304, least_speed=0x05060708, most_speed=0x090A0B0C, bearer=0x0D,
        framing=0x0E, window=0x0F10, delay=0x1112, phone_length=3, phone=text_field("123"),
    )  # fmt: skip
    assert build_message(request)[12:40].hex() == (
        "01020304050607080 90a0b0c 0000000d 0000000e 0f10 1112 0003 0000".replace(" ", "")
    )


@pytest.mark.parametrize("text", ["grün", "tab\t", "x" * 64])
def test_a_text_that_could_hurt_a_server_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        text_field(text)


def test_a_text_ends_at_its_nul_and_shows_no_control_characters() -> None:
    assert text_of(b"ab\x1b\xff\0hidden".ljust(64, b"\0")) == "ab.."
    assert text_of(b"x" * 64) == "x" * 64
