"""The fifth and sixth message with RSA signatures.

Whole stories: tests/pair/test_ike_certificates.py.
"""

import pytest

from gateway.crypto.rsa import verify
from gateway.ike.certificates import Signing
from gateway.ike.choice import Life
from gateway.ike.errors import BadCipherText, BadPayload, OutOfStep, Refusal
from gateway.ike.events import Reason
from gateway.ike.header import Header, parse_header
from gateway.ike.keys import Exchanged, Keys, derive_keys, first_iv, hash_i, hash_r, rsa_skeyid
from gateway.ike.nat import Nat
from gateway.ike.numbers import RSA_SIGNATURES, Exchange, IdType, Kind, Notify
from gateway.ike.payloads import (
    Identification,
    Payload,
    build_identification,
    one_of,
    parse_chain,
)
from gateway.ike.phase1 import Phase1
from gateway.ike.policy import Credential
from gateway.ike.proposals import IKE_SUITES
from gateway.ike.protect import next_iv, seal, unseal
from gateway.ike.signature import Unsigned, answer_signed, find_signer, open_signed
from gateway.wire.cursor import Reader, WireError
from gateway.x509.rule import parse_rule
from tests import pki
from tests.unit.ike.asker import GATEWAY, PEER, SUITE, seeded
from tests.unit.ike.test_certificates import PRESS, ROOT, SIGNING, cert

E = Exchanged(b"cookie_i", b"cookie_r", b"SA", b"g_xi", b"g_xr", b"ni", b"nr", b"g_xy")
NAME = Identification(IdType.DER_DN, PRESS.subject)
HEAD = Header(E.cookie_i, E.cookie_r, 0, Exchange.MAIN)


def phase() -> Phase1:
    return Phase1(
        sa=1,
        cookie_i=E.cookie_i,
        cookie_r=E.cookie_r,
        opened_from=PEER,
        local=GATEWAY,
        peer=PEER,
        suite=IKE_SUITES[SUITE],
        life=Life(),
        variant=None,
        sai_b=E.sai_b,
        expires=30.0,
        method=RSA_SIGNATURES,
        nat=Nat(),
        exchanged=E,
    )


def keys() -> Keys:
    suite = IKE_SUITES[SUITE]
    return derive_keys(suite, rsa_skeyid(suite.hash, E.ni_b, E.nr_b, E.g_xy), E)


def fifth(*payloads: Payload) -> tuple[Header, bytes]:
    """Sealed as the client does it; without payloads a good one."""
    idii_b = build_identification(NAME)
    signature = pki.pad_and_sign(hash_i(keys(), E, idii_b), PRESS.key)
    good = (Payload(Kind.ID, idii_b), cert(4, PRESS.der), Payload(Kind.SIGNATURE, signature))
    iv = first_iv(keys(), E.g_xi, E.g_xr)
    return parse_header(seal(keys(), iv, HEAD, payloads or good))


def credential(rule: str = "any") -> Credential:
    return Credential("old-pc", b"", frozenset({SUITE}), frozenset(), certificate=parse_rule(rule))


def judge(
    *payloads: Payload, signing: Signing | None = SIGNING, who: Credential | None = None
) -> bytes:
    header, body = fifth(*payloads)
    known = [who or credential()]
    today = signing and Signing(signing.identities, signing.authorities, pki.TODAY)
    return answer_signed(phase(), header, body, known, today, seeded())[1]


def test_skeyid_is_of_the_nonces_and_the_shared_secret() -> None:
    """RFC 2409, 5: SKEYID = prf(Ni_b | Nr_b, g^xy), by Python's own HMAC."""
    import hmac

    suite = IKE_SUITES[SUITE]
    expected = hmac.new(b"nonce-inonce-r", b"g^xy", suite.hash.name).digest()
    assert rsa_skeyid(suite.hash, b"nonce-i", b"nonce-r", b"g^xy") == expected


def test_the_sixth_message_is_signed_by_us_and_sealed_in_line() -> None:
    _, body = fifth()
    _, answer = parse_header(judge())
    payloads = parse_chain(Reader(unseal(keys(), next_iv(keys(), body), answer)), Kind.ID)
    assert [payload.kind for payload in payloads] == [5, 6, 6, 9]
    idir_b = one_of(payloads, Kind.ID, "")
    own = SIGNING.identities[0].certificate
    assert idir_b == build_identification(Identification(IdType.DER_DN, own.subject))
    assert own.key is not None
    assert verify(own.key, hash_r(keys(), E, idir_b), payloads[-1].body)


