"""The NAT traversal variants (RFC 3947; drafts 02 and 03), and what follows from each."""

from hashlib import md5, sha1

import pytest

from gateway.crypto.mac import SHA1
from gateway.ike.nat import (
    NAMES,
    VARIANTS,
    Nat,
    Variant,
    allowed_modes,
    build_nat_oa,
    choose_variant,
    find_nat,
    nat_d_hash,
    nat_oa_to_send,
    offered_variants,
    parse_nat_oa,
)
from gateway.wire.udp import Endpoint

TEXTS = {
    "rfc3947": "RFC 3947",
    "draft-03": "draft-ietf-ipsec-nat-t-ike-03",
    "draft-02n": "draft-ietf-ipsec-nat-t-ike-02\n",
    "draft-02": "draft-ietf-ipsec-nat-t-ike-02",
}
BY_NAME = {variant.name: variant for variant in VARIANTS}
VID = {variant.name: variant.vendor_id for variant in VARIANTS}
PEER, LOCAL = Endpoint(b"\xcb\0\x71\7", 4500), Endpoint(b"\xc6\x33\x64\1", 4500)
LOCAL_500 = Endpoint(LOCAL.host, 500)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_a_vendor_id_is_the_hash_of_the_documents_name(variant: Variant) -> None:
    assert variant.vendor_id == md5(TEXTS[variant.name].encode()).digest()


def test_the_drafts_have_private_numbers_and_the_rfc_assigned_ones() -> None:
    rfc, draft = BY_NAME["rfc3947"], BY_NAME["draft-02n"]
    assert (rfc.nat_d, rfc.nat_oa, rfc.udp_tunnel, rfc.udp_transport) == (20, 21, 3, 4)
    assert (draft.nat_d, draft.nat_oa) == (130, 131)
    assert (draft.udp_tunnel, draft.udp_transport) == (61443, 61444)
    assert {(variant.port, variant.marker) for variant in VARIANTS} == {(4500, 4)}


@pytest.mark.parametrize(
    ("offered", "allowed", "chosen"),
    [
        (("draft-02", "draft-03", "rfc3947"), NAMES, "rfc3947"),
        (("draft-02", "draft-03"), NAMES, "draft-03"),
        (("draft-02", "draft-02n"), NAMES, "draft-02n"),  # CLIENTS, 1
        (("draft-02",), NAMES, "draft-02"),
        (("rfc3947", "draft-02n"), ("draft-02n",), "draft-02n"),
    ],
)
def test_the_best_that_both_know_is_chosen(
    offered: tuple[str, ...], allowed: tuple[str, ...], chosen: str
) -> None:
    vendors = [b"something else", *(VID[name] for name in offered)]
    assert choose_variant(vendors, allowed) is BY_NAME[chosen]
    assert offered_variants(vendors) == offered


def test_without_a_common_variant_there_is_none() -> None:
    assert choose_variant([b"unknown"], NAMES) is None
    assert choose_variant([VID["rfc3947"]], ()) is None


def test_nat_d_hashes_cookies_address_and_port() -> None:
    expected = sha1(b"cookie_icookie_r" + PEER.host + b"\x11\x94").digest()
    assert nat_d_hash(SHA1, b"cookie_i", b"cookie_r", PEER) == expected


@pytest.mark.parametrize(
    ("came", "found"),
    [
        ([b"local", b"peer"], Nat()),
        ([b"local", b"other", b"peer"], Nat()),  # several addresses of its own
        ([b"local", b"private"], Nat(client=True)),
        ([b"public", b"peer"], Nat(gateway=True)),
        ([b"public", b"private"], Nat(client=True, gateway=True)),
        ([b"local"], Nat()),  # nothing told of itself
        ([], Nat()),  # isakmpd tolerates it (CLIENTS, 3)
    ],
)
def test_whose_hash_differs_is_behind_a_nat(came: list[bytes], found: Nat) -> None:
    assert find_nat(came, b"local", b"peer") == found
    assert found.found is (found.client or found.gateway)


def test_an_original_address_is_an_identity_of_four_bytes() -> None:
    assert build_nat_oa(PEER.host) == b"\x01\0\0\0\xcb\0\x71\7"
    assert parse_nat_oa(build_nat_oa(PEER.host)) == PEER.host
    assert parse_nat_oa(b"\x05\0\0\0" + bytes(16)) is None
    assert parse_nat_oa(b"\x01\0\0\0" + bytes(3)) is None


@pytest.mark.parametrize(
    ("name", "nat", "came", "hosts"),
    [
        ("rfc3947", Nat(client=True), 2, [PEER.host, LOCAL.host]),
        ("rfc3947", Nat(client=True), 0, []),
        ("draft-02n", Nat(client=True), 1, []),
        ("draft-02n", Nat(gateway=True), 1, [LOCAL.host]),
        ("draft-03", Nat(client=True, gateway=True), 0, [LOCAL.host]),
    ],
)
def test_original_addresses_go_out_in_the_variants_form(
    name: str, nat: Nat, came: int, hosts: list[bytes]
) -> None:
    bodies = nat_oa_to_send(BY_NAME[name], nat, came, PEER, LOCAL)
    assert bodies == [build_nat_oa(host) for host in hosts]


@pytest.mark.parametrize(
    ("name", "nat", "local", "modes"),
    [
        ("rfc3947", Nat(client=True), LOCAL, {4: 4}),
        ("draft-02n", Nat(client=True), LOCAL, {61444: 4}),
        ("draft-03", Nat(), LOCAL, {61444: 4, 2: 0}),  # floated of its own accord
        ("draft-03", Nat(), LOCAL_500, {2: 0}),
        ("draft-03", Nat(client=True), LOCAL_500, {2: 0}),  # not floated: passed through at best
    ],
)
def test_the_encapsulation_must_fit_the_way_we_talk(
    name: str, nat: Nat, local: Endpoint, modes: dict[int, int]
) -> None:
    assert allowed_modes(BY_NAME[name], nat, local) == modes


def test_without_nat_traversal_only_plain_esp_is_left() -> None:
    assert allowed_modes(None, Nat(), LOCAL_500) == {2: 0}
