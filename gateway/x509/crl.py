"""Lists of revoked certificates (RFC 5280, 5.1)."""

from dataclasses import dataclass, field
from typing import Final

from gateway.x509.algorithms import read_signature_algorithm, read_signed, signed_by
from gateway.x509.certificate import Certificate
from gateway.x509.dates import read_date
from gateway.x509.der import (
    CONSTRUCTED,
    CONTEXT,
    GENERALIZED_TIME,
    INTEGER,
    SEQUENCE,
    UTC_TIME,
    Der,
)
from gateway.x509.errors import BadCertificate
from gateway.x509.extensions import unknown_extensions
from gateway.x509.pem import CRL, read_pem

LONGEST: Final = 1 << 20  # bytes
MOST: Final = 20_000  # revoked certificates
_EXTENSIONS: Final = CONTEXT | CONSTRUCTED


@dataclass(frozen=True, slots=True)
class Crl:
    issuer: bytes
    this_update: int  # seconds since 1970
    next_update: int | None
    revoked: frozenset[int] = field(repr=False)  # serial numbers
    digest: str
    tbs: bytes = field(repr=False)
    signature: bytes = field(repr=False)

    def is_signed_by(self, issuer: Certificate) -> bool:
        return signed_by(issuer.key, self.digest, self.tbs, self.signature)


def parse_crl(data: bytes) -> Crl:
    """BadCertificate also for one with critical extensions: it may speak of other certificates."""
    if len(data) > LONGEST:
        raise BadCertificate(f"a list of {len(data)} bytes")
    tbs, algorithm, signature = read_signed(data)
    der = Der(tbs.body)
    if der.next_is(INTEGER):
        der.number()
    if read_signature_algorithm(der) != algorithm:
        raise BadCertificate("two different kinds of signature")
    issuer = der.element(SEQUENCE).whole
    this_update = read_date(der)
    dated = der.next_is(UTC_TIME) or der.next_is(GENERALIZED_TIME)
    next_update = read_date(der) if dated else None
    revoked = _serials(der.inside(SEQUENCE)) if der.next_is(SEQUENCE) else frozenset()
    found = der.optional(_EXTENSIONS)
    der.end()
    if found is not None and unknown_extensions(Der(found).inside(SEQUENCE)):
        raise BadCertificate("a list that is not of all certificates of its issuer")
    return Crl(issuer, this_update, next_update, revoked, algorithm, tbs.whole, signature)


def _serials(der: Der) -> frozenset[int]:
    """An entry's own extensions (reason, date) do not matter: it is revoked, whatever they say."""
    found: set[int] = set()
    while der.more:
        if len(found) == MOST:
            raise BadCertificate(f"more than {MOST} revoked certificates")
        entry = der.inside(SEQUENCE)
        found.add(entry.number())
        read_date(entry)
        if entry.more and unknown_extensions(entry.inside(SEQUENCE)):
            raise BadCertificate("a list that is not of one issuer alone")
    return frozenset(found)


def read_crls(text: str) -> list[Crl]:
    """All of a PEM text; BadDer if one of them is none."""
    return [parse_crl(data) for label, data in read_pem(text) if label == CRL]
