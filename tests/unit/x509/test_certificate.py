"""Certificates as cryptography builds them, and what others broke on."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from gateway.wire.cursor import WireError
from gateway.x509.certificate import LONGEST, parse_certificate, read_certificates
from gateway.x509.errors import BadCertificate, BadDer
from gateway.x509.extensions import AltKind
from tests import pki
from tests.captures import shared_data

ROOT = pki.authority("Works CA")
PRESS = pki.machine(ROOT, names=[x509.DNSName("press-3.works"), x509.RFC822Name("ada@works")])


def test_all_of_a_certificate_is_read_as_cryptography_has_it() -> None:
    found, theirs = parse_certificate(PRESS.der), PRESS.certificate
    assert found.serial == theirs.serial_number
    assert found.subject == theirs.subject.public_bytes()
    assert found.issuer == theirs.issuer.public_bytes()
    assert found.tbs == theirs.tbs_certificate_bytes
    assert found.signature == theirs.signature
    assert found.not_before == theirs.not_valid_before_utc.timestamp()
    assert found.not_after == theirs.not_valid_after_utc.timestamp()
    assert found.key is not None
    assert found.key.n == pki.key("press-3").public_key().public_numbers().n
    assert found.fingerprint() == theirs.fingerprint(hashes.SHA256())
    assert found.fingerprint(sha256=False) == theirs.fingerprint(hashes.SHA1())
    assert found.alternatives(AltKind.DNS) == (b"press-3.works",)
    assert found.name == "CN=press-3"


def test_a_signature_is_looked_at_by_the_issuers_key() -> None:
    root, press = parse_certificate(ROOT.der), parse_certificate(PRESS.der)
    assert press.is_signed_by(root)
    assert root.is_signed_by(root)
    assert not press.is_signed_by(press)
    assert (root.is_self_issued, press.is_self_issued) == (True, False)


@pytest.mark.parametrize("digest", ["md5", "sha1", "sha256"])
def test_every_digest_of_old_times_is_checked(digest: str) -> None:
    press = parse_certificate(pki.machine(ROOT, digest=digest).der)
    assert press.digest == digest
    assert press.is_signed_by(parse_certificate(ROOT.der))


def test_a_key_of_another_kind_is_read_and_has_no_rsa_key() -> None:
    own = ec.generate_private_key(ec.SECP256R1())
    built = (
        x509.CertificateBuilder()
        .subject_name(pki.name("elliptic"))
        .issuer_name(pki.name("elliptic"))
        .public_key(own.public_key())
        .serial_number(5)
        .not_valid_before(ROOT.certificate.not_valid_before_utc)
        .not_valid_after(ROOT.certificate.not_valid_after_utc)
        .sign(own, hashes.SHA256())
    )
    found = parse_certificate(built.public_bytes(pki.Encoding.DER))
    assert found.key is None
    assert found.digest == "1.2.840.10045.4.3.2"
    assert not found.is_signed_by(found)


@pytest.mark.parametrize("place", range(0, len(PRESS.der), 7))
def test_a_changed_byte_is_refused_or_breaks_the_signature(place: int) -> None:
    data = bytearray(PRESS.der)
    data[place] ^= 1
    root = parse_certificate(ROOT.der)
    try:
        found = parse_certificate(bytes(data))
    except WireError:
        return
    assert not found.is_signed_by(root)


def test_sizes_are_bounded_before_anything_is_read() -> None:
    with pytest.raises(BadCertificate, match=f"a certificate of {LONGEST + 1} bytes"):
        parse_certificate(bytes(LONGEST + 1))


def test_what_is_behind_a_certificate_is_refused() -> None:
    with pytest.raises(BadDer):
        parse_certificate(PRESS.der + b"\0")


def test_two_kinds_of_signature_in_one_certificate_are_refused() -> None:
    sha1 = bytes.fromhex("2a864886f70d010105")
    sha256 = bytes.fromhex("2a864886f70d01010b")
    mixed = PRESS.der.replace(sha256, sha1, 1)
    with pytest.raises(BadCertificate, match="two different kinds of signature"):
        parse_certificate(mixed)


def test_serial_numbers_and_versions_have_their_bounds() -> None:
    plain = pki.machine(ROOT, serial=0x1122334455667788).der
    version = plain.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020109"), 1)
    with pytest.raises(BadCertificate, match="unknown version"):
        parse_certificate(version)
    assert parse_certificate(plain).serial == 0x1122334455667788


def test_several_stand_in_one_text() -> None:
    assert [one.name for one in read_certificates(PRESS.pem + ROOT.pem)] == [
        "CN=press-3",
        "CN=Works CA",
    ]
    with pytest.raises(WireError):
        read_certificates("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----")


def test_what_crashed_others_is_read_or_refused() -> None:
    """strongSwan's corpus of crashers; not ours to copy."""
    found = sorted((shared_data() / "hostile" / "x509-crash").iterdir())
    outcomes = []
    for path in found:
        try:
            outcomes.append(parse_certificate(path.read_bytes()).name[:5])
        except WireError as error:
            outcomes.append(type(error).__name__)
    assert len(outcomes) == 13
    assert outcomes.count("Truncated") + outcomes.count("BadDer") >= 8
