from base64 import b64encode
from collections.abc import Callable

import pytest

from gateway.control.schema import ADMIN
from gateway.control.values import Unfit
from gateway.control.values_box import (
    contact,
    device,
    hostname,
    key_body,
    login,
    mac,
    ssh_key,
    timezone,
)


def string(data: bytes) -> bytes:
    return len(data).to_bytes(4, "big") + data


def line(kind: str, *fields: bytes, comment: str = "ada@desk") -> str:
    """A public key with these fields (RFC 4253, 6.6)."""
    blob = b"".join(map(string, (kind.encode(), *fields)))
    return f"{kind} {b64encode(blob).decode()} {comment}".rstrip()


ED25519 = line("ssh-ed25519", bytes(32))
RSA = line("ssh-rsa", b"\x01\x00\x01", b"\x00" + b"\xff" * 256)
NISTP256 = line("ecdsa-sha2-nistp256", b"nistp256", b"\x04" + bytes(64))
SK_ED25519 = line("sk-ssh-ed25519@openssh.com", bytes(32), b"ssh:")
SK_NISTP256 = line("sk-ecdsa-sha2-nistp256@openssh.com", b"nistp256", b"\x04" + bytes(64), b"ssh:")


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (hostname, "gw-lab-1"),
        (hostname, "a" * 63),
        (timezone, "UTC"),
        (timezone, "America/Argentina/Buenos_Aires"),
        (timezone, "Etc/GMT+1"),
        (contact, "Ada, extension 12 (before noon)"),
        (login, "ada"),
        (login, "ada_l-2"),
        (device, "pci0000:00/0000:00:02.2/0000:01:00.0"),
        (mac, "00:0d:b9:00:00:01"),
    ],
)
def test_good_values_are_taken_as_they_are(read: Callable[[object], str], value: str) -> None:
    assert read(value) == value


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (hostname, "gw.example.org"),
        (hostname, "-gw"),
        (hostname, "a" * 64),
        (timezone, "Europe / Berlin"),
        (timezone, "../etc/passwd"),
        (contact, "two\nlines"),
        (contact, "x" * 201),
        (login, "Ada"),
        (login, "root"),
        (login, "postern"),
        (login, "systemd-network"),
        (device, "../pci0000:00"),
        (device, "pci0000:00//x"),
        (mac, "00:0d:b9:00:00"),
        (mac, "01:00:5e:00:00:01"),
        (mac, "00:00:00:00:00:00"),
    ],
)
def test_bad_values_are_refused_with_what_stands_there(
    read: Callable[[object], str], value: str
) -> None:
    with pytest.raises(Unfit, match="^(is|holds) "):
        read(value)


def test_an_address_of_a_card_is_written_in_one_way() -> None:
    assert mac("00-0D-B9-AB-cd-01") == "00:0d:b9:ab:cd:01"


@pytest.mark.parametrize("key", [ED25519, RSA, NISTP256, SK_ED25519, SK_NISTP256])
def test_public_keys_of_every_kind_are_taken(key: str) -> None:
    assert ssh_key(f"  {key}\n") == key
    assert key_body(ssh_key(key)) == key.removesuffix(" ada@desk")


@pytest.mark.parametrize(
    ("key", "what"),
    [
        ("-----BEGIN OPENSSH PRIVATE KEY-----", "is a private key"),
        (ED25519 + "\n" + ED25519, "holds a line break"),
        ('command="sh" ' + ED25519, "begins with no kind of key"),
        ("ssh-dss AAAA", "begins with no kind of key"),
        (ED25519[:40], "its middle part is damaged|without its end"),
        (ED25519[:48], "without its end"),
        ("ssh-ed25519", "its parts do not fit"),
        ("ssh-ed25519 !!!! x", "its middle part is damaged"),
        (ED25519.replace("ssh-ed25519", "ssh-rsa", 1), "its parts do not fit"),
        (line("ssh-ed25519", bytes(31)), "without its end"),
        (line("ssh-rsa", b"\x01\x00\x01", b"\xff" * 128), "an RSA key of 1024 bits"),
        (line("ssh-rsa", b"\x01\x00\x01"), "without its end"),
        (line("ecdsa-sha2-nistp256", b"nistp256", bytes(64)), "without its end"),
        (line("sk-ssh-ed25519@openssh.com", bytes(32)), "without its end"),
        (line("sk-ecdsa-sha2-nistp256@openssh.com", b"nistp256", b"x"), "without its end"),
    ],
)
def test_what_is_no_whole_public_key_is_refused_and_not_repeated(key: str, what: str) -> None:
    with pytest.raises(Unfit, match=what) as refused:
        ssh_key(key)
    assert "AAAA" not in str(refused.value)


def test_the_example_of_the_schema_is_a_key() -> None:
    key = ADMIN.key("ssh_key")
    assert key is not None
    assert ssh_key(key.example.strip('"')).endswith(" ada")
