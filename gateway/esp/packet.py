"""Road code: the parts of an ESP packet that do not depend on its SA (RFC 2406, 2).

SPI | sequence number | IV | payload, padding, pad length, next header | ICV
'---------------------------- under the ICV --------------------------'
                           '--------------- encrypted ----------------'
"""

from struct import Struct
from typing import Final

from gateway.esp.numbers import NEXT_UDP, TRAILER

HEADER_FORM: Final = Struct("!II")
SEQUENCE_FORM: Final = Struct("!4xI")

# The padding of each length: 1, 2, 3 … (RFC 2406, 2.4).
PADDING: Final = tuple(bytes(range(1, count + 1)) for count in range(256))


def build_trailers(block: int) -> tuple[bytes, ...]:
    """For each remainder of a payload's length modulo `block`, what ends it at a block's end."""
    return tuple(_trailer(-(length + TRAILER) % block) for length in range(block))


def _trailer(count: int) -> bytes:
    return PADDING[count] + bytes((count, NEXT_UDP))
