"""Certificates by another hand: cryptography's builder, and arithmetic where that refuses.

Nothing of `gateway.x509` is used. Weak hashes: built with SHA-256, the algorithm's identifier
changed in the bytes, and signed anew by plain arithmetic. All is the same in every run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import md5, sha1, sha256
from ipaddress import IPv4Address
from random import Random

import gmpy2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding as Encoding
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID, ObjectIdentifier

TODAY = 1_790_000_000.0  # seconds: 2026-09-21, the day of every story
YEAR = 365 * 86400
_ALGORITHM = {
    "sha256": bytes.fromhex("06092a864886f70d01010b"),
    "sha1": bytes.fromhex("06092a864886f70d010105"),
    "md5": bytes.fromhex("06092a864886f70d010104"),
}
# DigestInfo up to the hash itself: RFC 8017, 9.2, note 1.
_PREFIX = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha1": bytes.fromhex("3021300906052b0e03021a05000414"),
    "md5": bytes.fromhex("3020300c06082a864886f70d020505000410"),
}
_HASH = {"sha256": sha256, "sha1": sha1, "md5": md5}


def key(name: str, bits: int = 1024) -> rsa.RSAPrivateKey:
    """The same for the same name, as long as the tests run."""
    return _key(name, bits)


@cache
def _key(name: str, bits: int) -> rsa.RSAPrivateKey:
    chance = Random(f"{name} {bits}")
    p, q = (_prime(bits // 2, chance) for _ in range(2))
    e, d = 65537, pow(65537, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(e, p * q)
    parts = d % (p - 1), d % (q - 1), pow(q, -1, p)
    return rsa.RSAPrivateNumbers(p, q, d, *parts, public).private_key()


def _prime(bits: int, chance: Random) -> int:
    """With both top bits set, so that two make a product of twice the length."""
    return int(gmpy2.next_prime(chance.getrandbits(bits - 2) | 3 << (bits - 2)))


def pad_and_sign(data: bytes, own: rsa.RSAPrivateKey) -> bytes:
    """PKCS#1 v1.5 round these very bytes, by Python's own pow (RFC 8017, 8.2.1)."""
    numbers = own.private_numbers()
    length = (own.key_size + 7) // 8
    padded = b"\0\1" + b"\xff" * (length - 3 - len(data)) + b"\0" + data
    value = pow(int.from_bytes(padded, "big"), numbers.d, numbers.public_numbers.n)
    return value.to_bytes(length, "big")


def recover(signature: bytes, public: rsa.RSAPublicKey) -> bytes:
    """What is inside the padding of a signature; ValueError if there is none."""
    numbers = public.public_numbers()
    value = pow(int.from_bytes(signature, "big"), numbers.e, numbers.n)
    padded = value.to_bytes((public.key_size + 7) // 8, "big")
    filling, _, data = padded[2:].partition(b"\0")
    if padded[:2] != b"\0\1" or len(filling) < 8 or filling.strip(b"\xff"):
        raise ValueError("no PKCS#1 padding")
    return data


@dataclass(frozen=True)
class Owner:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: rsa.RSAPrivateKey

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key_pem(self) -> str:
        return self.key.private_bytes(
            Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def subject(self) -> bytes:
        return self.certificate.subject.public_bytes()


def name(text: str) -> x509.Name:
    """`press-3` or `press-3, Works`: common name and organisation."""
    common, _, organisation = text.partition(", ")
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    parts += [x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)] if organisation else []
    return x509.Name(parts)


def authority(
    subject: str = "Works CA",
    by: Owner | None = None,
    *,
    digest: str = "sha256",
    path_length: int | None = None,
    is_ca: bool = True,
    key_name: str = "",
    start: float = TODAY - YEAR,
    end: float = TODAY + 10 * YEAR,
    may_sign: bool = True,
) -> Owner:
    """A root, or an authority below another one."""
    own = key(key_name or subject)
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=is_ca, path_length=path_length if is_ca else None), True),
        (_usage(sign_certificates=may_sign), True),
    ]
    issuer = by.certificate.subject if by else name(subject)
    signer = by.key if by else own
    return _built(subject, own, (issuer, signer), extensions, (start, end), digest)


