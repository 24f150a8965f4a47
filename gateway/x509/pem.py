"""PEM (RFC 7468): base64 between two lines. Read leniently, as people paste it."""

from base64 import b64decode, b64encode
from re import DOTALL, finditer
from typing import Final, NamedTuple

MOST: Final = 32  # pieces in one text
CERTIFICATE, CRL = "CERTIFICATE", "X509 CRL"
PRIVATE_KEY, RSA_PRIVATE_KEY = "PRIVATE KEY", "RSA PRIVATE KEY"
_PIECE: Final = r"-----BEGIN ([A-Z0-9 ]{1,40})-----\s(.*?)-----END \1-----"


class Piece(NamedTuple):
    label: str
    data: bytes


def read_pem(text: str) -> list[Piece]:
    """All pieces in their order; what cannot be decoded has no data."""
    found: list[Piece] = []
    for match in finditer(_PIECE, text, DOTALL):
        if len(found) < MOST:
            found.append(Piece(match[1], _decode(match[2])))
    return found


def _decode(body: str) -> bytes:
    try:
        return b64decode("".join(body.split()), validate=True)
    except ValueError:  # also what is encrypted, and has lines of text before it
        return b""


def build_pem(label: str, data: bytes) -> str:
    text = b64encode(data).decode()
    lines = [text[start : start + 64] for start in range(0, len(text), 64)]
    return "\n".join([f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", ""])
