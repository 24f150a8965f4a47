from gateway.wire.checksum import internet_checksum


def test_the_example_of_rfc_1071() -> None:
    # RFC 1071, section 3: the sum of these bytes is ddf2, folded
    assert internet_checksum(bytes.fromhex("0001f203f4f5f6f7")) == 0xDDF2 ^ 0xFFFF


def test_an_odd_byte_is_padded_with_zero() -> None:
    assert internet_checksum(b"\x12\x34\x56") == internet_checksum(b"\x12\x34\x56\x00")


def test_nothing_and_zeros_have_the_sum_zero() -> None:
    assert internet_checksum(b"") == internet_checksum(bytes(8)) == 0xFFFF


def test_bytes_with_their_checksum_sum_up_to_zero() -> None:
    data = b"\xff\xff\x00\x01\x80\x00"
    whole = data + internet_checksum(data).to_bytes(2, "big")
    assert internet_checksum(whole) == 0
