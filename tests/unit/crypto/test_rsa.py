"""RSA by the gateway against openssl, cryptography and Python's own arithmetic.

No published vector has PKCS#1 round bytes without DigestInfo, so the second hand is a program:
`openssl pkeyutl` pads and signs, and recovers, what it is given.
"""

import subprocess
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from gateway.crypto import rsa
from gateway.crypto.mac import SHA256
from gateway.crypto.rsa import PrivateKey, PublicKey, agrees, make_key, sign, unusable, verify
from gateway.x509.algorithms import digest_info
from tests import pki

HASH = bytes(range(20))  # as long as SHA-1's


def ours(name: str, bits: int = 1024) -> PrivateKey:
    """The key that cryptography has made, as the gateway has it."""
    numbers = pki.key(name, bits).private_numbers()
    public = numbers.public_numbers
    return PrivateKey(
        public.n,
        public.e,
        numbers.d,
        numbers.p,
        numbers.q,
        numbers.dmp1,
        numbers.dmq1,
        numbers.iqmp,
    )


def openssl(*arguments: str, data: bytes) -> bytes:
    done = subprocess.run(["openssl", *arguments], input=data, capture_output=True, check=True)
    return done.stdout


def key_file(folder: Path, name: str, bits: int = 1024) -> str:
    path = folder / "key.pem"
    path.write_text(pki.Owner(pki.authority().certificate, pki.key(name, bits)).key_pem)
    return str(path)


@pytest.mark.parametrize("bits", [1024, 2048])
@pytest.mark.parametrize("length", [16, 20])
def test_openssl_makes_the_same_signature_of_a_bare_hash(
    tmp_path: Path, bits: int, length: int
) -> None:
    key = key_file(tmp_path, "signer", bits)
    options = ("pkeyutl", "-sign", "-inkey", key, "-pkeyopt", "rsa_padding_mode:pkcs1")
    theirs = openssl(*options, data=HASH[:length])
    assert sign(ours("signer", bits), HASH[:length], Random(1).randbytes) == theirs


def test_openssl_finds_the_bare_hash_in_our_signature(tmp_path: Path) -> None:
    signature = sign(ours("signer"), HASH, Random(2).randbytes)
    options = ("pkeyutl", "-verifyrecover", "-inkey", key_file(tmp_path, "signer"))
    found = openssl(*options, "-pkeyopt", "rsa_padding_mode:pkcs1", data=signature)
    assert found == HASH


def test_plain_arithmetic_makes_the_same_and_blinding_does_not_show() -> None:
    theirs = pki.pad_and_sign(HASH, pki.key("signer"))
    made = {sign(ours("signer"), HASH, Random(seed).randbytes) for seed in range(5)}
    assert made == {theirs}


def test_with_a_digest_info_it_is_the_signature_of_certificates() -> None:
    text = b"to be signed"
    signature = sign(ours("signer"), digest_info(SHA256, text), Random(3).randbytes)
    public = pki.key("signer").public_key()
    public.verify(signature, text, padding.PKCS1v15(), hashes.SHA256())
    theirs = pki.key("signer").sign(text, padding.PKCS1v15(), hashes.SHA256())
    assert verify(ours("signer").public, digest_info(SHA256, text), theirs)


def test_a_signature_is_good_for_its_bytes_its_key_and_its_length_alone() -> None:
    key = ours("signer").public
    good = pki.pad_and_sign(HASH, pki.key("signer"))
    assert verify(key, HASH, good)
    assert not verify(key, HASH[1:], good)
    assert not verify(ours("other").public, HASH, good)
    assert not verify(key, HASH, good[1:])
    assert not verify(key, HASH, b"\0" + good)
    assert not verify(key, HASH, (int.from_bytes(good) + key.n).to_bytes(129)[-128:])
    assert not verify(key, bytes(200), good)


