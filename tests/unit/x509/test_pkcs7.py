"""Chains in PKCS#7, as cryptography and openssl wrap them."""

import subprocess
from pathlib import Path

import pytest

from gateway.wire.cursor import WireError
from gateway.x509.der import field, integer, null, oid, sequence
from gateway.x509.errors import BadCertificate
from gateway.x509.pkcs7 import LONGEST, MOST, parse_pkcs7
from tests import pki

ROOT = pki.authority("Works CA")
PRESS = pki.machine(ROOT)


def test_every_certificate_comes_out() -> None:
    found = parse_pkcs7(pki.wrapped(ROOT, PRESS))
    assert {one.der for one in found} == {ROOT.der, PRESS.der}


def test_openssl_wraps_them_too(tmp_path: Path) -> None:
    (tmp_path / "chain.pem").write_text(PRESS.pem + ROOT.pem)
    arguments = ["openssl", "crl2pkcs7", "-nocrl", "-certfile", "chain.pem", "-outform", "DER"]
    done = subprocess.run(arguments, cwd=tmp_path, capture_output=True, check=True)
    assert [one.der for one in parse_pkcs7(done.stdout)] == [PRESS.der, ROOT.der]


def test_a_wrapping_of_something_else_is_refused() -> None:
    with pytest.raises(BadCertificate, match="without certificates"):
        parse_pkcs7(sequence(oid("1.2.840.113549.1.7.1"), field(0, null())))


def test_one_of_no_certificates_has_none() -> None:
    signed = sequence(integer(1), b"\x31\0", sequence(oid("1.2.840.113549.1.7.1")), b"\x31\0")
    whole = sequence(oid("1.2.840.113549.1.7.2"), field(0, signed))
    assert parse_pkcs7(whole) == ()


def test_its_length_and_the_number_of_certificates_are_bounded() -> None:
    with pytest.raises(BadCertificate, match="bytes"):
        parse_pkcs7(bytes(LONGEST + 1))
    many = [pki.machine(ROOT, serial=number) for number in range(1, MOST + 2)]
    with pytest.raises(BadCertificate, match="more than 8"):
        parse_pkcs7(pki.wrapped(*many))


def test_a_broken_certificate_in_it_is_the_senders_fault() -> None:
    data = pki.wrapped(PRESS)
    for place in range(0, len(data), 11):
        spoiled = bytearray(data)
        spoiled[place] ^= 0xFF
        try:
            parse_pkcs7(bytes(spoiled))
        except WireError:
            continue
