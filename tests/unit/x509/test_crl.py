"""Lists of revoked certificates, as cryptography builds them."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from gateway.wire.cursor import WireError
from gateway.x509.certificate import parse_certificate
from gateway.x509.crl import LONGEST, MOST, parse_crl, read_crls
from gateway.x509.dates import date_bytes
from gateway.x509.der import integer, sequence
from gateway.x509.errors import BadCertificate, BadDer
from tests import pki

ROOT = pki.authority("Works CA")


def test_a_list_is_read_and_its_signature_looked_at() -> None:
    crl = parse_crl(pki.list_der(ROOT, 5, 1 << 70))
    assert crl.revoked == {5, 1 << 70}
    assert crl.issuer == ROOT.subject
    assert crl.this_update == pki.TODAY - 86400
    assert crl.next_update == pki.TODAY + 29 * 86400
    assert crl.is_signed_by(parse_certificate(ROOT.der))
    assert not crl.is_signed_by(parse_certificate(pki.authority("Other CA").der))


def test_a_list_of_nobody_is_a_list() -> None:
    assert parse_crl(pki.list_der(ROOT)).revoked == frozenset()


@pytest.mark.parametrize(
    "extension",
    [
        x509.IssuingDistributionPoint(None, None, True, False, None, False, False),
        x509.DeltaCRLIndicator(4),
    ],
)
def test_a_list_of_some_certificates_alone_is_refused(extension: x509.ExtensionType) -> None:
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(pki.name("Works CA"))
        .last_update(ROOT.certificate.not_valid_before_utc)
        .next_update(ROOT.certificate.not_valid_after_utc)
        .add_extension(extension, critical=True)
    )
    made = builder.sign(ROOT.key, hashes.SHA256()).public_bytes(pki.Encoding.DER)
    with pytest.raises(BadCertificate, match="not of all certificates"):
        parse_crl(made)


def test_an_entry_with_an_issuer_of_its_own_is_refused() -> None:
    issuer = x509.CertificateIssuer([x509.DirectoryName(pki.name("Other CA"))])
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(5)
        .revocation_date(ROOT.certificate.not_valid_before_utc)
        .add_extension(issuer, critical=True)
        .build()
    )
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(pki.name("Works CA"))
        .last_update(ROOT.certificate.not_valid_before_utc)
        .next_update(ROOT.certificate.not_valid_after_utc)
        .add_revoked_certificate(entry)
    )
    made = builder.sign(ROOT.key, hashes.SHA256()).public_bytes(pki.Encoding.DER)
    with pytest.raises(BadCertificate, match="one issuer alone"):
        parse_crl(made)


def test_the_next_one_need_not_be_announced() -> None:
    algorithm = bytes.fromhex("300d06092a864886f70d01010b0500")
    tbs = sequence(algorithm, ROOT.subject, date_bytes(int(pki.TODAY)))
    bits = b"\3\2\0x"
    crl = parse_crl(sequence(tbs, algorithm, bits))
    assert (crl.next_update, crl.revoked) == (None, frozenset())


@pytest.mark.long
def test_its_length_is_bounded() -> None:
    with pytest.raises(BadCertificate, match="bytes"):
        parse_crl(bytes(LONGEST + 1))
    entries = b"".join(sequence(integer(n), date_bytes(0)) for n in range(MOST + 1))
    algorithm = bytes.fromhex("300d06092a864886f70d01010b0500")
    tbs = sequence(algorithm, ROOT.subject, date_bytes(0), sequence(entries))
    with pytest.raises(BadCertificate, match="more than 20000 revoked"):
        parse_crl(sequence(tbs, algorithm, b"\3\2\0x"))


def test_two_kinds_of_signature_are_refused() -> None:
    sha256, sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    with pytest.raises(BadCertificate, match="two different kinds"):
        parse_crl(pki.list_der(ROOT).replace(sha256, sha1, 1))


def test_what_is_behind_it_is_refused() -> None:
    with pytest.raises(BadDer):
        parse_crl(pki.list_der(ROOT) + b"x")


def test_lists_are_read_from_pem() -> None:
    text = pki.revoked(ROOT, 7).public_bytes(pki.Encoding.PEM).decode()
    assert [crl.revoked for crl in read_crls(ROOT.pem + text)] == [{7}]
    with pytest.raises(WireError):
        read_crls("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----")