def test_what_makes_no_sense_is_counted_and_the_exchange_goes_on() -> None:
    header, body = fifth()
    with pytest.raises(BadCipherText):
        open_signed(phase(), header, body[:-1])
    with pytest.raises(BadPayload, match="0 signature payloads"):
        judge(Payload(Kind.ID, build_identification(NAME)))
    with pytest.raises(BadPayload, match="0 identity payloads"):
        judge(Payload(Kind.SIGNATURE, bytes(128)))
    early = phase()
    early.exchanged = None
    with pytest.raises(OutOfStep):
        open_signed(early, header, body)


def test_a_refusal_comes_with_the_keys_to_say_so() -> None:
    other = pki.machine(ROOT, "press-9")
    signature = Payload(Kind.SIGNATURE, bytes(128))
    me = Payload(Kind.ID, build_identification(Identification(IdType.DER_DN, other.subject)))
    with pytest.raises(Unsigned) as refused:
        judge(me, cert(4, other.der), signature)
    assert refused.value.reason is Reason.BAD_SIGNATURE
    assert refused.value.answer == Notify.INVALID_SIGNATURE
    assert refused.value.keys == keys()


def test_without_a_certificate_nobody_is_anybody() -> None:
    idii_b = build_identification(NAME)
    signature = pki.pad_and_sign(hash_i(keys(), E, idii_b), PRESS.key)
    with pytest.raises(Unsigned, match="none that can be read") as refused:
        judge(Payload(Kind.ID, idii_b), Payload(Kind.SIGNATURE, signature))
    assert refused.value.reason is Reason.BAD_CERTIFICATE


def test_an_authoritys_own_certificate_is_no_machines() -> None:
    idii_b = build_identification(Identification(IdType.DER_DN, ROOT.subject))
    signature = pki.pad_and_sign(hash_i(keys(), E, idii_b), ROOT.key)
    with pytest.raises(Unsigned, match="none that can be read"):
        judge(Payload(Kind.ID, idii_b), cert(4, ROOT.der), Payload(Kind.SIGNATURE, signature))


def test_a_policy_that_takes_no_certificates_any_more_says_so() -> None:
    with pytest.raises(Unsigned, match="not taken any more"):
        judge(signing=None)


def test_a_suite_that_is_not_this_clients_is_refused_though_another_may_use_it() -> None:
    other = frozenset({"aes128-sha1-modp2048"})
    weak = Credential("old-pc", b"", other, frozenset(), certificate=parse_rule("any"))
    with pytest.raises(Unsigned) as refused:
        judge(who=weak)
    assert refused.value.reason is Reason.SUITE_NOT_ALLOWED


def test_a_client_with_a_key_alone_owns_no_certificate() -> None:
    header, body = fifth()
    opened = open_signed(phase(), header, body)
    today = Signing(SIGNING.identities, SIGNING.authorities, pki.TODAY)
    with_key = Credential("old-pc", b"a key", frozenset({SUITE}), frozenset())
    with pytest.raises(Refusal) as refused:
        find_signer(phase(), opened, [with_key], today)
    assert refused.value.reason is Reason.UNKNOWN_CERTIFICATE


@pytest.mark.parametrize("place", range(0, 200, 9))
def test_a_changed_byte_lets_nobody_in(place: int) -> None:
    header, body = fifth()
    spoiled = bytearray(body)
    spoiled[place] ^= 1
    today = Signing(SIGNING.identities, SIGNING.authorities, pki.TODAY)
    with pytest.raises(WireError):
        answer_signed(phase(), header, bytes(spoiled), [credential()], today, seeded())


def test_an_identity_of_another_kind_ends_the_exchange() -> None:
    """Else who owns a certificate could have its path looked at for ever, in one exchange."""
    idii_b = build_identification(Identification(IdType.KEY_ID, b"press"))
    signature = pki.pad_and_sign(hash_i(keys(), E, idii_b), PRESS.key)
    payloads = Payload(Kind.ID, idii_b), cert(4, PRESS.der), Payload(Kind.SIGNATURE, signature)
    with pytest.raises(Unsigned) as refused:
        judge(*payloads)
    assert refused.value.reason is Reason.BAD_IDENTITY
