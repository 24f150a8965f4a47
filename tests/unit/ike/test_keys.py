"""The key schedule against published values; the sources are named in the vector files."""

import tomllib
from typing import Any

import pytest

from gateway.crypto.cbc import AES, DES
from gateway.crypto.mac import MD5, SHA1, hmac
from gateway.ike.errors import BadPayload
from gateway.ike.keys import (
    Exchanged,
    Keys,
    check_strong,
    derive_keys,
    derive_skeyids,
    expand_key,
    first_iv,
    hash_i,
    hash_r,
    keymat,
    message_iv,
    psk_skeyid,
)
from gateway.ike.numbers import Protocol
from gateway.ike.proposals import IKE_SUITES
from tests.captures import vectors

Case = dict[str, str]


def load(name: str) -> dict[str, Any]:
    return tomllib.loads((vectors("ike") / name).read_text())


NIST: list[Case] = load("nist-psk.toml")["case"]
HASH_R: list[Case] = load("hash-r.toml")["case"]
RUBSME: dict[str, Case] = load("rubsme.toml")
HASHES = {"md5": MD5, "sha1": SHA1}


def unhex(case: Case, *names: str) -> tuple[bytes, ...]:
    return tuple(bytes.fromhex(case[name]) for name in names)


@pytest.mark.parametrize("case", NIST)
def test_skeyid_and_what_is_derived_from_it_are_those_of_nist(case: Case) -> None:
    psk, ni, nr, g_xy, cky_i, cky_r = unhex(case, "psk", "ni", "nr", "g_xy", "cky_i", "cky_r")
    skeyid = psk_skeyid(SHA1, psk, ni, nr)
    assert (skeyid, *derive_skeyids(SHA1, skeyid, g_xy, cky_i + cky_r)) == unhex(
        case, "skeyid", "skeyid_d", "skeyid_a", "skeyid_e"
    )


def exchanged_of(case: Case, ni: str = "ni", nr: str = "nr") -> Exchanged:
    cky_i, cky_r, sai_b, g_xi, g_xr = unhex(case, "cky_i", "cky_r", "sai_b", "g_xi", "g_xr")
    ni_b, nr_b = unhex(case, ni, nr)
    g_xy = bytes.fromhex(case.get("g_xy", "00"))
    return Exchanged(cky_i, cky_r, sai_b, g_xi, g_xr, ni_b, nr_b, g_xy)


def test_a_whole_schedule_down_to_key_iv_and_hash_r() -> None:
    case = RUBSME["keys"]
    exchanged = exchanged_of(case)
    suite = IKE_SUITES["aes128-sha1-modp1024"]
    skeyid = psk_skeyid(SHA1, case["psk"].encode(), exchanged.ni_b, exchanged.nr_b)
    keys = derive_keys(suite, skeyid, exchanged)
    assert (keys.skeyid, keys.skeyid_d, keys.skeyid_a, keys.cipher_key) == unhex(
        case, "skeyid", "skeyid_d", "skeyid_a", "ka"
    )
    assert first_iv(keys, exchanged.g_xi, exchanged.g_xr).hex() == case["iv"]
    assert hash_r(keys, exchanged, bytes.fromhex(case["idir_b"])).hex() == case["hash_r"]


@pytest.mark.parametrize("case", HASH_R, ids=lambda case: case["name"])
def test_hash_r_is_that_of_the_tools_that_guess_keys(case: Case) -> None:
    hash = HASHES[case["hash"]]
    exchanged = exchanged_of(case, "ni_b", "nr_b")
    skeyid = psk_skeyid(hash, case["psk"].encode(), exchanged.ni_b, exchanged.nr_b)
    assert skeyid.hex() == case["skeyid"]
    keys = Keys(hash, AES, skeyid, b"", b"", b"")
    assert hash_r(keys, exchanged, bytes.fromhex(case["idir_b"])).hex() == case["hash_r"]


def test_hash_i_is_hash_r_with_the_ends_changed_over() -> None:
    case = HASH_R[0]
    e = exchanged_of(case, "ni_b", "nr_b")
    other = Exchanged(e.cookie_r, e.cookie_i, e.sai_b, e.g_xr, e.g_xi, e.nr_b, e.ni_b, b"")
    keys = Keys(MD5, AES, bytes.fromhex(case["skeyid"]), b"", b"", b"")
    assert hash_i(keys, other, bytes.fromhex(case["idir_b"])).hex() == case["hash_r"]


@pytest.mark.parametrize("way", ["inbound", "outbound"])
def test_keymat_of_two_blocks_is_the_published_one(way: str) -> None:
    case = RUBSME["keymat"]
    g_xy, ni, nr, qm_ni, qm_nr = unhex(case, "g_xy", "ni", "nr", "qm_ni", "qm_nr")
    skeyid = psk_skeyid(SHA1, case["psk"].encode(), ni, nr)
    cookies = bytes.fromhex(case["cky_i"] + case["cky_r"])
    skeyid_d, _, skeyid_e = derive_skeyids(SHA1, skeyid, g_xy, cookies)
    assert expand_key(SHA1, skeyid_e, 16).hex() == case["ka"]
    keys = Keys(SHA1, AES, skeyid, skeyid_d, b"", b"")
    spi = bytes.fromhex(case[f"{way}_spi"])
    assert keymat(keys, Protocol.ESP, spi, qm_ni + qm_nr, 36).hex() == case[f"keymat_{way}"]


def test_keymat_with_perfect_forward_secrecy_begins_with_the_new_secret() -> None:
    keys = Keys(SHA1, AES, b"", b"skeyid_d", b"", b"")
    assert keymat(keys, 3, b"spi_", b"nonces", 20, b"g_xy") == hmac(
        SHA1, b"skeyid_d", b"g_xy\x03spi_nonces"
    )


# RFC 2409, appendix B: Ka = K1 | K2 ..., K1 = prf(SKEYID_e, 0), K2 = prf(SKEYID_e, K1).
# The recording gen-l2tp-ipsec-natt-md5 (tests/unit/test_captures_ike.py) proves it with real bytes.
def test_a_short_hash_is_lengthened_for_a_long_key() -> None:
    first = hmac(MD5, b"e" * 16, b"\0")
    assert expand_key(MD5, b"e" * 16, 24) == (first + hmac(MD5, b"e" * 16, first))[:24]


def test_a_hash_that_is_long_enough_is_cut() -> None:
    assert expand_key(SHA1, bytes(range(20)), 16) == bytes(range(16))
    assert expand_key(SHA1, bytes(range(20)), 20) == bytes(range(20))


def test_the_iv_of_a_later_message_mixes_in_its_id() -> None:
    keys = Keys(SHA1, AES, b"", b"", b"", b"")
    assert message_iv(keys, b"last", b"1234") != message_iv(keys, b"last", b"1235")
    assert len(message_iv(keys, b"last", b"1234")) == AES.block


def test_nothing_secret_shows_in_the_representation() -> None:
    keys = Keys(SHA1, AES, b"SECRET", b"SECRET", b"SECRET", b"SECRET")
    exchanged = Exchanged(b"", b"", b"", b"", b"", b"", b"", g_xy=b"SECRET")
    assert "SECRET" not in repr(keys) + repr(exchanged)


def test_the_asking_end_takes_no_weak_key_whichever_of_two_it_is() -> None:
    good, weak = bytes(range(8)), b"\1" * 8
    check_strong(DES, good, good)
    for pair in ((weak, good), (good, weak)):
        with pytest.raises(BadPayload, match="weak"):
            check_strong(DES, *pair)
