"""Certificates wrapped in PKCS#7 (RFC 2315, 9.1): how Windows XP sends a chain.

Only the certificates are taken out. Lists of revoked ones and signers in it are of no use here.
"""

from typing import Final

from gateway.x509.certificate import Certificate, parse_certificate
from gateway.x509.der import CONSTRUCTED, CONTEXT, OID, SEQUENCE, SET, Der, oid_text
from gateway.x509.errors import BadCertificate

LONGEST: Final = 32768  # bytes
MOST: Final = 8  # certificates
_SIGNED_DATA: Final = "1.2.840.113549.1.7.2"
_FIELD: Final = CONTEXT | CONSTRUCTED  # [0]: the content, then the certificates in it


def parse_pkcs7(data: bytes) -> tuple[Certificate, ...]:
    """Every certificate in it, in its order."""
    if len(data) > LONGEST:
        raise BadCertificate(f"a chain of {len(data)} bytes")
    outer = Der(data)
    info = outer.inside(SEQUENCE)
    outer.end()
    if oid_text(info.body(OID)) != _SIGNED_DATA:
        raise BadCertificate("PKCS#7 without certificates")
    signed = Der(info.body(_FIELD)).inside(SEQUENCE)
    signed.number()
    signed.body(SET)
    signed.body(SEQUENCE)
    found: list[Certificate] = []
    for element in Der(signed.optional(_FIELD) or b""):
        if len(found) == MOST:
            raise BadCertificate(f"more than {MOST} certificates in one chain")
        if element.tag == SEQUENCE:  # those of other kinds are of 1988
            found.append(parse_certificate(element.whole))
    return tuple(found)
