"""What is made here, in the eyes of openssl and cryptography."""

import subprocess
from pathlib import Path
from random import Random

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtensionOID

from gateway.crypto.rsa import make_key
from gateway.x509.certificate import Certificate
from gateway.x509.crl import parse_crl
from gateway.x509.dates import DAY
from gateway.x509.extensions import IKE_INTERMEDIATE, AltKind, AltName
from gateway.x509.issue import (
    Issuer,
    Subject,
    issue,
    key_identifier,
    make_crl,
    make_root,
    new_serial,
)
from gateway.x509.path import Authority, find_authority
from gateway.x509.pem import CERTIFICATE, CRL, build_pem
from tests import pki

NOW = int(pki.TODAY)
CHANCE = Random(5).randbytes
ROOT_KEY, PRESS_KEY = make_key(1024, CHANCE), make_key(1024, CHANCE)


def made(hash: str) -> tuple[Issuer, Certificate]:
    name = (("CN", "Postern CA"), ("O", "Wörks"))
    subject = Subject(name, ROOT_KEY.public, NOW, NOW + 3650 * DAY)
    root = make_root(ROOT_KEY, subject, hash, CHANCE)
    issuer = Issuer(root, ROOT_KEY, hash)
    press = Subject((("CN", "press-3"),), PRESS_KEY.public, NOW, NOW + 365 * DAY)
    names = [AltName(AltKind.DNS, b"press-3"), AltName(AltKind.IP, bytes((192, 0, 2, 1)))]
    return issuer, issue(issuer, press, names, new_serial(CHANCE), CHANCE)


def openssl(folder: Path, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        ["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout + done.stderr


def written(folder: Path, hash: str) -> tuple[Issuer, Certificate]:
    issuer, press = made(hash)
    (folder / "ca.pem").write_text(build_pem(CERTIFICATE, issuer.certificate.der))
    (folder / "press.pem").write_text(build_pem(CERTIFICATE, press.der))
    return issuer, press


@pytest.mark.parametrize("hash", ["sha1", "sha256", "sha384", "sha512", "md5"])
def test_openssl_verifies_what_was_issued(tmp_path: Path, hash: str) -> None:
    written(tmp_path, hash)
    weak = ("-auth_level", "0", "-attime", str(NOW + DAY))
    purposes = ("sslserver", "sslclient")
    for purpose in purposes:
        told = openssl(
            tmp_path, "verify", *weak, "-CAfile", "ca.pem", "-purpose", purpose, "press.pem"
        )
        assert told == (0, "press.pem: OK\n")


def test_openssl_finds_a_revoked_one_in_the_list(tmp_path: Path) -> None:
    issuer, press = written(tmp_path, "sha1")
    lists = {
        "none.pem": make_crl(issuer, 1, [], (NOW, NOW + 30 * DAY), CHANCE),
        "one.pem": make_crl(issuer, 2, [(press.serial, NOW)], (NOW, NOW + 30 * DAY), CHANCE),
    }
    for name, data in lists.items():
        (tmp_path / name).write_text(build_pem(CRL, data))
    common = ("verify", "-attime", str(NOW + DAY), "-CAfile", "ca.pem", "-crl_check", "-CRLfile")
    assert openssl(tmp_path, *common, "none.pem", "press.pem") == (0, "press.pem: OK\n")
    status, told = openssl(tmp_path, *common, "one.pem", "press.pem")
    assert status != 0
    assert "certificate revoked" in told


def test_cryptography_reads_all_that_old_windows_wants() -> None:
    _, press = made("sha1")
    found = x509.load_der_x509_certificate(press.der)
    assert isinstance(found.signature_hash_algorithm, hashes.SHA1)
    purposes = found.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert not purposes.critical
    assert [one.dotted_string for one in purposes.value] == [
        "1.3.6.1.5.5.7.3.1",
        "1.3.6.1.5.5.7.3.2",
        IKE_INTERMEDIATE,
    ]
    names = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["press-3"]
    usage = found.extensions.get_extension_for_oid(ExtensionOID.KEY_USAGE)
    assert usage.critical
    assert found.subject.rfc4514_string() == "CN=press-3"


def test_key_identifiers_are_as_cryptography_makes_them() -> None:
    issuer, press = made("sha256")
    root = x509.load_der_x509_certificate(issuer.certificate.der)
    theirs = x509.SubjectKeyIdentifier.from_public_key(root.public_key())
    assert key_identifier(ROOT_KEY.public) == theirs.digest
    found = x509.load_der_x509_certificate(press.der)
    above = found.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert above.key_identifier == theirs.digest


def test_an_authority_made_here_has_only_machines_below_it() -> None:
    issuer, press = made("sha256")
    assert issuer.certificate.extensions.is_ca
    assert issuer.certificate.extensions.path_length == 0
    assert not press.extensions.is_ca
    own = Authority("own", issuer.certificate)
    assert find_authority(press, [], [own], NOW + DAY).name == "own"


def test_nothing_outlives_its_authority() -> None:
    issuer, _ = made("sha256")
    for_ever = Subject((("CN", "x"),), PRESS_KEY.public, 0, NOW + 20_000 * DAY)
    certificate = issue(issuer, for_ever, [], 5, CHANCE)
    assert certificate.not_after == issuer.certificate.not_after
    assert certificate.not_before == issuer.certificate.not_before
    assert certificate.extensions.names == ()


def test_a_list_made_here_is_read_here() -> None:
    issuer, press = made("sha1")
    data = make_crl(issuer, 3, [(press.serial, NOW), (9, NOW - DAY)], (NOW, NOW + DAY), CHANCE)
    crl = parse_crl(data)
    assert crl.revoked == {press.serial, 9}
    assert (crl.this_update, crl.next_update) == (NOW, NOW + DAY)
    assert crl.is_signed_by(issuer.certificate)
    theirs = x509.load_der_x509_crl(data)
    assert theirs.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number == 3


def test_serial_numbers_are_chance_and_never_zero() -> None:
    serials = {new_serial(Random(seed).randbytes) for seed in range(50)}
    assert len(serials) == 50
    assert all(0 < serial < 1 << 71 for serial in serials)
    assert new_serial(bytes) == 1
