"""What can be wrong with a certificate that somebody sent."""

from gateway.wire.cursor import WireError


class BadDer(WireError):
    """No DER, or not what must be there."""


class BadCertificate(BadDer):
    """DER all right, but no certificate or list that can be used."""


class Untrusted(WireError):
    """A good certificate which nothing here vouches for. The text is a clause for people."""
