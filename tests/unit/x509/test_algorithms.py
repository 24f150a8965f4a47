"""Identifiers against cryptography's certificates, DigestInfo against RFC 8017."""

import pytest

from gateway.crypto.mac import MD5, SHA1, SHA256, Hash
from gateway.x509.algorithms import (
    HASHES,
    STRONG,
    WEAK,
    digest_info,
    read_signature_algorithm,
    read_signed,
    signature_algorithm,
    signed_by,
)
from gateway.x509.certificate import parse_certificate
from gateway.x509.der import Der, null, octets, oid, sequence
from gateway.x509.errors import BadDer
from tests import pki

# RFC 8017, 9.2, note 1.
PREFIXES = {
    "md5": "3020300c06082a864886f70d020505000410",
    "sha1": "3021300906052b0e03021a05000414",
    "sha256": "3031300d060960864801650304020105000420",
    "sha384": "3041300d060960864801650304020205000430",
    "sha512": "3051300d060960864801650304020305000440",
}


@pytest.mark.parametrize("hash", HASHES.values(), ids=lambda one: one.name)
def test_a_digest_info_begins_as_the_rfc_has_it(hash: Hash) -> None:
    made = digest_info(hash, b"text")
    assert made[: -hash.size].hex() == PREFIXES[hash.name]


@pytest.mark.parametrize("hash", sorted(HASHES))
def test_an_algorithm_goes_out_and_comes_back(hash: str) -> None:
    assert read_signature_algorithm(Der(signature_algorithm(hash))) == hash


def test_the_null_may_be_missing_and_nothing_else_may_be_there() -> None:
    bare = oid("1.2.840.113549.1.1.11")
    assert read_signature_algorithm(Der(sequence(bare))) == "sha256"
    for extra in (octets(b""), b"\5\1x", null() + null()):
        with pytest.raises(BadDer):
            read_signature_algorithm(Der(sequence(bare, extra)))


def test_what_is_signed_is_read_with_its_signature_and_nothing_may_follow() -> None:
    der = pki.authority().der
    tbs, hash, signature = read_signed(der)
    assert (tbs.whole, hash) == (parse_certificate(der).tbs, "sha256")
    assert der.endswith(signature)
    with pytest.raises(BadDer):
        read_signed(der + b"\0")


def test_another_makers_number_for_sha1_is_known() -> None:
    assert read_signature_algorithm(Der(sequence(oid("1.3.14.3.2.29"), null()))) == "sha1"


def test_an_unknown_algorithm_is_told_by_its_number_and_good_for_nothing() -> None:
    ecdsa = "1.2.840.10045.4.3.2"
    assert read_signature_algorithm(Der(sequence(oid(ecdsa)))) == ecdsa
    key = parse_certificate(pki.authority().der).key
    assert not signed_by(key, ecdsa, b"text", bytes(128))
    assert not signed_by(None, "sha256", b"text", bytes(128))


def test_weak_and_strong_are_all_there_are() -> None:
    assert STRONG | set(WEAK) == set(HASHES)
    assert {MD5.name, SHA1.name}.isdisjoint(STRONG)
    assert SHA256.name in STRONG
