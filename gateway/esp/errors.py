"""What can be wrong with a packet or an SA.

On the road a bad packet is not an exception but a counted reason: `Drop`.
"""

from enum import IntEnum


class Drop(IntEnum):
    """Why a packet went no further; also the place of its counter."""

    NO_SA = 0  # no SA of ours has this SPI
    SHORT = 1  # too short, or its ciphertext is not whole blocks
    REPLAY = 2  # seen before, or older than the window
    AUTH = 3  # the ICV is not that of the packet
    PADDING = 4  # longer than the packet (RFC 2406, 2.4)
    PROTOCOL = 5  # what is inside is not UDP
    EXPIRED = 6  # the SA's lifetime is used up
    EXHAUSTED = 7  # the SA's sequence numbers are used up


class UnknownSuite(ValueError):
    """A suite that `suites.SUITES` does not have: our own fault, IKE chose it."""


class BadKeymat(ValueError):
    """Key material whose length is not that of the suite."""


class BadSpi(ValueError):
    """A reserved SPI, one that is in use, or one that no SA has."""
