"""What a server may do wrong on the control connection.

RFC 2637 knows no answer to a malformed message: the TCP connection is closed, and the class's name
goes into the reason.
"""

from gateway.wire.cursor import WireError


class PptpError(WireError):
    """The control connection cannot be kept."""


class LostSync(PptpError):
    """The magic cookie is not where it belongs: what follows cannot be trusted (RFC 2637, 2)."""


class BadLength(PptpError):
    """The length is not the one of its message type."""


class UnknownType(PptpError):
    """A message type that RFC 2637 does not define."""


class OutOfTurn(PptpError):
    """A message that only the calling end, or an end in another state, may send."""