@pytest.mark.parametrize(
    "padded",
    [
        b"\0\1" + b"\xff" * 8 + b"\0" + HASH + bytes(97),  # Bleichenbacher, 2006: rubbish behind
        b"\0\1" + b"\xff" * 104 + b"\1" + HASH + b"\0",
        b"\0\2" + b"\xff" * 105 + b"\0" + HASH,
        b"\1\1" + b"\xff" * 105 + b"\0" + HASH,
        b"\0\1" + b"\xff" * 104 + b"\xfe\0" + HASH,
    ],
)
def test_any_other_padding_is_no_signature(padded: bytes) -> None:
    numbers = pki.key("signer").private_numbers()
    value = pow(int.from_bytes(padded), numbers.d, numbers.public_numbers.n)
    forged = value.to_bytes(128)
    assert not verify(ours("signer").public, HASH, forged)


@pytest.mark.parametrize(
    ("key", "why"),
    [
        (PublicKey(3 << 510 | 1, 65537), "its RSA key has 512 bits, and 1024 are the least"),
        (PublicKey(1 << 9000 | 1, 65537), "its RSA key has 9001 bits, and 4096 are the most"),
        (PublicKey(1 << 1023, 65537), "its RSA key is not one"),
        (PublicKey(1 << 1023 | 1, 1), "its RSA key is not one"),
        (PublicKey(1 << 1023 | 1, 4), "its RSA key is not one"),
        (PublicKey(1 << 1023 | 1, 1 << 64 | 1), "its RSA key is not one"),
    ],
)
def test_a_key_that_is_weak_or_costly_is_not_worked_with(key: PublicKey, why: str) -> None:
    assert unusable(key) == why
    assert not verify(key, HASH, bytes(key.length))


@pytest.mark.parametrize("bits", [1024, 1536])
def test_a_key_made_here_is_good_in_openssls_eyes(tmp_path: Path, bits: int) -> None:
    from gateway.x509.keys import private_pem

    key = make_key(bits, Random(bits).randbytes)
    path = tmp_path / "key.pem"
    path.write_text(private_pem(key))
    told = openssl("pkey", "-in", str(path), "-check", "-noout", data=b"")
    assert told.strip() == b"Key is valid"
    assert key.n.bit_length() == bits
    assert key.p.bit_length() == key.q.bit_length() == bits // 2
    assert agrees(key)
    assert unusable(key.public) == ""


def test_the_same_chance_gives_the_same_key_and_other_chance_another() -> None:
    keys = [make_key(1024, Random(seed).randbytes) for seed in (1, 1, 2)]
    assert keys[0] == keys[1] != keys[2]


@pytest.mark.parametrize("bits", [512, 1023, 16384])
def test_keys_of_other_sizes_are_not_made(bits: int) -> None:
    with pytest.raises(ValueError, match=f"a key of {bits} bits"):
        make_key(bits, Random(1).randbytes)


def test_chance_that_is_none_ends() -> None:
    def ones(count: int) -> bytes:
        return b"\xff" * count

    with pytest.raises(ValueError, match="chance gives no prime"):
        make_key(1024, ones)


@pytest.mark.parametrize("part", ["n", "d", "p", "q", "d_p", "d_q", "q_inverse"])
def test_parts_that_do_not_belong_together_are_seen(part: str) -> None:
    key = ours("signer")
    assert agrees(key)
    changed = replace(key, **{part: getattr(key, part) + 2})
    assert not agrees(changed)


def test_a_fault_in_one_half_never_leaves() -> None:
    spoiled = replace(ours("signer"), d_p=ours("signer").d_p + 2)
    with pytest.raises(ValueError, match="does not fit itself"):
        sign(spoiled, HASH, Random(1).randbytes)


def test_what_does_not_fit_the_key_is_not_signed() -> None:
    assert len(sign(ours("signer"), bytes(117), Random(1).randbytes)) == 128
    with pytest.raises(ValueError, match="118 bytes do not fit a key of 1024 bits"):
        sign(ours("signer"), bytes(118), Random(1).randbytes)


def test_a_private_key_shows_nothing_of_itself() -> None:
    key = ours("signer")
    shown = repr(key)
    assert str(key.n) in shown
    assert not any(str(part) in shown for part in (key.d, key.p, key.q, key.d_p, key.q_inverse))
    assert rsa.EXPONENT == 65537
