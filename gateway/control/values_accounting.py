"""Reading what Postern and a RADIUS server share, and what Postern calls itself to it."""

import re
from typing import Final

from gateway.control.values import Unfit, text

# RFC 2865, 3: at least 16 octets, since it can be tried by whoever has seen one packet.
SHORTEST_SECRET: Final = 16
LONGEST_SECRET: Final = 128
LONGEST_IDENTIFIER: Final = 64  # characters: what FreeRADIUS' tables hold of such names
_IDENTIFIER: Final = re.compile(rf"[A-Za-z0-9._-]{{1,{LONGEST_IDENTIFIER}}}", re.ASCII)
RANDOM: Final = "Take a long random one: openssl rand -hex 16"


def secret(value: object) -> bytes:
    """As it can stand in the files of both ends without quotes."""
    found = text(value)
    if not found.isascii() or not found.isprintable() or set(found) & set(" \"'\\#"):
        raise Unfit("has characters that RADIUS servers' files cannot hold as they are", RANDOM)
    if not SHORTEST_SECRET <= len(found) <= LONGEST_SECRET:
        what = f"has {len(found)} characters, and {SHORTEST_SECRET} to {LONGEST_SECRET} are needed"
        raise Unfit(what, RANDOM)
    return found.encode()


def identifier(value: object) -> str:
    found = text(value)
    if not _IDENTIFIER.fullmatch(found):
        raise Unfit("is no name", f"Write up to {LONGEST_IDENTIFIER} letters, digits, dots, dashes")
    return found
