import pytest

from gateway.esp.packet import HEADER_FORM, PADDING, SEQUENCE_FORM, build_trailers


@pytest.mark.parametrize("block", [8, 16])
def test_a_trailer_fills_the_last_block(block: int) -> None:
    trailers = build_trailers(block)
    assert [(length + len(trailers[length])) % block for length in range(block)] == [0] * block
    assert max(len(trailer) for trailer in trailers) == block + 1


def test_a_trailer_counts_from_one_and_ends_in_udp() -> None:
    # RFC 2406, 2.4 to 2.6: padding 1, 2, 3 …, pad length, next header.
    trailers = build_trailers(8)
    assert trailers[6] == bytes((0, 17))
    assert trailers[1] == bytes((1, 2, 3, 4, 5, 5, 17))
    assert trailers[7] == bytes((1, 2, 3, 4, 5, 6, 7, 7, 17))


def test_there_is_a_padding_of_every_length_a_packet_can_name() -> None:
    assert [len(padding) for padding in PADDING] == list(range(256))
    assert PADDING[255][-1] == 255


def test_the_header_is_spi_and_sequence_number() -> None:
    # The first packet of tests/vectors/captures/esp/tcpdump-02-sunrise-sunset-esp.pcap.
    header = bytes.fromhex("1234567800000001")
    assert HEADER_FORM.unpack(header) == (0x12345678, 1)
    assert SEQUENCE_FORM.unpack_from(b"??" + header, 2) == (1,)
