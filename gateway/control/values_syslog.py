"""Reading where logs are sent, and who vouches for whoever takes them."""

import re
from typing import Final

from gateway.control.problems import shown
from gateway.control.values import Unfit, text
from gateway.x509.pem import CERTIFICATE, build_pem, read_pem

LONGEST: Final = 253  # letters of a name in DNS
_HOST: Final = re.compile(
    r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*",
    re.ASCII,
)


def host(value: object) -> str:
    """A name in DNS, or an IPv4 address."""
    found = text(value)
    if len(found) > LONGEST or not _HOST.fullmatch(found):
        raise Unfit(f"is {shown(found)}, which is neither a machine's name nor an address")
    return found


def authority(value: object) -> str:
    """Certificates as PEM and nothing besides: what else stands there is left out."""
    found = text(value)
    pieces = [piece for piece in read_pem(found) if piece.label == CERTIFICATE]
    if not pieces or not all(piece.data for piece in pieces):
        raise Unfit("holds no certificate", f"It begins with -----BEGIN {CERTIFICATE}-----")
    return "".join(build_pem(CERTIFICATE, piece.data) for piece in pieces)