def machine(
    by: Owner,
    subject: str = "press-3",
    *,
    names: Sequence[x509.GeneralName] = (),
    purposes: Sequence[str] = (),
    extra: Sequence[tuple[x509.ExtensionType, bool]] = (),
    digest: str = "sha256",
    bits: int = 1024,
    signs: bool = True,
    start: float = TODAY - YEAR,
    end: float = TODAY + YEAR,
    serial: int | None = None,
) -> Owner:
    extensions: list[tuple[x509.ExtensionType, bool]] = [
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (_usage(signature=signs), True),
        *extra,
    ]
    if names:
        extensions.append((x509.SubjectAlternativeName(names), False))
    if purposes:
        found = x509.ExtendedKeyUsage([ObjectIdentifier(one) for one in purposes])
        extensions.append((found, False))
    issuer = by.certificate.subject, by.key
    return _built(subject, key(subject, bits), issuer, extensions, (start, end), digest, serial)


def revoked(
    by: Owner, *serials: int, when: float = TODAY - 86400
) -> x509.CertificateRevocationList:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(by.certificate.subject)
        .last_update(_date(when))
        .next_update(_date(when + 30 * 86400))
    )
    for serial in serials:
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(_date(when))
        builder = builder.add_revoked_certificate(entry.build())
    return builder.sign(by.key, hashes.SHA256())


def list_der(by: Owner, *serials: int) -> bytes:
    return revoked(by, *serials).public_bytes(Encoding.DER)


def fingerprint(owner: Owner) -> str:
    return owner.certificate.fingerprint(hashes.SHA256()).hex()


def wrapped(*owners: Owner) -> bytes:
    """A PKCS#7 chain, as Windows XP sends one."""
    return pkcs7.serialize_certificates([one.certificate for one in owners], Encoding.DER)


def _built(
    subject: str,
    own: rsa.RSAPrivateKey,
    by: tuple[x509.Name, rsa.RSAPrivateKey],
    extensions: Sequence[tuple[x509.ExtensionType, bool]],
    days: tuple[float, float],
    digest: str,
    serial: int | None = None,
) -> Owner:
    issuer, signer = by
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(issuer)
        .public_key(own.public_key())
        .serial_number(serial or _serial(subject, issuer, days, digest))
        .not_valid_before(_date(days[0]))
        .not_valid_after(_date(days[1]))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical=critical)
    certificate = builder.sign(signer, hashes.SHA256())
    return Owner(_weakened(certificate, signer, digest), own)


def _serial(*parts: object) -> int:
    return int.from_bytes(sha256(repr(parts).encode()).digest()[:8], "big") >> 1


def _weakened(
    certificate: x509.Certificate, signer: rsa.RSAPrivateKey, digest: str
) -> x509.Certificate:
    """The same certificate with another hash under its signature."""
    strong, weak = _ALGORITHM["sha256"], _ALGORITHM[digest]
    tbs = certificate.tbs_certificate_bytes.replace(strong, weak)
    signature = pad_and_sign(_PREFIX[digest] + _HASH[digest](tbs).digest(), signer)
    algorithm = b"\x30\x0d" + weak + b"\5\0"
    bits = b"\3" + _length(len(signature) + 1) + b"\0" + signature
    whole = tbs + algorithm + bits
    return x509.load_der_x509_certificate(b"\x30" + _length(len(whole)) + whole)


def _length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([0x80 | len(octets)]) + octets


def _usage(*, signature: bool = True, sign_certificates: bool = False) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=signature,
        content_commitment=False,
        key_encipherment=True,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=sign_certificates,
        crl_sign=sign_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _date(seconds: float) -> datetime:
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=seconds)


def address(text: str) -> IPv4Address:
    return IPv4Address(text)


def public_key(der: bytes) -> rsa.RSAPublicKey:
    found = x509.load_der_x509_certificate(der).public_key()
    assert isinstance(found, rsa.RSAPublicKey)
    return found
