"""RFC 2661, 6; vectors: tests/vectors/l2tp, and Windows' SCCRQ in shared/data."""

import pytest

from gateway.l2tp.avp import build_avp
from gateway.l2tp.errors import (
    BadLength,
    BadValue,
    L2tpError,
    UnknownMandatory,
    UnknownMessage,
)
from gateway.l2tp.header import parse_header
from gateway.l2tp.messages import (
    OF_A_CALL,
    TYPES,
    Cdn,
    Hello,
    Iccn,
    Icrp,
    Icrq,
    Message,
    Ocrq,
    Sccrq,
    Sli,
    StopCcn,
    Wen,
    build_body,
    parse_body,
    read_message,
    readable,
)
from gateway.l2tp.numbers import Kind, MessageType
from gateway.l2tp.values import ResultCode
from tests.captures import messages, shared_data, udp_payloads, vectors
from tests.pair.peers.l2tp_lac import avp, body, hide

SECRET = b"tunnel-secret-42"
SESSION = vectors("l2tp") / "gen-l2tp-mschapv2.pcap"
AUTHENTICATED = vectors("l2tp") / "gen-l2tp-tunnelauth-pap.pcap"


def bodies_of(name: str) -> list[bytes]:
    """The pairs of every control message of a recorded session that is no ZLB."""
    payloads = udp_payloads(vectors("l2tp") / name, 1701)
    return [each[12:] for each in payloads if each[0] & 0x80 and len(each) > 12]


def read(content: bytes, secret: bytes | None = None) -> Message | None:
    return read_message(parse_body(content, secret))


def test_a_recorded_session_has_its_messages_in_order() -> None:
    found = [read(each) for each in bodies_of("gen-l2tp-mschapv2.pcap")]
    names = [each.TYPE.name for each in found if each]
    assert names == ["SCCRQ", "SCCRP", "SCCCN", "ICRQ", "ICRP", "ICCN", "STOPCCN"]


@pytest.mark.parametrize("place", range(7))
def test_recorded_messages_are_rebuilt_from_their_types_alone(place: int) -> None:
    recorded = bodies_of("gen-l2tp-mschapv2.pcap")[place]
    message = read(recorded)
    assert message is not None
    rebuilt = build_body(message)
    assert sorted(parse_body(rebuilt, None).avps, key=lambda each: each.kind) == sorted(
        parse_body(recorded, None).avps, key=lambda each: each.kind
    )


@pytest.mark.parametrize("place", [0, 1, 2, 4])
def test_most_are_even_rebuilt_in_the_same_order(place: int) -> None:
    recorded = bodies_of("gen-l2tp-mschapv2.pcap")[place]
    message = read(recorded)
    assert message is not None
    assert build_body(message) == recorded


@pytest.mark.parametrize("name", ["gen-l2tp-mschapv2.pcap", "gen-l2tp-tunnelauth-pap.pcap"])
def test_recorded_pairs_are_rebuilt_byte_by_byte(name: str) -> None:
    for recorded in bodies_of(name):
        parsed = parse_body(recorded, None)
        assert recorded == recorded[:8] + b"".join(map(build_avp, parsed.avps))


def test_a_recorded_sccrq_says_who_it_is() -> None:
    message = read(bodies_of("gen-l2tp-mschapv2.pcap")[0])
    assert message == Sccrq(
        protocol_version=0x0100,
        framing_capabilities=3,
        bearer_capabilities=0,
        firmware_revision=0x0690,
        host_name=b"lac.example.net",
        vendor_name=b"xelerance.com",
        assigned_tunnel=0x7571,
        receive_window=4,
    )


def test_windows_own_sccrq_reads() -> None:
    (payload,) = messages(shared_data() / "l2tp" / "windows2000-xp-sccrq.json")
    header, content = parse_header(payload)
    message = read(content)
    assert isinstance(message, Sccrq)
    assert (message.vendor_name, message.firmware_revision) == (b"Microsoft", 0x0500)
    assert (message.assigned_tunnel, message.receive_window) == (1, 8)
    assert build_body(message) == content


def test_the_scanners_sccrq_is_refused() -> None:
    (payload,) = messages(shared_data() / "hostile" / "l2tp-sccrq-wrong-avp-length.json")
    with pytest.raises(L2tpError):
        read(payload[12:])


