"""RFC 2661, 4.4."""

import pytest

from gateway.l2tp.avp import Avp
from gateway.l2tp.errors import BadLength, BadValue
from gateway.l2tp.numbers import Kind
from gateway.l2tp.values import FORMS, ResultCode, build_value, parse_value


def test_every_kind_has_a_form() -> None:
    assert set(FORMS) == set(Kind)


@pytest.mark.parametrize(
    ("kind", "value", "raw"),
    [
        (Kind.PROTOCOL_VERSION, 0x0100, "0100"),
        (Kind.CALL_SERIAL, 1, "00000001"),
        (Kind.HOST_NAME, b"lac", "6c6163"),
        (Kind.SEQUENCING_REQUIRED, True, ""),
        (Kind.RESULT_CODE, ResultCode(1), "0001"),
        (Kind.RESULT_CODE, ResultCode(2, 3), "00020003"),
        (Kind.RESULT_CODE, ResultCode(1, 0, b"Goodbye!"), "00010000476f6f6462796521"),
    ],
)
def test_values_and_their_bytes(kind: Kind, value: int | bytes | ResultCode, raw: str) -> None:
    pair = build_value(kind, value)
    assert pair.value.hex() == raw
    assert parse_value(pair) == value


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        (Kind.ASSIGNED_TUNNEL, b"\1"),
        (Kind.CALL_SERIAL, b"\0\1"),
        (Kind.FIRMWARE_REVISION, b"\0\0\1"),
        (Kind.RESULT_CODE, b""),
        (Kind.RESULT_CODE, b"\0"),
        (Kind.RESULT_CODE, b"\0\1\0"),
    ],
)
def test_a_wrong_length_is_refused(kind: Kind, raw: bytes) -> None:
    with pytest.raises(BadLength):
        parse_value(Avp(kind, raw))


@pytest.mark.parametrize("kind", [Kind.ASSIGNED_TUNNEL, Kind.ASSIGNED_CALL, Kind.RECEIVE_WINDOW])
def test_zero_is_no_id_and_no_window(kind: Kind) -> None:
    with pytest.raises(BadValue):
        parse_value(Avp(kind, b"\0\0"))


def test_a_number_too_large_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        build_value(Kind.ASSIGNED_TUNNEL, 0x10000)


def test_pairs_are_mandatory_as_the_rfc_has_it() -> None:
    assert build_value(Kind.HOST_NAME, b"x").mandatory
    assert not build_value(Kind.VENDOR_NAME, b"x").mandatory
    assert not build_value(Kind.FIRMWARE_REVISION, 1).mandatory
