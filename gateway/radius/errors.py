"""What can be wrong with a RADIUS packet. RFC 2865, 3 and RFC 5176, 3.4: all of it is dropped in
silence, so the words are for the owner alone."""

from gateway.wire.cursor import WireError


class RadiusError(WireError):
    """Nothing is answered."""


class BadLength(RadiusError):
    """A length says something else than what came."""


class NotMeant(RadiusError):
    """A packet of another kind, or an answer to nothing that was asked."""


class WrongSecret(RadiusError):
    """Made by somebody who does not have our secret, or has another."""


class Stale(RadiusError):
    """Its time stamp is of another time: a packet that somebody has kept."""
