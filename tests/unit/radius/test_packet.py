"""Packets as RFC 2865 and a second program (scapy) have them; authenticators."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.radius import Radius

from gateway.radius.errors import BadLength, RadiusError, WrongSecret
from gateway.radius.numbers import HEADER, LONGEST, NOBODY, Code, Kind
from gateway.radius.packet import (
    Attribute,
    Packet,
    build_packet,
    check_answer,
    check_request,
    echoed,
    number,
    parse_packet,
    signed_answer,
    signed_request,
    text,
    with_message_authenticator,
)
from tests.unit.radius_samples import SECRET

# RFC 2865, 7.1: the request, the answer to it, and what the two ends share.
REQUEST = bytes.fromhex(
    "01000038 0f403f94 73978057 bd83d5cb 98f4227a 01066e65 6d6f0212 0dbe708d 93d413ce 3196e43f"
    "782a0aee 0406c0a8 01100506 00000003"
)
ACCEPT = bytes.fromhex(
    "02000026 86fe220e 7624ba2a 1005f6bf 9b55e0b2 06060000 00010f06 00000000 0e06c0a8 0103"
)
SHARED = b"xyzzy5461"
ASKED = Packet(Code.ACCOUNTING_REQUEST, 7, NOBODY, (text(Kind.USER_NAME, "ada"),))

attributes = st.builds(Attribute, st.integers(0, 255), st.binary(max_size=253))


def test_the_packets_of_the_rfc_are_read_and_built_alike() -> None:
    request, accept = parse_packet(REQUEST), parse_packet(ACCEPT)
    assert request.values(Kind.USER_NAME) == [b"nemo"]
    assert [one.kind for one in request.attributes] == [1, 2, 4, 5]
    assert build_packet(request) == REQUEST
    assert build_packet(accept) == ACCEPT


def test_the_rfcs_answer_is_one_to_its_request_with_its_secret_and_no_other() -> None:
    request, accept = parse_packet(REQUEST), parse_packet(ACCEPT)
    check_answer(accept, request, SHARED)
    with pytest.raises(WrongSecret):
        check_answer(accept, request, SECRET)
    with pytest.raises(WrongSecret):
        check_answer(accept, replace(request, authenticator=NOBODY), SHARED)


def test_another_program_reads_what_we_sign_and_finds_the_same_authenticator() -> None:
    ours = signed_request(ASKED, SECRET)
    theirs = Radius(build_packet(ours))
    assert (theirs.code, theirs.id, theirs.len) == (4, 7, HEADER + 5)
    assert theirs.attributes[0].value == b"ada"
    answer = Radius(code=5, id=7)
    made = parse_packet(bytes(answer))
    authenticator = answer.compute_authenticator(ours.authenticator, SECRET)  # type: ignore[no-untyped-call]  # scapy's
    check_answer(replace(made, authenticator=authenticator), ours, SECRET)


def test_a_request_is_known_by_its_secret() -> None:
    signed = signed_request(ASKED, SECRET)
    check_request(signed, SECRET)
    with pytest.raises(WrongSecret, match="another secret"):
        check_request(signed, SHARED)
    with pytest.raises(WrongSecret):
        check_request(replace(signed, identifier=8), SECRET)


def test_a_message_authenticator_that_is_there_must_be_right() -> None:
    good = signed_request(with_message_authenticator(ASKED, NOBODY, SECRET), SECRET)
    check_request(good, SECRET)
    other = signed_request(with_message_authenticator(ASKED, NOBODY, SHARED), SECRET)
    with pytest.raises(WrongSecret, match="Message-Authenticator"):
        check_request(other, SECRET)
    first = good.attributes[0]
    twice = signed_request(replace(good, attributes=(first, *good.attributes)), SECRET)
    with pytest.raises(WrongSecret):
        check_request(twice, SECRET)


def test_that_of_an_answer_is_over_the_requests_authenticator() -> None:
    request = signed_request(ASKED, SECRET)
    answer = Packet(Code.DISCONNECT_ACK, 7)
    told = with_message_authenticator(answer, request.authenticator, SECRET)
    check_answer(signed_answer(told, request, SECRET), request, SECRET)
    false = with_message_authenticator(answer, NOBODY, SECRET)
    with pytest.raises(WrongSecret):
        check_answer(signed_answer(false, request, SECRET), request, SECRET)


def test_padding_behind_a_packet_is_no_part_of_it() -> None:
    assert parse_packet(REQUEST + bytes(7)) == parse_packet(REQUEST)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        REQUEST[:19],
        REQUEST[:-1],
        bytes.fromhex("04070013") + NOBODY,
        bytes.fromhex("04070015") + NOBODY + b"\x01",
        bytes.fromhex("04070016") + NOBODY + b"\x01\x01",
        bytes.fromhex("04070016") + NOBODY + b"\x01\x03",
        bytes.fromhex("04071001") + NOBODY + bytes((1, 255)) * 2048,
    ],
)
def test_lengths_that_do_not_agree_are_no_packet(data: bytes) -> None:
    with pytest.raises(BadLength):
        parse_packet(data)


def test_what_is_too_long_to_be_one_is_our_own_fault() -> None:
    many = tuple(Attribute(26, bytes(253)) for _ in range(LONGEST // 255 + 1))
    with pytest.raises(ValueError, match="too many"):
        build_packet(replace(ASKED, attributes=many))


def test_text_is_cut_between_letters() -> None:
    assert text(Kind.USER_NAME, "ü" * 200).value == ("ü" * 126).encode()
    assert number(Kind.NAS_PORT, 7).value == bytes((0, 0, 0, 7))


def test_every_answer_brings_back_the_proxies_state() -> None:
    states = (Attribute(Kind.PROXY_STATE, b"a"), Attribute(Kind.PROXY_STATE, b"b"))
    asked = replace(ASKED, attributes=(states[0], *ASKED.attributes, states[1]))
    assert tuple(echoed(asked)) == states


@given(
    st.integers(0, 255),
    st.integers(0, 255),
    st.binary(min_size=16, max_size=16),
    st.lists(attributes, max_size=12).map(tuple),
)
def test_what_is_built_is_read_as_it_was(
    code: int, identifier: int, authenticator: bytes, found: tuple[Attribute, ...]
) -> None:
    packet = Packet(code, identifier, authenticator, found)
    assert parse_packet(build_packet(packet)) == packet


@given(st.binary(max_size=200))
def test_any_bytes_are_a_packet_or_refused(data: bytes) -> None:
    try:
        packet = parse_packet(data)
    except RadiusError:
        return
    assert build_packet(packet) == data[: len(build_packet(packet))]
