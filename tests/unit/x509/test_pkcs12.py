"""PKCS#12 in the eyes of openssl and cryptography; the derivation by published values."""

import subprocess
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from gateway.x509.certificate import parse_certificate
from gateway.x509.keys import read_private_pem
from gateway.x509.pkcs12 import build_pkcs12, derive
from tests import pki

ROOT = pki.authority("Works CA")
PRESS = pki.machine(ROOT, digest="sha1")
PASSWORD = "7f3a-b1c2-Größe"


def made(seed: int = 1) -> bytes:
    key = read_private_pem(PRESS.key_pem)
    own, root = parse_certificate(PRESS.der), parse_certificate(ROOT.der)
    return build_pkcs12("press 3", key, own, [root], PASSWORD, Random(seed).randbytes)


@pytest.mark.parametrize(
    ("purpose", "password", "salt", "rounds", "length", "expected"),
    [
        # "PKCS12 key gen" cases of Bouncy Castle and GnuTLS, from S. Henson's test values of 1999.
        (1, "smeg", "0a58cf64530d823f", 1, 24, "8aaae6297b6cb04642ab5b077851284eb7128f1a2a7fbca3"),
        (2, "smeg", "0a58cf64530d823f", 1, 8, "79993dfe048d3b76"),
        (1, "smeg", "642b99ab44fb4b1f", 1, 24, "f3a95fec48d7711e985cfe67908c5ab79fa3d7c5caa5d966"),
        (2, "smeg", "642b99ab44fb4b1f", 1, 8, "c0a38d64a79bea1d"),
        (3, "smeg", "3d83c0e4546ac140", 1, 20, "8d967d88f6caa9d714800ab3d48051d63f73a312"),
        (1, "queeg", "05dec959acff72f7", 1000, 24,
         "ed2034e36328830ff09df1e1a07dd357185dac0d4f9eb3d4"),
        (2, "queeg", "05dec959acff72f7", 1000, 8, "11dedad7758d4860"),
        (1, "queeg", "1682c0fc5b3f7ec5", 1000, 24,
         "483dd6e919d7de2e8e648ba8f862f3fbfbdc2bcb2c02957f"),
        (2, "queeg", "1682c0fc5b3f7ec5", 1000, 8, "9d461d1b00355c50"),
        (3, "queeg", "263216fcc2fab31c", 1000, 20, "5ec4c7a80df652294c3925b6489a7ab857c83476"),
    ],
)  # fmt: skip
def test_keys_are_derived_as_published(
    purpose: int, password: str, salt: str, rounds: int, length: int, expected: str
) -> None:
    assert derive(purpose, password, bytes.fromhex(salt), rounds, length).hex() == expected


def test_cryptography_opens_it() -> None:
    found = pkcs12.load_pkcs12(made(), PASSWORD.encode())
    assert found.key is not None
    assert found.cert is not None
    assert found.cert.certificate == PRESS.certificate
    assert found.cert.friendly_name == b"press 3"
    assert [one.certificate for one in found.additional_certs] == [ROOT.certificate]
    with pytest.raises(ValueError, match="password"):
        pkcs12.load_pkcs12(made(), b"another")


def test_openssl_opens_it_and_finds_nothing_newer_than_windows_2000_knows(tmp_path: Path) -> None:
    (tmp_path / "press.p12").write_bytes(made())
    arguments = ["openssl", "pkcs12", "-in", "press.p12", "-passin", f"pass:{PASSWORD}", "-nodes"]
    done = subprocess.run(
        [*arguments, "-info"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    told = done.stderr
    assert told.count("pbeWithSHA1And3-KeyTripleDES-CBC, Iteration 2048") == 2
    assert "MAC: sha1, Iteration 2048" in told
    assert read_private_pem(done.stdout).n == read_private_pem(PRESS.key_pem).n
    assert "subject=CN = Works CA" in done.stdout


def test_two_files_share_no_salt() -> None:
    one, other = made(1), made(2)
    assert len(one) == len(other)
    assert sum(a == b for a, b in zip(one, other, strict=True)) < len(one) // 2
