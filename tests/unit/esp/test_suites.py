import pytest

from gateway.crypto.cbc import AES, TRIPLE_DES
from gateway.crypto.mac import MD5, SHA1
from gateway.esp.errors import BadKeymat, UnknownSuite
from gateway.esp.suites import SUITES, find_suite, split_keymat


def test_there_are_five_ciphers_with_two_hashes_each() -> None:
    assert set(SUITES) == {
        f"{cipher}-{hash}"
        for cipher in ("des", "3des", "aes128", "aes192", "aes256")
        for hash in ("md5", "sha1")
    }


def test_a_suite_is_found_by_the_name_it_has() -> None:
    assert all(find_suite(name).name == name for name in SUITES)
    assert (find_suite("3des-sha1").cipher, find_suite("3des-sha1").hash) == (TRIPLE_DES, SHA1)
    assert (find_suite("aes192-md5").cipher, find_suite("aes192-md5").hash) == (AES, MD5)


@pytest.mark.parametrize(
    ("name", "length"),
    [("des-md5", 24), ("des-sha1", 28), ("3des-md5", 40), ("3des-sha1", 44), ("aes256-sha1", 52)],
)
def test_key_material_is_the_ciphers_key_and_then_the_hashs(name: str, length: int) -> None:
    # The 3DES lengths are those of the recordings: tests/vectors/esp/keys.toml.
    suite = SUITES[name]
    keymat = bytes(range(length))
    cipher_key, mac_key = split_keymat(suite, keymat)
    assert suite.keymat_length == length
    assert cipher_key + mac_key == keymat
    assert (len(cipher_key), len(mac_key)) == (suite.key_length, suite.hash.size)


def test_key_material_of_another_length_is_refused() -> None:
    with pytest.raises(BadKeymat, match="3des-sha1 takes 44 bytes, not 40"):
        split_keymat(SUITES["3des-sha1"], bytes(40))


def test_a_suite_nobody_has_is_refused() -> None:
    with pytest.raises(UnknownSuite, match="rc4-sha1"):
        find_suite("rc4-sha1")
