"""All that a certificate can be is the peer's fault."""

from gateway.wire.cursor import WireError
from gateway.x509.errors import BadCertificate, BadDer, Untrusted


def test_every_fault_is_the_peers() -> None:
    assert all(issubclass(one, WireError) for one in (BadDer, BadCertificate, Untrusted))
