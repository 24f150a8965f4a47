"""The NAT traversal variants (RFC 3947, drafts 00 to 08, Apple's), and what follows from each."""

from hashlib import md5, sha1

import pytest

from gateway.crypto.mac import SHA1
from gateway.ike.nat import (
    NAMES,
    VARIANTS,
    Answer,
    Nat,
    Variant,
    allowed_modes,
    build_nat_oa,
    choose_answer,
    choose_variant,
    either_port,
    find_nat,
    hides,
    in_either_form,
    nat_d_hash,
    nat_d_to_send,
    nat_oa_to_send,
    offered_variants,
    parse_nat_oa,
)
from gateway.ike.payloads import Payload
from gateway.wire.udp import Endpoint

TEXTS = {
    "rfc3947": "RFC 3947",
    "draft-02n": "draft-ietf-ipsec-nat-t-ike-02\n",
    "apple": "draft-ietf-ipsec-nat-t-ike",
    **{f"draft-0{number}": f"draft-ietf-ipsec-nat-t-ike-0{number}" for number in range(9)},
}
BY_NAME = {variant.name: variant for variant in VARIANTS}
VID = {variant.name: variant.vendor_id for variant in VARIANTS}
PEER, LOCAL = Endpoint(b"\xcb\0\x71\7", 4500), Endpoint(b"\xc6\x33\x64\1", 4500)
LOCAL_500 = Endpoint(LOCAL.host, 500)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda variant: variant.name)
def test_a_vendor_id_is_the_hash_of_the_documents_name(variant: Variant) -> None:
    assert variant.vendor_id == md5(TEXTS[variant.name].encode()).digest()


def numbers(variant: Variant) -> tuple[int, ...]:
    return variant.nat_d, variant.nat_oa, variant.udp_tunnel, variant.udp_transport


def test_the_first_drafts_have_private_numbers_and_the_rfc_assigned_ones() -> None:
    """CLIENTS, 3; what 04 to 08 and Apple's have is in ipsec-tools' and Apple's nattraversal.c."""
    assert numbers(BY_NAME["rfc3947"]) == (20, 21, 3, 4)
    for name in ("draft-00", "draft-01", "draft-02", "draft-02n", "draft-03"):
        assert numbers(BY_NAME[name]) == (130, 131, 61443, 61444)
    for name in (*(f"draft-0{number}" for number in range(4, 9)), "apple"):
        assert numbers(BY_NAME[name]) == (15, 16, 3, 4)


def test_only_drafts_00_and_01_stay_on_port_500_with_their_marker_of_eight() -> None:
    """linux/udp.h: UDP_ENCAP_ESPINUDP_NON_IKE is draft-ietf-ipsec-nat-t-ike-00/01."""
    stay = {variant.name for variant in VARIANTS if variant.port == 500}
    assert stay == {"draft-00", "draft-01"}
    assert {(variant.port, variant.marker) for variant in VARIANTS} == {(500, 8), (4500, 4)}