def test_every_type_is_known_by_its_number() -> None:
    assert set(TYPES) == set(MessageType)


def test_faults_in_messages_of_calls_end_only_the_call() -> None:
    tunnels = {"SCCRQ", "SCCRP", "SCCCN", "STOPCCN", "HELLO"}
    assert {each.name for each in set(MessageType) - OF_A_CALL} == tunnels


@pytest.mark.parametrize(
    "message",
    [
        Hello(),
        StopCcn(assigned_tunnel=1, result_code=ResultCode(6, 0, b"going down")),
        Cdn(result_code=ResultCode(3), assigned_call=9, cause_code=b"\0\x10\0"),
        Icrq(assigned_call=7, call_serial=1, called_number=b"5551212", calling_number=b"5551"),
        Iccn(connect_speed=64000, framing_type=1, sequencing_required=True),
        Ocrq(
            assigned_call=1,
            call_serial=2,
            minimum_bps=3,
            maximum_bps=4,
            bearer_type=1,
            framing_type=1,
            called_number=b"1",
        ),
        Wen(call_errors=bytes(26)),
        Sli(accm=bytes(10)),
    ],
    ids=lambda each: each.TYPE.name,
)
def test_messages_read_as_they_were_built(message: Message) -> None:
    assert read(build_body(message)) == message


def test_no_message_type_first_is_refused() -> None:
    with pytest.raises(BadValue):
        parse_body(avp(7, b"name"), None)
    with pytest.raises(BadValue):
        parse_body(b"", None)
    with pytest.raises(BadValue):
        parse_body(bytes.fromhex("8008 0137 0000 0006"), None)


def test_a_message_type_of_another_length_is_refused() -> None:
    with pytest.raises(BadLength):
        parse_body(avp(0, b"\6"), None)


def test_pairs_that_cannot_be_told_apart_are_refused() -> None:
    with pytest.raises(BadLength):
        parse_body(body(6) + b"\x80\x20\0\0", None)


def test_an_unknown_type_is_refused_if_it_must_be_understood() -> None:
    with pytest.raises(UnknownMessage):
        read(avp(0, b"\0\x63"))
    assert read(avp(0, b"\0\x63", mandatory=False)) is None


def test_an_unknown_pair_is_refused_if_it_must_be_understood() -> None:
    with pytest.raises(UnknownMandatory, match="AVP 99"):
        read(body(6, avp(99, b"")))
    assert read(body(6, avp(99, b"", mandatory=False))) == Hello()


@pytest.mark.parametrize("pair", ["8006 0137 0007", "8406 0000 0007", "c006 0000 0007"])
def test_vendors_reserved_bits_and_hidden_values_make_a_pair_unknown(pair: str) -> None:
    with pytest.raises(UnknownMandatory):
        read(body(6) + bytes.fromhex(pair))


def test_a_known_pair_out_of_place_is_ignored() -> None:
    assert read(body(6, avp(7, b"name"))) == Hello()


def test_of_two_pairs_alike_the_first_counts() -> None:
    assert read(body(11, avp(14, b"\0\1"), avp(14, b"\0\2"))) == Icrp(assigned_call=1)


def test_a_missing_pair_is_named() -> None:
    with pytest.raises(BadValue, match="ICRQ without call serial"):
        read(body(10, avp(14, b"\0\1")))


def test_a_hidden_pair_is_read_with_the_secret() -> None:
    content = body(11, avp(36, bytes(16)), hide(14, b"\0\7", SECRET, bytes(16)))
    parsed = parse_body(content, SECRET)
    assert parsed.assigned(Kind.ASSIGNED_CALL) == 7
    with pytest.raises(UnknownMandatory):
        read(content)


def test_an_id_nobody_said_is_zero() -> None:
    assert parse_body(body(6), None).assigned(Kind.ASSIGNED_CALL) == 0
    assert parse_body(body(6, avp(14, b"\1")), None).assigned(Kind.ASSIGNED_CALL) == 0


def test_a_peers_text_is_shown_without_its_control_characters() -> None:
    assert readable(b"OLD\x1b[31mBOX\xe4") == "OLD\\x1b[31mBOX\\xe4"
    assert readable(None) == ""


def test_secrets_are_not_shown() -> None:
    found = repr(Iccn(connect_speed=1, framing_type=1, proxy_authen_response=b"S3same"))
    assert "S3same" not in found
