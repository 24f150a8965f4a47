"""Certificates in messages: read, asked for, chosen and sent."""

import pytest

from gateway.ike.certificates import (
    ANYBODY,
    MOST_CERTIFICATES,
    MOST_REQUESTS,
    Identity,
    Signing,
    certificates_of,
    choose_identity,
    own_certificates,
    requests_for,
    requests_in,
)
from gateway.ike.numbers import PRE_SHARED_KEY, RSA_SIGNATURES, Kind
from gateway.ike.payloads import Payload
from gateway.x509.certificate import parse_certificate
from gateway.x509.keys import read_private_pem
from gateway.x509.path import Authority
from tests import pki

ROOT, OTHER = pki.authority("Works CA"), pki.authority("Other CA")
PLANT = pki.authority("Plant CA", ROOT)
PRESS = pki.machine(ROOT)


def cert(encoding: int, data: bytes) -> Payload:
    return Payload(Kind.CERT, bytes((encoding,)) + data)


def wanted(encoding: int, name: bytes) -> Payload:
    return Payload(Kind.CERT_REQUEST, bytes((encoding,)) + name)


def identity(owner: pki.Owner, *above: pki.Owner) -> Identity:
    chain = tuple(parse_certificate(one.der) for one in (owner, *above))
    return Identity(chain, read_private_pem(owner.key_pem))


FIRST = identity(pki.machine(PLANT, "one"), PLANT, ROOT)
SECOND = identity(pki.machine(OTHER, "two"))
SIGNING = Signing((FIRST, SECOND), (Authority("works", parse_certificate(ROOT.der)),), 5.0)


def test_every_form_is_read_and_what_cannot_be_is_as_good_as_none() -> None:
    found = certificates_of(
        [
            cert(7, b"a list of revoked ones"),
            cert(4, b"no certificate"),
            cert(4, PRESS.der),
            cert(1, pki.wrapped(ROOT, PLANT)),
            cert(1, b"no chain"),
            cert(10, PRESS.der),
            Payload(Kind.CERT, b""),
            Payload(Kind.ID, b"\4" + OTHER.der),
            cert(4, PRESS.der),
        ]
    )
    assert [one.der for one in found] == [PRESS.der, *_in_order(ROOT, PLANT)]


def _in_order(*owners: pki.Owner) -> list[bytes]:
    """A set of DER stands in the order of its bytes (X.690, 11.6)."""
    return sorted(one.der for one in owners)


def test_their_number_is_bounded() -> None:
    many = [cert(4, pki.machine(ROOT, serial=number).der) for number in range(1, 30)]
    assert len(certificates_of(many)) == MOST_CERTIFICATES


def test_requests_are_remembered_by_their_hash_alone() -> None:
    asked = requests_in([wanted(4, ROOT.subject), wanted(1, b""), wanted(7, OTHER.subject)])
    assert ANYBODY in asked
    assert {len(one) for one in asked} == {0, 20}
    assert len(asked) == 2
    many = [wanted(4, b"%d" % number) for number in range(50)]
    assert len(requests_in(many)) == MOST_REQUESTS


def test_we_ask_for_what_is_good_here_and_only_where_it_is_of_use() -> None:
    assert requests_for(SIGNING, RSA_SIGNATURES) == [wanted(4, ROOT.subject)]
    assert requests_for(SIGNING, PRE_SHARED_KEY) == []
    assert requests_for(None, RSA_SIGNATURES) == []


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        ([], FIRST),
        ([ROOT.subject], FIRST),
        ([PLANT.subject], FIRST),
        ([OTHER.subject], SECOND),
        ([OTHER.subject, PLANT.subject], FIRST),
        ([b"a name of nobody here"], FIRST),
    ],
)
def test_the_first_that_leads_to_who_is_asked_for(names: list[bytes], chosen: Identity) -> None:
    asked = requests_in([wanted(4, name) for name in names])
    assert choose_identity(SIGNING, asked) is chosen


def test_our_chain_goes_out_without_its_root() -> None:
    sent = own_certificates(FIRST, frozenset())
    assert sent == [cert(4, one.der) for one in FIRST.chain[:2]]


@pytest.mark.parametrize(
    ("names", "count"), [([], 0), ([OTHER.subject], 0), ([ROOT.subject], 2), ([b""], 2)]
)
def test_it_may_wait_until_it_is_asked_for(names: list[bytes], count: int) -> None:
    shy = Identity(FIRST.chain, FIRST.key, always=False)
    asked = requests_in([wanted(4, name) for name in names])
    assert len(own_certificates(shy, asked)) == count


def test_an_identity_does_not_show_its_key() -> None:
    assert str(FIRST.key.d) not in repr(FIRST)
    assert str(FIRST.key.p) not in repr(FIRST)
