"""The fingerprint is OpenSSH's: key and print are from `ssh-keygen -l` of a key made for this."""

from ansible_collections.postern.gateway.plugins.module_utils.host_key import (
    fingerprint_in,
    fingerprint_of,
    keys_in,
    name_in_file,
    recorded,
    scanned,
)

KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIPdcGl8aoC9N8lzlxECEyfS8SBO+aVyIl7+Idc2wZDf/"
PRINT = "SHA256:qlW8ueVienAJFcPBt5hq3cSc53bMDHVtFhD3MHTjd1U"


def test_a_keys_fingerprint_is_that_of_openssh() -> None:
    assert fingerprint_of(KEY) == PRINT
    assert fingerprint_of("no key!") == ""


def test_a_fingerprint_is_found_in_what_was_copied_from_a_console() -> None:
    assert fingerprint_in(f"SSH {PRINT} ED25519") == PRINT
    assert fingerprint_in(f"256 {PRINT} gw-1 (ED25519)") == PRINT
    assert fingerprint_in("SHA256:short") == ""


def test_of_what_answers_only_ed25519_counts() -> None:
    out = f"# 192.0.2.1:22 SSH-2.0\n192.0.2.1 ssh-ed25519 {KEY}\n192.0.2.1 ssh-rsa AAAA\n"
    assert scanned(out) == [KEY]


def test_one_key_is_recorded_for_a_name_and_others_are_left_alone() -> None:
    name = name_in_file("192.0.2.1", 2222)
    assert (name, name_in_file("gw-1", 22)) == ("[192.0.2.1]:2222", "gw-1")
    text = recorded(f"gw-2 ssh-ed25519 AAAA\n\n{name} ssh-ed25519 BBBB\n", name, KEY)
    assert keys_in(text, name) == [KEY]
    assert keys_in(text, "gw-2") == ["AAAA"]
    assert recorded(text, name, KEY).count(KEY) == 1
