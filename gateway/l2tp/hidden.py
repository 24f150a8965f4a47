"""What the shared secret of a tunnel is for: hidden pairs and the challenge (RFC 2661, 4.3, 5.1.1).

MD5 is what the RFC has. Nothing rests on it here: every message has come through the client's ESP.
"""

from collections.abc import Iterable
from dataclasses import replace

from gateway.crypto.mac import MD5, digest
from gateway.l2tp.avp import Avp
from gateway.l2tp.numbers import Kind

BLOCK = 16  # bytes: one MD5


def reveal(avps: Iterable[Avp], secret: bytes | None) -> list[Avp]:
    """The pairs with the hidden ones in clear.

    One that cannot be read (no secret, no Random Vector before it, a length that does not fit)
    stays as it came, and is then unrecognised like any other we do not know.
    """
    vector: bytes | None = None
    clear = []
    for avp in avps:
        if avp.kind == Kind.RANDOM_VECTOR and not avp.vendor and not avp.hidden:
            vector = avp.value  # holds until the next one
        if avp.hidden and secret is not None and vector is not None:
            clear.append(_reveal_one(avp, secret, vector))
        else:
            clear.append(avp)
    return clear


def challenge_response(message_type: int, secret: bytes, challenge: bytes) -> bytes:
    """`message_type` is that of the message the response travels in (4.4.3)."""
    return digest(MD5, bytes([message_type]) + secret + challenge)


def _reveal_one(avp: Avp, secret: bytes, vector: bytes) -> Avp:
    """Each block is mixed with MD5 of the secret and the hidden block before it."""
    mask = digest(MD5, avp.kind.to_bytes(2, "big") + secret + vector)
    plain = b""
    for start in range(0, len(avp.value), BLOCK):
        block = avp.value[start : start + BLOCK]
        plain += bytes(a ^ b for a, b in zip(block, mask, strict=False))
        mask = digest(MD5, secret + block)
    length = int.from_bytes(plain[:2], "big")
    if len(plain) < 2 or length > len(plain) - 2:
        return avp
    return replace(avp, value=plain[2 : 2 + length], hidden=False)
