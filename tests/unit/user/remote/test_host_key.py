"""The fingerprint is OpenSSH's: key and print are from `ssh-keygen -l` of a key made for this.

Ansible's module has the same functions, for it is installed without the gateway: both are held to
the same here.
"""

import base64

import pytest

from ansible_collections.postern.gateway.plugins.module_utils import host_key as of_ansible
from gateway.user.remote.host_key import (
    fingerprint_in,
    fingerprint_of,
    keys_in,
    name_in_file,
    recorded,
)

KIND = "ssh-ed25519"
KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIPdcGl8aoC9N8lzlxECEyfS8SBO+aVyIl7+Idc2wZDf/"
PRINT = "SHA256:qlW8ueVienAJFcPBt5hq3cSc53bMDHVtFhD3MHTjd1U"
FILE = f"# claimed\ngw-2 ssh-ed25519 AAAA\n\n[192.0.2.1]:2222 {KIND} BBBB\n"


def test_a_keys_fingerprint_is_that_of_openssh() -> None:
    assert fingerprint_of(base64.b64decode(KEY)) == of_ansible.fingerprint_of(KEY) == PRINT


@pytest.mark.parametrize("text", [PRINT, f"SSH {PRINT} ED25519", f"256 {PRINT} gw-1 (ED25519)\n"])
def test_a_fingerprint_is_found_in_what_was_copied_from_a_console(text: str) -> None:
    assert fingerprint_in(text) == of_ansible.fingerprint_in(text) == PRINT


@pytest.mark.parametrize("text", ["", "yes", "SHA256:short", PRINT[:-1], f"{PRINT}x"])
def test_what_is_none_is_none(text: str) -> None:
    assert fingerprint_in(text) == ""


def test_of_two_fingerprints_neither_is_meant() -> None:
    assert fingerprint_in(f"{PRINT}\n{PRINT}") == PRINT
    assert fingerprint_in(f"{PRINT}\nSHA256:{'A' * 43}") == ""


@pytest.mark.parametrize(("address", "port"), [("gw-1", 22), ("192.0.2.1", 2222)])
def test_a_host_has_the_name_that_openssh_gives_it(address: str, port: int) -> None:
    assert name_in_file(address, port) == of_ansible.name_in_file(address, port)
    assert name_in_file(address, port) in ("gw-1", "[192.0.2.1]:2222")


def test_one_key_is_recorded_for_a_name_and_others_are_left_alone() -> None:
    name = name_in_file("192.0.2.1", 2222)
    text = recorded(FILE, name, KIND, KEY)
    assert text == of_ansible.recorded(FILE, name, KEY)
    assert keys_in(text, name) == [(KIND, KEY)]
    assert keys_in(text, "gw-2") == [(KIND, "AAAA")]
    assert recorded(text, name, KIND, KEY) == text
    assert text.startswith("# claimed\n")


def test_a_name_that_only_begins_alike_is_another() -> None:
    text = recorded("", "192.0.2.10", KIND, KEY)
    assert keys_in(text, "192.0.2.1") == []
    assert keys_in(recorded(text, "192.0.2.1", KIND, "AAAA"), "192.0.2.10") == [(KIND, KEY)]
