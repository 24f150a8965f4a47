"""X.509 certificates (RFC 5280, 4.1): read, never trusted here. Who is believed is in `path.py`."""

from dataclasses import dataclass, field
from typing import Final

from gateway.crypto.mac import SHA1, SHA256, digest
from gateway.crypto.rsa import PublicKey
from gateway.x509.algorithms import read_signature_algorithm, read_signed, signed_by
from gateway.x509.dates import read_date
from gateway.x509.der import CONSTRUCTED, CONTEXT, SEQUENCE, Der
from gateway.x509.errors import BadCertificate, BadDer
from gateway.x509.extensions import AltKind, Extensions, read_extensions
from gateway.x509.keys import read_public_key
from gateway.x509.names import LONGEST_NAME, name_text
from gateway.x509.pem import CERTIFICATE, read_pem

LONGEST: Final = 8192  # bytes; those of machines have about a thousand
_VERSION, _ISSUER_ID, _SUBJECT_ID, _EXTENSIONS = CONTEXT | CONSTRUCTED, 0x81, 0x82, 0xA3
_LONGEST_SERIAL: Final = 256  # bits; RFC 5280 allows 160, and others have used more


@dataclass(frozen=True, slots=True)
class Certificate:
    """Names are whole DER. `digest` names the hash of the signature, or is its identifier."""

    der: bytes = field(repr=False)
    tbs: bytes = field(repr=False)  # what is signed
    serial: int
    issuer: bytes
    subject: bytes
    not_before: int  # seconds since 1970, both
    not_after: int
    key: PublicKey | None = field(repr=False)  # None: not for RSA
    digest: str
    signature: bytes = field(repr=False)
    extensions: Extensions = Extensions()

    @property
    def name(self) -> str:
        """For people."""
        return name_text(self.subject)

    @property
    def is_self_issued(self) -> bool:
        return self.issuer == self.subject

    def is_signed_by(self, issuer: "Certificate") -> bool:
        return signed_by(issuer.key, self.digest, self.tbs, self.signature)

    def fingerprint(self, sha256: bool = True) -> bytes:
        return digest(SHA256 if sha256 else SHA1, self.der)

    def alternatives(self, kind: AltKind) -> tuple[bytes, ...]:
        return tuple(name.value for name in self.extensions.names if name.kind == kind)


def parse_certificate(data: bytes) -> Certificate:
    """BadDer, BadCertificate or Truncated for what is none."""
    if len(data) > LONGEST:
        raise BadCertificate(f"a certificate of {len(data)} bytes")
    tbs, algorithm, signature = read_signed(data)
    return _parse_tbs(data, tbs.whole, Der(tbs.body), algorithm, signature)


def _parse_tbs(data: bytes, tbs: bytes, der: Der, algorithm: str, signature: bytes) -> Certificate:
    version = der.optional(_VERSION)
    if version is not None and Der(version).number() not in (0, 1, 2):
        raise BadCertificate("a certificate of an unknown version")
    serial = der.number()
    if serial.bit_length() > _LONGEST_SERIAL:
        raise BadCertificate("a serial number that is too long")
    if read_signature_algorithm(der) != algorithm:
        raise BadCertificate("two different kinds of signature")
    issuer = _name(der)
    validity = der.inside(SEQUENCE)
    not_before, not_after = read_date(validity), read_date(validity)
    validity.end()
    subject = _name(der)
    key = read_public_key(der)
    der.optional(_ISSUER_ID)
    der.optional(_SUBJECT_ID)
    extensions = Extensions()
    if (found := der.optional(_EXTENSIONS)) is not None:
        extensions = read_extensions(Der(found).inside(SEQUENCE))
    der.end()
    return Certificate(
        der=data,
        tbs=tbs,
        serial=serial,
        issuer=issuer,
        subject=subject,
        not_before=not_before,
        not_after=not_after,
        key=key,
        digest=algorithm,
        signature=signature,
        extensions=extensions,
    )


def _name(der: Der) -> bytes:
    name = der.element(SEQUENCE).whole
    if len(name) > LONGEST_NAME:
        raise BadDer(f"a name of {len(name)} bytes")
    return name


def read_certificates(text: str) -> list[Certificate]:
    """All of a PEM text; BadDer if one of them is none."""
    return [parse_certificate(data) for label, data in read_pem(text) if label == CERTIFICATE]
