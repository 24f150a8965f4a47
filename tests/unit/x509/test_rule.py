"""Which certificate an owner means."""

import pytest
from cryptography.hazmat.primitives import hashes

from gateway.x509.certificate import parse_certificate
from gateway.x509.rule import Fit, Rule, parse_rule
from tests import pki

PRESS = pki.machine(pki.authority("Works CA"), "press-3, Works")
FOUND = parse_certificate(PRESS.der)
SHA1 = PRESS.certificate.fingerprint(hashes.SHA1()).hex()
SHA256 = PRESS.certificate.fingerprint(hashes.SHA256()).hex()


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("any", Fit.ANY),
        ("Any", Fit.ANY),
        ("CN=press-3", Fit.NAME),
        ("O=Works, CN=press-3", Fit.NAME),
        ("CN=press-4", Fit.NOT),
        (f"sha256:{SHA256}", Fit.FINGERPRINT),
        (SHA256.upper(), Fit.FINGERPRINT),
        (SHA1, Fit.FINGERPRINT),
        (":".join(SHA1[at : at + 2] for at in range(0, 40, 2)), Fit.FINGERPRINT),
        ("00" * 20, Fit.NOT),
    ],
)
def test_a_rule_means_a_certificate_more_or_less_exactly(text: str, fit: Fit) -> None:
    assert parse_rule(text).fit(FOUND, "works") is fit


def test_one_authority_may_be_meant_alone() -> None:
    rule = Rule(authorities=frozenset({"works"}))
    assert rule.fit(FOUND, "works") is Fit.ANY
    assert rule.fit(FOUND, "others") is Fit.NOT


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("press-3", "is no name such as"),
        ("aa:bb", "is a fingerprint of a length"),
        (f"sha1:{SHA256}", "is a fingerprint of a length"),
    ],
)
def test_what_means_nothing_is_told(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        parse_rule(text)


@pytest.mark.parametrize("text", ["any", "CN=press-3, O=Works", f"sha1:{SHA1}", f"sha256:{SHA256}"])
def test_a_rule_is_shown_as_it_is_written(text: str) -> None:
    assert str(parse_rule(text)) == text
