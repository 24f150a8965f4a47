"""The scripted initiator's own sums agree with published values before it judges anybody."""

import json
from itertools import pairwise
from struct import pack

from tests.captures import charon_dumps, json_messages, shared_data
from tests.pair.peers import ike_offers, isakmp
from tests.pair.peers.ike_profiles import (
    ESP_3DES_MD5,
    TRIPLE_MD5_1024,
    TRIPLE_SHA_1024,
    XP_SP2,
    Profile,
)
from tests.pair.peers.ike_state import Phase1
from tests.pair.peers.isakmp import Suite

AES128 = Suite(7, 128, 2, 2)


def test_the_primes_made_from_pi_are_those_of_the_rfc() -> None:
    published = json.loads((shared_data() / "vectors" / "oakley-modp-primes.json").read_text())
    assert {str(group): f"{prime:x}" for group, prime in isakmp.PRIMES.items()} == {
        group: entry["prime"] for group, entry in published.items()
    }


def test_a_recorded_main_mode_can_be_read_with_its_exponent() -> None:
    path = shared_data() / "ikev1" / "rubsme-main-psk-two-in-one.json"
    told = json.loads(path.read_text())
    sent = [isakmp.parse(data) for _, data in json_messages(path)]
    third, fourth = (isakmp.unchain(each.first, each.body) for each in sent[2:4])
    (public,), (peer,) = (isakmp.bodies(each, isakmp.KE) for each in (third, fourth))
    (ni,), (nr,) = (isakmp.bodies(each, isakmp.NONCE) for each in (third, fourth))
    secret = int(told["initiator_exponent"], 16)
    assert isakmp.public_value(2, secret) == public
    shared = isakmp.shared_value(2, secret, peer)
    cookies = sent[1].cookie_i + sent[1].cookie_r
    keys = isakmp.derive(AES128, told["psk"].encode(), (ni, nr), shared, cookies)
    assert keys.base.hex() == told["derived"]["SKEYID"]
    assert keys.cipher.hex() == told["derived"]["key"]
    iv = isakmp.first_iv(AES128, public, peer)
    plain = isakmp.decrypt(AES128, keys.cipher, iv, sent[4].body)
    inside = isakmp.unchain(sent[4].first, plain)
    (identity,), (given,) = isakmp.bodies(inside, isakmp.ID), isakmp.bodies(inside, isakmp.HASH)
    (sa,) = isakmp.bodies(isakmp.unchain(sent[0].first, sent[0].body), isakmp.SA)
    assert given == isakmp.prf(AES128, keys.base, public, peer, cookies, sa, identity)


def test_a_recorded_quick_mode_gives_the_published_keymat() -> None:
    path = shared_data() / "ikev1" / "rubsme-aggressive-psk-qm.json"
    told = json.loads(path.read_text())
    sent = [isakmp.parse(data) for _, data in json_messages(path)]
    derived = {name: bytes.fromhex(value) for name, value in told["derived"].items()}
    quick = sent[3:]
    # The third message of aggressive mode went in the clear, so the first IV is phase 1's last.
    start = isakmp.first_iv(
        AES128,
        *(isakmp.bodies(isakmp.unchain(each.first, each.body), isakmp.KE)[0] for each in sent[:2]),
    )
    ivs = [isakmp.exchange_iv(AES128, start, quick[0].message_id)]
    ivs += [before.body[-16:] for before, _ in pairwise(quick)]
    inside = [
        isakmp.unchain(each.first, isakmp.decrypt(AES128, derived["key"], iv, each.body))
        for each, iv in zip(quick, ivs, strict=True)
    ]
    (ni,), (nr,) = (isakmp.bodies(each, isakmp.NONCE) for each in inside[:2])
    number = pack("!I", quick[0].message_id)
    third = isakmp.prf(AES128, derived["SKEYID_a"], b"\0" + number + ni + nr)
    assert inside[2] == [(isakmp.HASH, third)]
    spis = [isakmp.chosen(isakmp.bodies(inside[1], isakmp.SA)[0]).spi, inside[0][1][1][16:20]]
    made = {
        spi.hex(): isakmp.keymat(AES128, derived["SKEYID_d"], b"\3" + spi + ni + nr, 36).hex()
        for spi in spis
    }
    assert made == told["keymat"]


def test_the_scripted_windows_offers_in_windows_own_bytes() -> None:
    (_, real), *_ = json_messages(shared_data() / "ikev1" / "windows-xpsp2-2003-mm1.json")
    message = isakmp.parse(real)
    payloads = isakmp.unchain(message.first, message.body)
    same = Profile(vendors=(), suites=(TRIPLE_SHA_1024, TRIPLE_MD5_1024), phase1_life=3600)
    ours = ike_offers.ike_offer(same).replace(b"\x80\x03\x00\x01", b"\x80\x03\x00\x03")  # RSA
    assert ours == isakmp.bodies(payloads, isakmp.SA)[0]
    assert set(XP_SP2.vendors) < set(isakmp.bodies(payloads, isakmp.VENDOR))


def test_a_short_hash_is_stretched_for_a_long_key() -> None:
    told = shared_data() / "natt" / "gen-l2tp-ipsec-natt-md5-server-charon.log"
    (e,) = charon_dumps(told, "SKEYID_e")
    (key,) = charon_dumps(told, "encryption key Ka")
    block = isakmp.prf(TRIPLE_MD5_1024, e, b"\0")
    assert key == (block + isakmp.prf(TRIPLE_MD5_1024, e, block))[:24]
    assert ESP_3DES_MD5.keymat_length == 40


def test_a_chain_and_its_parts_undo_each_other() -> None:
    payloads = [(isakmp.HASH, b"one"), (isakmp.NONCE, b""), (isakmp.VENDOR, b"three")]
    assert isakmp.unchain(*isakmp.chain(payloads)) == payloads
    assert Phase1(b"12345678", b"", 1).cookies == b"12345678" + bytes(8)
