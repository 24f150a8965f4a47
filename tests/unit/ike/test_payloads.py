"""Payload chains and the simple payloads (RFC 2408, 3.2 to 3.15; RFC 2407, 4.6)."""

import pytest

from gateway.ike.errors import BadPayload
from gateway.ike.numbers import IdType, Kind, Notify, Protocol
from gateway.ike.payloads import (
    MOST_PAYLOADS,
    Delete,
    Identification,
    Notification,
    Payload,
    all_of,
    build_chain,
    build_delete,
    build_identification,
    build_notification,
    one_of,
    parse_chain,
    parse_delete,
    parse_identification,
    parse_notification,
)
from gateway.wire.cursor import Reader, Truncated

THREE = (Payload(4, b"public"), Payload(10, b"nonce"), Payload(200, b"", reserved=7))


def test_a_chain_links_each_payload_to_the_next() -> None:
    assert build_chain(THREE) == (
        b"\x0a\x00\x00\x0apublic" + b"\xc8\x00\x00\x09nonce" + b"\x00\x07\x00\x04"
    )


def test_unknown_payloads_and_reserved_bytes_are_kept_as_they_came() -> None:
    assert parse_chain(Reader(build_chain(THREE)), 4) == THREE


def test_padding_behind_the_chain_stays_unread() -> None:
    reader = Reader(build_chain(THREE) + bytes(7))
    parse_chain(reader, 4)
    assert reader.left == 7


def test_no_first_payload_is_an_empty_chain() -> None:
    assert parse_chain(Reader(b"padding"), Kind.NONE) == ()
    assert build_chain([]) == b""


def test_a_length_of_zero_does_not_loop() -> None:
    with pytest.raises(BadPayload, match="0 bytes"):
        parse_chain(Reader(b"\x04\x00\x00\x00" * 10), 4)


def test_a_payload_longer_than_the_message_is_refused() -> None:
    with pytest.raises(Truncated):
        parse_chain(Reader(b"\x00\x00\x00\x09body"), 4)


def test_endless_payloads_are_refused() -> None:
    with pytest.raises(BadPayload, match="more than"):
        parse_chain(Reader(b"\x0d\x00\x00\x04" * (MOST_PAYLOADS + 1)), 13)


def test_a_body_too_long_for_its_length_field_is_our_mistake() -> None:
    with pytest.raises(ValueError, match="65536"):
        build_chain([Payload(4, bytes(65536))])


def test_payloads_are_found_by_kind() -> None:
    payloads = [Payload(13, b"a"), Payload(1, b"b"), Payload(13, b"c")]
    assert all_of(payloads, Kind.VENDOR) == [b"a", b"c"]
    assert one_of(payloads, Kind.SA, "SA") == b"b"


@pytest.mark.parametrize("kind", [Kind.NONCE, Kind.VENDOR])
def test_none_or_two_are_not_one(kind: Kind) -> None:
    with pytest.raises(BadPayload, match="instead of one"):
        one_of([Payload(13, b"a"), Payload(13, b"c")], kind, "such")


def test_an_identity_reads_as_rfc_2407_lays_it_out() -> None:
    identity = parse_identification(bytes.fromhex("011106a5c0000201"))
    assert identity == Identification(IdType.IPV4, bytes((192, 0, 2, 1)), 17, 1701)
    assert build_identification(identity) == bytes.fromhex("011106a5c0000201")


@pytest.mark.parametrize(
    ("identity", "text"),
    [
        (Identification(IdType.IPV4, bytes((192, 0, 2, 1))), "192.0.2.1"),
        (Identification(IdType.FQDN, b"old-pc"), "old-pc"),
        (Identification(IdType.USER_FQDN, b"a\x1b[2J\xff b"), r"a\x1b[2J\xff\x20b"),
        (Identification(IdType.IPV4, b"no"), "id type 1: 6e6f"),
        (Identification(IdType.KEY_ID, b"\0"), "id type 11: 00"),
    ],
)
def test_an_identity_is_told_in_a_way_no_terminal_minds(
    identity: Identification, text: str
) -> None:
    assert str(identity) == text


def test_an_identity_without_its_header_is_refused() -> None:
    with pytest.raises(Truncated):
        parse_identification(b"\x01\x11\x06")


def test_a_notification_reads_as_rfc_2408_lays_it_out() -> None:
    body = bytes.fromhex("00000001 01 10 8d28") + bytes(16) + b"\0\0\0\7"
    notification = Notification(Notify.R_U_THERE, Protocol.ISAKMP, bytes(16), b"\0\0\0\7")
    assert parse_notification(body) == notification
    assert build_notification(notification) == body


def test_a_notification_with_a_false_spi_size_is_refused() -> None:
    with pytest.raises(Truncated):
        parse_notification(bytes.fromhex("00000001 01 ff 8d28") + bytes(16))


def test_a_delete_reads_as_rfc_2408_lays_it_out() -> None:
    body = bytes.fromhex("00000001 03 04 0002 c6e7e064 c554843a")
    delete = Delete(Protocol.ESP, (bytes.fromhex("c6e7e064"), bytes.fromhex("c554843a")))
    assert parse_delete(body) == delete
    assert build_delete(delete) == body


def test_a_delete_of_nothing_is_possible() -> None:
    assert parse_delete(build_delete(Delete(Protocol.ESP, ()))) == Delete(Protocol.ESP, ())


@pytest.mark.parametrize(
    "text", ["00000001 03 04 0002 c6e7e064", "00000001 03 00 ffff", "00000001 03 04 0000 00"]
)
def test_a_delete_that_counts_wrongly_is_refused(text: str) -> None:
    with pytest.raises(BadPayload):
        parse_delete(bytes.fromhex(text))


def test_spis_of_two_sizes_are_our_mistake() -> None:
    with pytest.raises(ValueError, match="sizes"):
        build_delete(Delete(Protocol.ESP, (b"four", b"sixteen")))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Identification(IdType.IPV4, b"\1\2\3\4", 17, 500), Identification(1, b"\1\2\3\4"), True),
        (Identification(IdType.IPV4, b"\1\2\3\4"), Identification(1, b"\1\2\3\5"), False),
        (Identification(IdType.IPV4, b"abcd"), Identification(IdType.IPV4, b"ABCD"), False),
        (Identification(IdType.FQDN, b"PC"), Identification(IdType.FQDN, b"pc"), True),
        (Identification(IdType.USER_FQDN, b"A@b"), Identification(IdType.USER_FQDN, b"a@B"), True),
        (Identification(IdType.FQDN, b"pc"), Identification(IdType.USER_FQDN, b"pc"), False),
    ],
)
def test_an_identity_is_its_kind_and_its_data(
    one: Identification, other: Identification, same: bool
) -> None:
    assert one.is_the_same(other) is same
    assert other.is_the_same(one) is same
