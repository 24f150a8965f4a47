"""What a PPP peer may do wrong. PPP is not ours: such a frame is dropped, nothing is answered."""

from gateway.wire.cursor import WireError


class PppError(WireError):
    """Not a frame that may be handed to an old server."""


class BadFrame(PppError):
    """No protocol can be read."""


class BadPacket(PppError):
    """The length of a control packet is not within its frame."""


class BadOption(PppError):
    """The length of an option is not within its packet."""
