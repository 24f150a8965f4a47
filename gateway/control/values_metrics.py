"""Reading the token by which Prometheus shows itself."""

import re
from typing import Final

from gateway.control.values import Unfit, text

SHORTEST_TOKEN: Final = 16  # characters: it can be tried by whoever reaches the address
LONGEST_TOKEN: Final = 256
RANDOM: Final = "Take a long random one: openssl rand -hex 32"
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*", re.ASCII)  # RFC 6750, 2.1


def token(value: object) -> bytes:
    """What stands behind "Authorization: Bearer"."""
    found = text(value)
    if not _TOKEN.fullmatch(found):
        raise Unfit("has characters that no bearer token can have", RANDOM)
    if not SHORTEST_TOKEN <= len(found) <= LONGEST_TOKEN:
        what = f"has {len(found)} characters, and {SHORTEST_TOKEN} to {LONGEST_TOKEN} are needed"
        raise Unfit(what, RANDOM)
    return found.encode()
