"""What the asking end makes of a pre-shared key, against published values."""

import tomllib

import pytest

from gateway.crypto.cbc import TRIPLE_DES
from gateway.crypto.mac import MD5, SHA1
from gateway.ike.errors import BadHash, BadPayload
from gateway.ike.initiator_proof import PskProof
from gateway.ike.keys import Exchanged, Keys, hash_i
from gateway.ike.numbers import Kind
from gateway.ike.payloads import Payload
from tests.captures import vectors

Case = dict[str, str]


def load(name: str) -> list[Case]:
    cases: list[Case] = tomllib.loads((vectors("ike") / name).read_text())["case"]
    return cases


HASH_R = load("hash-r.toml")


def exchanged(case: Case, ni: str, nr: str) -> Exchanged:
    names = ("cky_i", "cky_r", "sai_b", "g_xi", "g_xr", ni, nr, "g_xy")
    return Exchanged(*(bytes.fromhex(case.get(name, "00")) for name in names))


@pytest.mark.parametrize("case", load("nist-psk.toml"))
def test_skeyid_is_that_of_nist(case: Case) -> None:
    proof = PskProof(bytes.fromhex(case["psk"]))
    assert proof.skeyid(SHA1, exchanged(case, "ni", "nr")).hex() == case["skeyid"]


def keys_of(case: Case) -> Keys:
    hash = {"md5": MD5, "sha1": SHA1}[case["hash"]]
    psk = PskProof(case["psk"].encode())
    return Keys(hash, TRIPLE_DES, psk.skeyid(hash, exchanged(case, "ni_b", "nr_b")), b"", b"", b"")


@pytest.mark.parametrize("case", HASH_R, ids=lambda case: case["name"])
def test_a_published_proof_of_a_responder_is_accepted(case: Case) -> None:
    sent = [Payload(Kind.HASH, bytes.fromhex(case["hash_r"]))]
    idir_b = bytes.fromhex(case["idir_b"])
    PskProof(b"").check(keys_of(case), exchanged(case, "ni_b", "nr_b"), idir_b, sent)


@pytest.mark.parametrize("spoilt", [b"", b"\0" * 20])
def test_any_other_proof_is_not(spoilt: bytes) -> None:
    case = HASH_R[0]
    with pytest.raises(BadHash):
        PskProof(b"").check(
            keys_of(case), exchanged(case, "ni_b", "nr_b"), b"", [Payload(Kind.HASH, spoilt)]
        )


def test_without_a_proof_there_is_none() -> None:
    case = HASH_R[0]
    with pytest.raises(BadPayload):
        PskProof(b"").check(keys_of(case), exchanged(case, "ni_b", "nr_b"), b"", [])


def test_we_prove_ourselves_by_hash_i() -> None:
    case = HASH_R[0]
    keys, both = keys_of(case), exchanged(case, "ni_b", "nr_b")
    assert PskProof(b"").prove(keys, both, b"me") == [Payload(Kind.HASH, hash_i(keys, both, b"me"))]


def test_the_key_is_not_shown() -> None:
    assert "secret" not in repr(PskProof(b"secret"))
