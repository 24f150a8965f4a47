"""What is wrong between certificates, keys, authorities and clients."""

from datetime import date

import pytest

from gateway.control.check import check
from gateway.control.document import File
from tests import pki
from tests.unit.control.pki_files import CA, CLIENT, GOOD, OURS, OWN, ROOT, Files
from tests.unit.control.written import OUTSIDE, ROUTE, told

TODAY = date(2026, 9, 21)
PLANT = pki.authority("Plant CA", ROOT)
DEEP = pki.machine(PLANT, "gateway", purposes=["1.3.6.1.5.5.8.2.2"])


def on(today: date, files: Files | None = None, text: str = GOOD) -> list[str]:
    """What is told on that day, all of it warnings."""
    problems = check(File(text.encode()), files or Files(), today=today)
    assert all(problem.warning for problem in problems)
    return [f"{problem.where}: {problem.what}" for problem in problems]


def with_own(owner: pki.Owner, *above: pki.Owner) -> Files:
    chain = "".join(one.pem for one in (owner, *above))
    return Files().change("gateway.pem", chain).change("gateway.key", owner.key_pem)


def test_all_is_well() -> None:
    assert told(GOOD, Files()) == []
    assert on(TODAY) == []
    assert told(GOOD, with_own(DEEP, PLANT)) == []
    assert told(GOOD, with_own(DEEP, PLANT, ROOT)) == []


def test_a_key_of_another_certificate_is_told() -> None:
    files = Files().change("gateway.key", ROOT.key_pem)
    assert told(GOOD, files) == ["certificate[1].key_file: is not the key of CN=gateway"]


def test_a_chain_in_disorder_is_told() -> None:
    assert told(GOOD, with_own(DEEP, ROOT, PLANT)) == [
        "certificate[1].chain_file: "
        "has CN=Works CA as number 2, which did not issue the one before it",
        "certificate[1].chain_file: "
        "has CN=Plant CA as number 3, which did not issue the one before it",
    ]


@pytest.mark.parametrize(
    ("owner", "what"),
    [
        (ROOT, "begins with CN=Works CA, which is an authority"),
        (
            pki.machine(ROOT, "gateway", purposes=["1.3.6.1.5.5.7.3.2"]),
            "is CN=gateway, which is not for servers: Windows will not take it",
        ),
    ],
)
def test_a_certificate_of_no_use_to_a_gateway_is_told(owner: pki.Owner, what: str) -> None:
    assert told(GOOD, with_own(owner)) == [f"certificate[1].chain_file: {what}"]


def test_the_days_of_certificates_are_warned_of() -> None:
    assert on(date(2046, 9, 16))[:2] == [
        "certificate[1].chain_file: is of no use now: CN=gateway expired on 2027-09-21",
        "ca[1].certificate_file: is of no use now: CN=Works CA expired on 2036-09-18",
    ]
    (own, root) = on(date(1970, 1, 1))
    assert own.endswith("is not valid before 2025-09-21, and here it is 1970-01-01")
    assert root.startswith("ca[1].certificate_file: is of no use now: CN=Works CA is not valid")


def test_a_list_that_was_not_renewed_is_warned_of() -> None:
    assert on(date(2026, 11, 20)) == ["ca[1].crl_file: should have been renewed by 2026-10-20"]


def test_a_list_of_another_authority_is_told() -> None:
    other = pki.authority("Works CA", key_name="another one")
    for signer in (other, pki.authority("Other CA")):
        files = Files().change("ca.crl", pki.list_der(signer, 5))
        assert told(GOOD, files) == ["ca[1].crl_file: is not signed by CN=Works CA"]


def test_a_machines_certificate_is_no_authority() -> None:
    files = Files().change("ca.pem", OURS.pem).change("ca.crl", pki.list_der(OURS))
    assert "ca[1].certificate_file: is CN=gateway, which is no authority" in told(GOOD, files)


def test_md5_is_warned_of() -> None:
    text = GOOD.replace('["sha1"]', '["sha1", "md5"]')
    assert on(TODAY, text=text) == [
        "ca[1].allow: allows MD5, and certificates signed with that have been forged"
    ]


@pytest.mark.parametrize(
    ("text", "where"),
    [
        (OUTSIDE + CLIENT + ROUTE + OWN, "no [[ca]] that could vouch for it"),
        (OUTSIDE + CLIENT + ROUTE + CA, "the gateway has none of its own to answer with"),
    ],
)
def test_a_client_needs_both_ends_of_trust(text: str, where: str) -> None:
    (problem,) = told(text, Files())
    assert problem.startswith("client[1].certificate: is for a certificate")
    assert problem.endswith(where)


def test_an_authority_that_is_not_there_is_told() -> None:
    text = GOOD.replace("route =", 'ca = ["work"]\nroute =')
    assert told(text, Files()) == ["client[1].ca[1]: is 'work', and there is no such authority"]
    nobody = GOOD.replace('certificate = "CN=press-3"', 'psk = "a long text"\nca = ["works"]')
    assert told(nobody, Files()) == ["client[1].ca: stands there without a certificate"]


def test_names_are_told_apart() -> None:
    second = OWN.replace("[[certificate]]", "[[certificate]]")
    assert told(GOOD + second, Files()) == ["certificate[2].name: is 'own', as in certificate[1]"]
    assert told(GOOD + CA, Files()) == ["ca[2].name: is 'works', as in ca[1]"]


def two(first: str, second: str) -> str:
    one = CLIENT.replace("route =", f"{first}\nroute =")
    return GOOD.replace(
        CLIENT,
        one + CLIENT.replace('press-3"\nc', 'press-4"\nc').replace("route =", f"{second}\nroute ="),
    )


def test_two_clients_that_mean_the_same_certificates_must_come_from_different_places() -> None:
    what = "client[2].certificate: means the same certificates as that of client[1]"
    assert told(two("", ""), Files()) == [what]
    assert told(two("", 'address = "192.0.2.1"'), Files()) == [what]
    assert told(two('address = "192.0.2.2"', 'address = "192.0.2.1"'), Files()) == []


def test_or_be_of_different_authorities() -> None:
    text = two('ca = ["works"]', 'ca = ["plant"]') + CA.replace('"works"', '"plant"')
    assert told(text, Files()) == []


@pytest.mark.parametrize(
    ("rule", "what"),
    [
        ('"press-3"', "is 'press-3', which is no name such as CN=press-3, O=Works"),
        ('"aa:bb"', "is 'aa:bb', which is a fingerprint of a length that neither SHA-1 nor"),
        ("7", "is a whole number, and should be text in quotes"),
    ],
)
def test_a_rule_that_means_nothing_is_told(rule: str, what: str) -> None:
    (problem,) = told(GOOD.replace('"CN=press-3"', rule), Files())
    assert problem.startswith(f"client[1].certificate: {what}")
