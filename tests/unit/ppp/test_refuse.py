"""Multilink and callback (RFC 1990, RFC 1570), and Protocol-Reject (RFC 1661, 5.7)."""

import pytest

from gateway.ppp.errors import BadOption
from gateway.ppp.frame import Packet
from gateway.ppp.refuse import REFUSED, protocol_reject, refusal

MRU, MAGIC, CBCP = b"\1\4\5\x78", b"\5\6magi", b"\x0d\3\6"  # callback by CBCP: operation 6
MRRU, SHORT, ENDPOINT, BAP = b"\x11\4\6\x4e", b"\x12\2", b"\x13\4\1x", b"\x17\4\0\1"


@pytest.mark.parametrize(
    ("asked", "refused"),
    [
        (MRU + MAGIC + CBCP, CBCP),  # Windows 2000 and XP
        (MRU + MAGIC + MRRU + ENDPOINT + BAP, MRRU + ENDPOINT + BAP),  # the same with multilink
        (SHORT, SHORT),
        (CBCP + MAGIC + MRRU, CBCP + MRRU),
    ],
)
def test_what_is_not_for_a_tunnel_is_rejected_as_it_was_asked_for(
    asked: bytes, refused: bytes
) -> None:
    assert refusal(Packet(1, 7, asked)) == Packet(4, 7, refused)


@pytest.mark.parametrize("code", [2, 3, 4, 5, 9])
def test_only_requests_are_refused(code: int) -> None:
    assert refusal(Packet(code, 1, CBCP)) is None


def test_all_that_is_needed_stays() -> None:
    assert refusal(Packet(1, 1, MRU + MAGIC + b"\7\2\x08\2\3\5\xc2\x23\x81")) is None
    assert not REFUSED & {1, 2, 3, 4, 5, 7, 8}


def test_false_lengths_are_told() -> None:
    with pytest.raises(BadOption):
        refusal(Packet(1, 1, b"\x0d\x09\6"))


def test_a_rejected_protocol_is_sent_back_and_cut_to_what_the_link_takes() -> None:
    assert protocol_reject(0x80FD, b"\1\1\0\4", 3, 100) == Packet(8, 3, b"\x80\xfd\1\1\0\4")
    cut = protocol_reject(0x80FD, bytes(1500), 3, 576)
    assert len(cut.data) + 4 == 576
