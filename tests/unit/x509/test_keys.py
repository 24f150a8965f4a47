"""Keys as cryptography and openssl write them."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gateway.x509.der import Der, bit_string, integer, null, oid, sequence
from gateway.x509.errors import BadDer
from gateway.x509.keys import (
    BadKey,
    pkcs8_bytes,
    private_pem,
    public_key_bytes,
    read_pkcs1,
    read_pkcs8,
    read_private_pem,
    read_public_key,
)
from gateway.x509.pem import PRIVATE_KEY, build_pem
from tests import pki

ADA = pki.Owner(pki.authority().certificate, pki.key("ada"))
NONE = serialization.NoEncryption()


def private(form: serialization.PrivateFormat, *, locked: bool = False) -> bytes:
    lock = serialization.BestAvailableEncryption(b"secret") if locked else NONE
    return pki.key("ada").private_bytes(Encoding.PEM, form, lock)


def test_a_public_key_goes_out_and_comes_back() -> None:
    theirs = (
        pki.key("ada").public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    key = read_public_key(Der(theirs))
    assert key is not None
    assert key.n == pki.key("ada").public_key().public_numbers().n
    assert public_key_bytes(key) == theirs


def test_a_key_of_another_kind_is_none() -> None:
    theirs = (
        ec.generate_private_key(ec.SECP256R1())
        .public_key()
        .public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    )
    assert read_public_key(Der(theirs)) is None


def test_a_modulus_below_zero_is_refused() -> None:
    inside = sequence(bytes.fromhex("0201ff"), integer(3))
    info = sequence(sequence(oid("1.2.840.113549.1.1.1"), null()), bit_string(inside))
    with pytest.raises(BadDer, match="below zero"):
        read_public_key(Der(info))


FORMS = [serialization.PrivateFormat.PKCS8, serialization.PrivateFormat.TraditionalOpenSSL]


@pytest.mark.parametrize("form", FORMS)
def test_a_private_key_is_read_in_both_forms(form: serialization.PrivateFormat) -> None:
    key = read_private_pem(private(form).decode())
    assert key.d == pki.key("ada").private_numbers().d


def test_a_private_key_goes_out_as_cryptography_writes_it() -> None:
    assert private_pem(read_private_pem(ADA.key_pem)) == ADA.key_pem


def test_a_key_may_stand_behind_its_certificate() -> None:
    assert (
        read_private_pem(ADA.pem + ADA.key_pem).n == pki.key("ada").public_key().public_numbers().n
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_locked_key_is_told_from_none(form: serialization.PrivateFormat) -> None:
    locked = private(form, locked=True).decode()
    with pytest.raises(BadKey, match="is locked with a passphrase"):
        read_private_pem(locked)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (ADA.pem, "has no RSA PRIVATE KEY or PRIVATE KEY in it"),
        (build_pem(PRIVATE_KEY, b"rubbish"), "that is not RSA, or not whole"),
        (build_pem(PRIVATE_KEY, b"\x30\x82\x01"), "that is not RSA, or not whole"),
        (build_pem("RSA PRIVATE KEY", sequence(*map(integer, (1, *[3] * 8)))), "not whole"),
        (build_pem("RSA PRIVATE KEY", sequence(*map(integer, (0, *[3] * 8)))), "has 2 bits"),
    ],
)
def test_what_is_no_key_is_told_why(text: str, why: str) -> None:
    with pytest.raises(BadKey, match=why):
        read_private_pem(text)


def test_a_key_of_another_kind_is_refused() -> None:
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        Encoding.PEM, serialization.PrivateFormat.PKCS8, NONE
    )
    with pytest.raises(BadKey, match="not RSA"):
        read_private_pem(other.decode())


def test_parts_of_two_keys_are_no_key() -> None:
    one, other = read_private_pem(ADA.key_pem), read_private_pem(pki.authority().key_pem)
    numbers = (0, one.n, one.e, other.d, one.p, one.q, one.d_p, one.d_q, one.q_inverse)
    mixed = build_pem("RSA PRIVATE KEY", sequence(*map(integer, numbers)))
    with pytest.raises(BadKey, match="do not belong together"):
        read_private_pem(mixed)


def test_a_refusal_says_nothing_of_the_key() -> None:
    broken = private_pem(read_private_pem(ADA.key_pem)).replace("MII", "NII", 1)
    with pytest.raises(BadKey) as refused:
        read_private_pem(broken)
    assert "NII" not in str(refused.value)


def test_what_is_behind_a_key_is_refused() -> None:
    key = read_private_pem(ADA.key_pem)
    for read, data in ((read_pkcs8, pkcs8_bytes(key) + b"x"), (read_pkcs1, b"\x30\0x")):
        with pytest.raises(BadDer):
            read(data)
