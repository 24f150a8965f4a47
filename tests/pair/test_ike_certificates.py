"""Clients that prove themselves by certificates: who is let in, who is not, and in which words."""

from dataclasses import replace
from struct import pack

import pytest
from cryptography import x509

from gateway.ike.events import Authenticated, Reason
from gateway.wire.ipv4 import host_bytes
from gateway.x509.crl import parse_crl
from tests import pki
from tests.captures import shared_data
from tests.pair.certificates_world import (
    OTHER,
    OURS,
    PRESS,
    ROOT,
    authority,
    by_certificate,
    identity,
    refused,
    rules,
    sign_in,
)
from tests.pair.ike_world import INSIDE, agree, credential, meet
from tests.pair.peers.ike_profiles import XP_SP2, Profile, offering
from tests.pair.peers.ike_signer import CERT, CRL, Signer, certificate, chain


def test_a_client_comes_up_by_its_certificate() -> None:
    world = sign_in()
    (proved,) = world.gateway.seen(Authenticated)
    assert (proved.credential, proved.identity, proved.certificate) == (
        "old-pc",
        "CN=press-3",
        "CN=press-3",
    )
    assert world.client.errors == []
    assert world.client.up
    assert agree(world)


def test_the_gateway_asks_for_its_own_authorities_certificates() -> None:
    world = sign_in()
    assert isinstance(world.client, Signer)
    assert world.client.asked_for == [ROOT.subject]


@pytest.mark.parametrize("profile", [XP_SP2, offering("rfc3947"), offering()])
def test_it_comes_up_again_and_again_with_every_way_of_nat_traversal(profile: Profile) -> None:
    world = sign_in(profile=profile, wire={"loss": 0.2, "duplicate": 0.2, "seed": 5})
    assert world.client.up
    assert agree(world)


def test_a_chain_of_windows_xp_comes_in_one_wrapped_payload() -> None:
    below = pki.authority("Plant CA", ROOT)
    me = pki.machine(below)
    assert sign_in(me, shown=[chain(ROOT, below, me)]).client.up


def test_a_chain_may_come_in_any_order_and_in_several_payloads() -> None:
    below = pki.authority("Plant CA", ROOT)
    me = pki.machine(below)
    unread = (CERT, bytes([CRL]) + b"a list that nobody here reads")
    shown = [certificate(below), unread, certificate(me), (CERT, b"\4no certificate")]
    assert sign_in(me, shown=shown).client.up


def test_our_own_chain_is_sent_without_the_root() -> None:
    below = pki.authority("Plant CA", ROOT)
    ours = pki.machine(below, "gateway")
    world = sign_in(allowed=rules(identities=(identity(ours, below, ROOT),)))
    assert isinstance(world.client, Signer)
    assert [one.subject for one in world.client.gateways] == [
        pki.name("gateway"),
        pki.name("Plant CA"),
    ]
    assert world.client.up


def test_the_certificate_is_the_one_that_the_client_asks_for() -> None:
    second = identity(pki.machine(OTHER, "gateway-2"))
    both = rules(identities=(identity(OURS), second))
    world = sign_in(allowed=both, requests=(OTHER.subject,), roots=(OTHER,))
    assert world.client.up
    assert isinstance(world.client, Signer)
    assert world.client.gateways[0].subject == pki.name("gateway-2")


def test_who_asks_for_another_authority_is_shown_what_there_is() -> None:
    world = sign_in(requests=(OTHER.subject,))
    assert world.client.up


def test_who_does_not_ask_is_shown_nothing_if_the_owner_wants_it_so() -> None:
    silent = sign_in(allowed=rules(identities=(replace(identity(OURS), always=False),)))
    assert set(silent.client.errors) == {"the gateway has shown no certificate"}
    asking = sign_in(
        allowed=rules(identities=(replace(identity(OURS), always=False),)), requests=(ROOT.subject,)
    )
    assert asking.client.up
    anybody = sign_in(
        allowed=rules(identities=(replace(identity(OURS), always=False),)), requests=(b"",)
    )
    assert anybody.client.up


def test_a_certificate_of_somebody_unknown_is_refused() -> None:
    world = sign_in(pki.machine(OTHER))
    assert refused(world) == (
        Reason.BAD_CERTIFICATE,
        "CN=press-3 was issued by CN=Other CA, whom no [[ca]] names",
    )
    assert world.client.notices == [20]  # INVALID-CERTIFICATE


def test_a_certificate_signed_by_somebody_who_only_has_the_name_is_refused() -> None:
    forger = pki.authority("Works CA", key_name="a forger's")
    world = sign_in(pki.machine(forger))
    assert refused(world) == (
        Reason.BAD_CERTIFICATE,
        "CN=press-3 is not signed by the CN=Works CA known here",
    )


def test_an_expired_certificate_is_refused_and_the_day_is_told() -> None:
    world = sign_in(pki.machine(ROOT, end=pki.TODAY - 86400))
    assert refused(world) == (Reason.BAD_CERTIFICATE, "CN=press-3 expired on 2026-09-20")


def test_one_of_tomorrow_is_refused_with_both_days() -> None:
    world = sign_in(pki.machine(ROOT, start=pki.TODAY + 2 * 86400))
    _, why = refused(world)
    assert why == "CN=press-3 is not valid before 2026-09-23, and here it is 2026-09-21"


def test_on_a_day_before_all_certificates_none_is_good() -> None:
    assert refused(sign_in(allowed=rules(date=0.0)))[1].endswith("and here it is 1970-01-01")


