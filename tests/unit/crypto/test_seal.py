"""What is sealed here is opened by rage, another's program, and by nobody without the key."""

from random import Random

import pyrage
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as make_ecdsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as make_rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from gateway.crypto.seal import CHUNK, Key, NoReader, montgomery, read_key, seal

OPENSSH = (Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())


def pair(private: object) -> tuple[Key, bytes]:
    """The public half as SSH writes it, and the private one."""
    public = private.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH)  # type: ignore[attr-defined]  # any kind of key
    line = f"{public.decode()} ada@desk"
    return read_key(line), private.private_bytes(*OPENSSH)  # type: ignore[attr-defined]  # the same


ED25519 = pair(Ed25519PrivateKey.from_private_bytes(bytes(range(32))))
OTHER = pair(Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33))))
RSA = pair(make_rsa(65537, 2048))
ECDSA = pair(make_ecdsa(SECP256R1()))


def opened(sealed: str, private: bytes) -> bytes:
    return bytes(pyrage.decrypt(sealed.encode(), [pyrage.ssh.Identity.from_buffer(private)]))


def sealed_for(*keys: Key, data: bytes = b"the old configuration\n") -> str:
    return seal(data, keys, Random(7).randbytes)


@pytest.mark.parametrize("owner", [ED25519, RSA], ids=["ed25519", "rsa"])
@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_its_owner_opens_it_whatever_its_size(owner: tuple[Key, bytes], size: int) -> None:
    data = Random(size).randbytes(size)
    assert opened(sealed_for(owner[0], data=data), owner[1]) == data


def test_each_of_several_owners_opens_it_alone() -> None:
    sealed = sealed_for(ED25519[0], ECDSA[0], RSA[0])
    for _, private in (ED25519, RSA):
        assert opened(sealed, private) == b"the old configuration\n"


def test_nobody_else_does() -> None:
    sealed = sealed_for(ED25519[0])
    with pytest.raises(pyrage.DecryptError):
        opened(sealed, OTHER[1])
    assert "configuration" not in sealed


def test_it_is_lines_of_ascii_that_go_through_any_terminal() -> None:
    lines = sealed_for(ED25519[0], data=bytes(500)).splitlines()
    assert lines[0] == "-----BEGIN AGE ENCRYPTED FILE-----"
    assert lines[-1] == "-----END AGE ENCRYPTED FILE-----"
    assert max(map(len, lines[1:-1])) == 64


def test_keys_that_can_only_sign_open_nothing() -> None:
    with pytest.raises(NoReader):
        sealed_for(ECDSA[0])
    with pytest.raises(NoReader):
        sealed_for()


def test_chance_makes_two_of_the_same_different() -> None:
    chance = Random(1).randbytes
    assert seal(b"x", [ED25519[0]], chance) != seal(b"x", [ED25519[0]], chance)


def test_the_base_point_has_the_u_that_the_rfc_says() -> None:
    """RFC 7748, 4.1: Y of Ed25519's base point, U(P) = 9."""
    y = 46316835694926478169428394003475163141307993866256225615783033603165251855960
    assert montgomery(y.to_bytes(32, "little")) == (9).to_bytes(32, "little")
