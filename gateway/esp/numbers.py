"""The numbers of ESP: those of RFC 2406, and the few we chose."""

from typing import Final

HEADER: Final = 8  # bytes: SPI and sequence number (RFC 2406, 2.1, 2.2)
SPI: Final = 4  # bytes
TRAILER: Final = 2  # bytes: pad length and next header (RFC 2406, 2.5, 2.6)
ICV: Final = 12  # bytes: HMAC cut to 96 bits (RFC 2403, RFC 2404)
NEXT_UDP: Final = 17  # the only next header an L2TP client has a use for
LOWEST_SPI: Final = 256  # 0 is for local use, 1 to 255 are the IANA's (RFC 2406, 2.1)
HIGHEST_SPI: Final = 0xFFFFFFFF
LAST_SEQUENCE: Final = 0xFFFFFFFF  # a counter must not cycle (RFC 2406, 3.3.3)

WINDOW: Final = 256  # packets; 32 is the least and 64 the default of RFC 2406, 3.4.3
SOFT_SHARE: Final = 0.9  # of a lifetime, after which its end is announced
LOOK_EVERY: Final = 5.0  # seconds between two looks at the byte counters
LOOK_CLOSELY: Final = 0.25  # seconds, near their end: a client that does not count waits for us
DRAWN_AT_ONCE: Final = 256  # bytes of randomness, of each SA: `system/chance.py` has a pool for all
