import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.bridge.visitors import MOST, Visitors, kind_of
from gateway.control.visits import AUTHIP, ESP, IKE_2, KINDS, NOT_IKE, TLS, UNKNOWN_IKE

HOST = bytes((203, 0, 113, 7))


CLIENT_HELLO = bytes((22, 3, 1, 0, 60))
DTLS_HELLO = bytes((22, 254, 255, 0, 0))


def header(version: int, length: int = 28, exchange: int = 2) -> bytes:
    return bytes(16) + bytes((1, version, exchange, 0)) + bytes(4) + length.to_bytes(4)


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        (header(0x20), IKE_2),
        (header(0x10), UNKNOWN_IKE),
        (header(0x10, exchange=243), AUTHIP),
        (CLIENT_HELLO + bytes(60), TLS),
        (DTLS_HELLO + bytes(60), TLS),
        (CLIENT_HELLO, TLS),
        (bytes((22, 16)) + bytes(60), NOT_IKE),
        (header(0x30), NOT_IKE),
        (header(0x10, length=3), NOT_IKE),
        (header(0x10)[:27], NOT_IKE),
        (b"", NOT_IKE),
    ],
)
def test_a_message_is_known_by_its_header(message: bytes, kind: str) -> None:
    assert kind_of(message) == kind


@given(st.binary(max_size=64))
def test_any_bytes_are_of_some_kind(message: bytes) -> None:
    assert kind_of(message) in KINDS


def test_packets_are_counted_by_source_and_kind() -> None:
    visitors = Visitors()
    visitors.note_ike(HOST, header(0x20), 1.0)
    visitors.note_ike(HOST, header(0x20), 2.0)
    visitors.note_esp(HOST, 3.0)
    [visit] = visitors.visits()
    assert (visit.host, visit.last, visit.counts) == (HOST, 3.0, {IKE_2: 2, ESP: 1})


def test_the_newest_come_first() -> None:
    visitors = Visitors()
    for number, when in ((1, 1.0), (2, 2.0), (1, 3.0)):
        visitors.note_esp(bytes((192, 0, 2, number)), when)
    assert [visit.host[3] for visit in visitors.visits()] == [1, 2]


def test_sources_are_bounded_and_the_one_not_heard_for_longest_goes() -> None:
    visitors = Visitors()
    visitors.note_esp(HOST, 0.0)
    for number in range(2 * MOST):
        visitors.note_esp(number.to_bytes(4), 1.0 + number)
        visitors.note_esp(HOST, 1.5 + number)
    found = visitors.visits()
    assert len(found) == MOST
    assert found[0].host == HOST
    assert found[0].counts == {ESP: 2 * MOST + 1}
