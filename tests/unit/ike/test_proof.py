"""Who has sent the fifth message: by both methods, and what a refusal brings along."""

from collections import Counter
from dataclasses import replace
from math import ceil

import pytest

from gateway.ike.certificates import Signing
from gateway.ike.effort import CHECKED, REFUSED, SOURCE
from gateway.ike.errors import Exhausted, Held
from gateway.ike.events import Reason
from gateway.ike.guards import Guards
from gateway.ike.phase1 import Fit
from gateway.ike.policy import Credential
from gateway.ike.proof import Unproved, prove
from gateway.ike.trials import GUESSES
from gateway.wire.udp import Datagram
from gateway.x509.rule import parse_rule
from tests import pki
from tests.unit.ike.asker import GATEWAY, PEER, SUITE, policy, seeded
from tests.unit.ike.test_certificates import SIGNING
from tests.unit.ike.test_signature import fifth, phase

SUITES = frozenset({SUITE}), frozenset({"3des-sha1"})
BY_CERTIFICATE = Credential("press", b"", *SUITES, certificate=parse_rule("CN=press-3"))
WITH_KEY = Credential("lathe", b"a key", *SUITES)


def proved(
    *credentials: Credential, method: int = 3, guards: Guards | None = None
) -> tuple[Fit, bytes]:
    who = phase()
    who.method = method
    header, body = fifth()
    rules = policy(*credentials)
    today = Signing(SIGNING.identities, SIGNING.authorities, pki.TODAY)
    rules = replace(rules, signing=today)
    tools = guards or Guards(), Counter[str](), seeded()
    return prove(who, header, body, Datagram(PEER, GATEWAY, b""), rules, *tools, 0.0)


def test_a_certificate_is_asked_for_its_owner_and_keys_are_not_tried() -> None:
    guards = Guards()
    fit, message = proved(WITH_KEY, BY_CERTIFICATE, guards=guards)
    assert fit.credential is BY_CERTIFICATE
    assert fit.shown[0].name == "CN=press-3"
    assert len(message) > 300


def test_a_refused_certificate_brings_the_keys_to_say_so() -> None:
    with pytest.raises(Unproved) as refused:
        proved(WITH_KEY)
    assert refused.value.reason is Reason.UNKNOWN_CERTIFICATE
    assert refused.value.secured is not None
    assert refused.value.secured.credential == ""


def test_a_wrong_key_brings_none() -> None:
    with pytest.raises(Unproved, match="none of 1 keys fits") as refused:
        proved(WITH_KEY, BY_CERTIFICATE, method=1)
    assert refused.value.secured is None
    assert refused.value.reason is Reason.WRONG_KEY


def test_who_has_no_key_is_never_tried_by_an_empty_one() -> None:
    with pytest.raises(Unproved, match="none of 0 keys fits"):
        proved(BY_CERTIFICATE, method=1)


def test_guesses_are_counted_and_end_in_silence() -> None:
    guards = Guards()
    for _ in range(int(GUESSES)):
        with pytest.raises(Unproved):
            proved(WITH_KEY, method=1, guards=guards)
    with pytest.raises(Held):
        proved(WITH_KEY, method=1, guards=guards)
    assert proved(BY_CERTIFICATE, guards=guards)[0].credential is BY_CERTIFICATE


def test_refused_certificates_are_charged_and_end_in_silence() -> None:
    guards = Guards()
    for _ in range(ceil(SOURCE / (CHECKED + REFUSED))):
        with pytest.raises(Unproved):
            proved(WITH_KEY, guards=guards)
    with pytest.raises(Exhausted):
        proved(BY_CERTIFICATE, guards=guards)