@pytest.mark.parametrize(
    ("offered", "allowed", "chosen"),
    [
        (("draft-02", "draft-03", "rfc3947"), NAMES, "rfc3947"),
        (("draft-02", "draft-03"), NAMES, "draft-03"),
        (("draft-02", "draft-02n"), NAMES, "draft-02n"),  # CLIENTS, 1
        (("draft-02",), NAMES, "draft-02"),
        (("rfc3947", "draft-02n"), ("draft-02n",), "draft-02n"),
        (("draft-00", "draft-02n"), NAMES, "draft-02n"),  # SafeNet; some Windows
        (("draft-00", "draft-01"), NAMES, "draft-01"),
        (("draft-00",), NAMES, "draft-00"),
        (("apple", "draft-08", "draft-04", "draft-03"), NAMES, "draft-03"),
        (("apple", "draft-04", "draft-07"), NAMES, "draft-07"),
        (("apple", "draft-00"), NAMES, "apple"),
        (NAMES[::-1], NAMES, "rfc3947"),  # Mac OS X
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
    ("port", "ports"), [(500, [500, 4500]), (4500, [4500, 500]), (62000, [62000])]
)
def test_who_floats_early_may_mean_either_port(port: int, ports: list[int]) -> None:
    assert [each.port for each in either_port(PEER._replace(port=port))] == ports


@pytest.mark.parametrize(
    ("came", "found"),
    [
        ([b"local", b"peer"], Nat()),
        ([b"local's other port", b"peer"], Nat()),
        ([b"local", b"other", b"peer"], Nat()),  # several addresses of its own
        ([b"local", b"private"], Nat(client=True)),
        ([b"public", b"peer"], Nat(gateway=True)),
        ([b"public", b"private"], Nat(client=True, gateway=True)),
        ([b"local"], Nat()),  # nothing told of itself
        ([], Nat()),  # isakmpd tolerates it (CLIENTS, 3)
    ],
)
def test_whose_hash_differs_is_behind_a_nat(came: list[bytes], found: Nat) -> None:
    assert find_nat(came, [b"local", b"local's other port"], [b"peer"]) == found
    assert found.found is (found.client or found.gateway)


HONEST, PARROT = Answer.HONEST, Answer.PARROT


@pytest.mark.parametrize(
    ("came", "nat", "answer", "sent"),
    [
        ([b"LOCAL", b"PEER2"], Nat(), HONEST, [b"PEER2", b"LOCAL"]),  # either port: its own words
        ([b"LOCAL", b"PRIVT"], Nat(client=True), HONEST, [b"PEER1", b"LOCAL"]),
        ([b"PUBLC", b"PRIVT"], Nat(True, True), HONEST, [b"PEER1", b"OWN.."]),
        ([b"PUBLC", b"PRIVT"], Nat(True, True), PARROT, [b"PEER1", b"PUBLC"]),
        ([b"PUBLC", b"PEER1"], Nat(gateway=True), HONEST, [b"PEER1", b"OWN.."]),
        ([b"PUBLC", b"PEER1"], Nat(gateway=True), PARROT, [b"NOBDY", b"PUBLC"]),
        ([b"LOCAL", b"PRIVT"], Nat(client=True), PARROT, [b"PEER1", b"LOCAL"]),
        ([b"so long that it is no hash", b"x"], Nat(True, True), PARROT, [b"PEER1", b"OWN.."]),
        ([], Nat(), PARROT, [b"PEER1", b"OWN.."]),
    ],
)
def test_what_is_told_of_both_ends(
    came: list[bytes], nat: Nat, answer: Answer, sent: list[bytes]
) -> None:
    """Hidden from a client without a NAT of its own, it must believe to have one, for UDP."""
    hidden = hides(came, nat, b"OWN..", answer)
    assert nat_d_to_send(came, nat, hidden, b"OWN..", b"PEER1", b"NOBDY") == sent


@pytest.mark.parametrize(
    ("vendors", "answer"),
    [
        (("Windows XP SP2 or Server 2003", "FRAGMENTATION", "draft-02n"), PARROT),
        (("unknown 0102", "Windows 7"), PARROT),
        (("Windows 2000", "draft-02n"), HONEST),
        (("draft-02n", "SafeNet"), HONEST),
        (("rfc3947", "DPD"), HONEST),
        ((), HONEST),
    ],
)
def test_those_that_refuse_a_server_behind_a_nat_see_none(
    vendors: tuple[str, ...], answer: Answer
) -> None:
    assert choose_answer(vendors) is answer


@pytest.mark.parametrize(
    ("kinds", "taken"), [([130], 130), ([20, 130], 130), ([20], 20), ([15], 15), ([], 130)]
)
def test_payloads_in_another_variants_form_are_taken_and_answered_by_it(
    kinds: list[int], taken: int
) -> None:
    payloads = [Payload(kind, bytes([kind])) for kind in kinds]
    kind, bodies = in_either_form(payloads, BY_NAME["draft-02n"], lambda one: one.nat_d)
    assert (kind, bodies) == (taken, [bytes([taken])] if kinds else [])


def test_an_original_address_is_an_identity_of_four_bytes() -> None:
    assert build_nat_oa(PEER.host) == b"\x01\0\0\0\xcb\0\x71\7"
    assert parse_nat_oa(build_nat_oa(PEER.host)) == PEER.host
    assert parse_nat_oa(b"\x05\0\0\0" + bytes(16)) is None
    assert parse_nat_oa(b"\x01\0\0\0" + bytes(3)) is None


PRIVATE, PUBLIC = b"\xc0\xa8\1\2", b"\xc6\x33\x64\x4d"
ONE, BOTH = [PRIVATE], [PRIVATE, PUBLIC]


@pytest.mark.parametrize(
    ("name", "translated", "hidden", "came", "hosts"),
    [
        ("rfc3947", False, False, BOTH, [PEER.host, LOCAL.host]),
        ("rfc3947", True, False, BOTH, [PEER.host, LOCAL.host]),
        ("rfc3947", True, True, BOTH, [PEER.host, PUBLIC]),  # what it believes comes back
        ("rfc3947", False, False, ONE, [PEER.host, LOCAL.host]),
        ("rfc3947", True, False, [], []),
        ("draft-02n", False, False, ONE, []),
        ("draft-02n", True, False, ONE, [LOCAL.host]),
        ("draft-02n", True, True, ONE, []),
        ("draft-02n", False, False, BOTH, [PEER.host, LOCAL.host]),  # in the form received
        ("draft-03", True, False, [], [LOCAL.host]),
        ("draft-00", True, False, ONE, [LOCAL.host]),
        ("draft-08", True, False, BOTH, [PEER.host, LOCAL.host]),
        ("apple", True, False, [], []),  # it sends none and wants none
    ],
)
def test_original_addresses_go_out_in_the_variants_form(
    name: str, translated: bool, hidden: bool, came: list[bytes], hosts: list[bytes]
) -> None:
    told = [build_nat_oa(host) for host in came]
    bodies = nat_oa_to_send(BY_NAME[name], translated, hidden, told, PEER, LOCAL)
    assert bodies == [build_nat_oa(host) for host in hosts]


@pytest.mark.parametrize(
    ("name", "nat", "local", "modes"),
    [
        ("rfc3947", Nat(client=True), LOCAL, {4: 4}),
        ("draft-02n", Nat(client=True), LOCAL, {61444: 4}),
        ("draft-03", Nat(), LOCAL, {61444: 4, 2: 0}),  # floated of its own accord
        ("draft-03", Nat(), LOCAL_500, {61444: 4, 2: 0}),
        ("draft-03", Nat(client=True), LOCAL_500, {61444: 4, 2: 0}),  # floats for ESP alone, or
        ("draft-00", Nat(client=True), LOCAL_500, {61444: 8}),  # is passed through
        ("draft-01", Nat(), LOCAL_500, {61444: 8, 2: 0}),
        ("draft-07", Nat(gateway=True), LOCAL, {4: 4}),
    ],
)
def test_the_encapsulation_must_fit_the_way_we_talk(
    name: str, nat: Nat, local: Endpoint, modes: dict[int, int]
) -> None:
    assert allowed_modes(BY_NAME[name], nat, local) == modes


def test_without_nat_traversal_only_plain_esp_is_left() -> None:
    assert allowed_modes(None, Nat(), LOCAL_500) == {2: 0}
