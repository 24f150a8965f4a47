"""The Internet checksum (RFC 1071)."""


def internet_checksum(data: bytes) -> int:
    """The one's complement of the 16-bit one's complement sum of `data`, zero-padded to even."""
    if len(data) & 1:
        data += b"\0"
    # 2**16 is 1 modulo 0xFFFF, so the number the bytes spell has the same remainder as their sum.
    total = int.from_bytes(data, "big") % 0xFFFF
    if total == 0 and any(data):
        total = 0xFFFF
    return total ^ 0xFFFF