def test_a_revoked_certificate_is_refused_and_no_other() -> None:
    twin = pki.machine(ROOT, "press-4")
    crl = parse_crl(pki.list_der(ROOT, PRESS.certificate.serial_number))
    known = rules(
        by_certificate(), by_certificate("other", "CN=press-4"), authorities=(authority(crl=crl),)
    )
    assert refused(sign_in(allowed=known)) == (Reason.BAD_CERTIFICATE, "CN=press-3 is revoked")
    assert sign_in(twin, allowed=known).client.up


@pytest.mark.parametrize("digest", ["md5", "sha1"])
def test_a_weak_signature_is_refused_unless_the_owner_allows_it(digest: str) -> None:
    me = pki.machine(ROOT, digest=digest)
    assert refused(sign_in(me)) == (
        Reason.BAD_CERTIFICATE,
        f"CN=press-3 is signed with {digest}, which [[ca]] works does not allow",
    )
    allowed = rules(authorities=(authority(allow=frozenset({digest})),))
    assert sign_in(me, allowed=allowed).client.up


def test_who_shows_a_certificate_without_its_key_is_refused() -> None:
    thief = pki.Owner(PRESS.certificate, pki.key("somebody else's"))
    assert refused(sign_in(thief)) == (
        Reason.BAD_SIGNATURE,
        "CN=press-3 is shown by somebody who does not have its key",
    )


def test_a_trusted_certificate_of_no_client_is_refused_with_its_fingerprint() -> None:
    reason, why = refused(sign_in(pki.machine(ROOT, "press-9")))
    assert reason is Reason.UNKNOWN_CERTIFICATE
    assert why.startswith("CN=press-9, sha256:")


def test_the_entry_that_means_a_certificate_most_exactly_gets_it() -> None:
    known = [
        by_certificate("anybody", "any"),
        by_certificate("by-name", "CN=press-3"),
        by_certificate("by-print", f"sha256:{pki.fingerprint(PRESS)}"),
    ]
    for count, name in ((1, "anybody"), (2, "by-name"), (3, "by-print")):
        (proved,) = sign_in(allowed=rules(*known[:count])).gateway.seen(Authenticated)
        assert proved.credential == name


def test_who_calls_itself_something_else_than_its_certificate_does_is_refused() -> None:
    other = pki.machine(ROOT, "press-4")
    world = sign_in(identity=pack("!BBH", 9, 0, 0) + other.subject)
    assert refused(world) == (
        Reason.BAD_IDENTITY,
        "it calls itself CN=press-4 and shows the certificate of CN=press-3",
    )


@pytest.mark.parametrize(
    ("kind", "data", "comes_up"),
    [
        (2, b"PRESS-3.works", True),
        (2, b"press-4.works", False),
        (3, b"ada@press-3.works", False),
        (1, host_bytes(INSIDE), True),  # behind a NAT: no authority knows that address
        (11, b"a key's name", False),
    ],
)
def test_other_identities_must_stand_in_the_certificate(
    kind: int, data: bytes, comes_up: bool
) -> None:
    world = sign_in(identity=pack("!BBH", kind, 0, 0) + data)
    assert world.client.up is comes_up


def test_an_address_must_stand_there_too_if_the_owner_is_strict() -> None:
    strict = rules(authorities=(authority(strict=True),))
    own = pack("!BBH", 1, 0, 0) + host_bytes(INSIDE)
    assert not sign_in(identity=own, allowed=strict).client.up
    named = pki.machine(ROOT, names=[x509.IPAddress(pki.address(INSIDE))])
    assert sign_in(named, identity=own, allowed=strict).client.up


def test_a_client_with_a_key_is_not_let_in_by_a_certificate_nor_the_other_way_round() -> None:
    with_key = sign_in(allowed=rules(credential()))
    assert refused(with_key)[0] is Reason.NO_COMMON_SUITE
    with_certificate = meet(XP_SP2, psk=b"", rules=rules())
    with_certificate.dial()
    assert refused(with_certificate)[0] is Reason.NO_COMMON_SUITE


def test_an_empty_key_opens_nothing_where_others_have_keys() -> None:
    both = meet(XP_SP2, psk=b"", rules=rules(credential("with-key"), by_certificate()))
    both.dial()
    assert refused(both)[0] is Reason.WRONG_KEY


def test_both_kinds_dial_side_by_side() -> None:
    both = rules(credential("with-key"), by_certificate("with-certificate"))
    (first,) = sign_in(allowed=both).gateway.seen(Authenticated)
    other = meet(XP_SP2, rules=both)
    other.dial()
    (second,) = other.gateway.seen(Authenticated)
    assert (first.credential, second.credential) == ("with-certificate", "with-key")


def test_phase_1_is_renewed_by_certificate_too() -> None:
    world = sign_in()
    world.net.send(world.client.rekey_phase1(world.net.now))
    world.net.run_for(30.0)
    world.net.send(world.client.rekey_pair(world.net.now))
    world.net.run_for(30.0)
    assert len(world.gateway.seen(Authenticated)) == 2
    assert world.client.errors == []
    assert agree(world)


@pytest.mark.long
def test_what_crashed_other_stacks_is_refused_and_nothing_else(crashers: list[bytes]) -> None:
    for data in crashers:
        for encoding in (b"\4", b"\1"):
            world = sign_in(shown=[(CERT, encoding + data)])
            assert refused(world)[0] in (Reason.BAD_CERTIFICATE, Reason.BAD_IDENTITY)
            beside = sign_in(shown=[(CERT, encoding + data), certificate(PRESS)])
            assert beside.client.up


@pytest.fixture
def crashers() -> list[bytes]:
    """strongSwan's corpus of certificates that crashed it; not ours to copy."""
    folder = shared_data() / "hostile" / "x509-crash"
    return [path.read_bytes() for path in sorted(folder.iterdir())]
