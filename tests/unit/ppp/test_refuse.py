"""Protocol-Reject (RFC 1661, 5.7)."""

from gateway.ppp.frame import Packet
from gateway.ppp.refuse import protocol_reject


def test_a_rejected_protocol_is_sent_back_and_cut_to_what_the_link_takes() -> None:
    assert protocol_reject(0x80FD, b"\1\1\0\4", 3, 100) == Packet(8, 3, b"\x80\xfd\1\1\0\4")
    cut = protocol_reject(0x80FD, bytes(1500), 3, 576)
    assert len(cut.data) + 4 == 576
