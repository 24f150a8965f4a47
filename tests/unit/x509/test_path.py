"""Paths to an authority, built by cryptography: which are believed, and in which words not."""

from typing import Any

import pytest
from cryptography import x509

from gateway.x509.certificate import Certificate, parse_certificate
from gateway.x509.crl import parse_crl
from gateway.x509.errors import Untrusted
from gateway.x509.path import MOST_BETWEEN, Authority, find_authority
from tests import pki

ROOT = pki.authority("Works CA")
PLANT = pki.authority("Plant CA", ROOT)
PRESS = pki.machine(PLANT)


def read(*owners: pki.Owner) -> list[Certificate]:
    return [parse_certificate(one.der) for one in owners]


def trusted(owner: pki.Owner = ROOT, name: str = "works", **more: Any) -> Authority:
    return Authority(name, parse_certificate(owner.der), **more)


def believe(
    machine: pki.Owner, *others: pki.Owner, by: tuple[Authority, ...] = (), date: float = pki.TODAY
) -> str:
    own = parse_certificate(machine.der)
    return find_authority(own, read(*others), by or (trusted(),), date).name


def why_not(machine: pki.Owner, *others: pki.Owner, **more: Any) -> str:
    with pytest.raises(Untrusted) as refused:
        believe(machine, *others, **more)
    return str(refused.value)


def test_a_machine_of_the_authority_itself_and_of_one_below_it_is_believed() -> None:
    assert believe(pki.machine(ROOT)) == "works"
    assert believe(PRESS, PLANT) == "works"
    assert believe(PRESS, ROOT, PLANT) == "works"


def test_the_step_between_must_come_with_it() -> None:
    assert why_not(PRESS) == "CN=press-3 was issued by CN=Plant CA, whom no [[ca]] names"


def test_an_authority_between_may_be_trusted_alone() -> None:
    assert believe(PRESS, by=(trusted(PLANT, "plant"),)) == "plant"


def test_of_two_authorities_of_one_name_the_one_that_signed_is_found() -> None:
    twin = pki.authority("Works CA", key_name="twin")
    both = trusted(twin, "twin"), trusted()
    assert believe(pki.machine(ROOT), by=both) == "works"
    assert believe(pki.machine(twin), by=both) == "twin"


def test_with_a_path_that_is_good_another_that_is_not_does_not_matter() -> None:
    old = pki.authority("Plant CA", ROOT, end=pki.TODAY - 1)
    assert believe(PRESS, old, PLANT) == "works"
    assert "expired" in why_not(PRESS, old)


@pytest.mark.parametrize(
    ("between", "why"),
    [
        ({"is_ca": False}, "CN=Plant CA is no authority and has issued another certificate"),
        ({"may_sign": False}, "CN=Plant CA may not sign certificates"),
        ({"end": pki.TODAY - 86400}, "CN=Plant CA expired on 2026-09-20"),
        (
            {"digest": "md5"},
            "CN=Plant CA is signed with md5, which [[ca]] works does not allow",
        ),
    ],
)
def test_what_is_wrong_between_is_told(between: dict[str, Any], why: str) -> None:
    assert why_not(PRESS, pki.authority("Plant CA", ROOT, **between)) == why


@pytest.mark.parametrize(
    ("machine", "why"),
    [
        ({"signs": False}, "CN=press-3 is not for signing"),
        ({"purposes": ["1.3.6.1.5.5.7.3.4"]}, "CN=press-3 is for something else than IPsec"),
        ({"digest": "sha1"}, "CN=press-3 is signed with sha1, which [[ca]] works does not allow"),
        ({"end": pki.TODAY - 1}, "CN=press-3 expired on 2026-09-21"),
        (
            {"extra": [(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3"), b""), True)]},
            "CN=press-3 has conditions that Postern does not know (1.2.3)",
        ),
    ],
)
def test_what_is_wrong_with_a_machine_is_told(machine: dict[str, Any], why: str) -> None:
    assert why_not(pki.machine(ROOT, **machine)) == why


@pytest.mark.parametrize(
    "purpose", ["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.8.2.2", "2.5.29.37.0"]
)
def test_the_purposes_of_machines_are_good(purpose: str) -> None:
    assert believe(pki.machine(ROOT, purposes=["1.3.6.1.5.5.7.3.4", purpose])) == "works"


def test_an_authority_is_not_a_machine_that_may_go_on_issuing() -> None:
    narrow = pki.authority("Narrow CA", path_length=0)
    below = pki.authority("Plant CA", narrow)
    assert why_not(pki.machine(below), below, by=(trusted(narrow),)) == (
        "CN=Narrow CA may not have so many authorities below it"
    )
    assert believe(pki.machine(narrow), by=(trusted(narrow),)) == "works"


def test_the_root_has_its_days_too() -> None:
    old = pki.authority("Old CA", end=pki.TODAY - 86400)
    assert why_not(pki.machine(old), by=(trusted(old),)) == "CN=Old CA expired on 2026-09-20"


def test_a_list_of_any_authority_revokes_whatever_path_there_is() -> None:
    crl = parse_crl(pki.list_der(PLANT, PRESS.certificate.serial_number))
    plant = trusted(PLANT, "plant", crl=crl)
    for by in ((plant,), (plant, trusted()), (trusted(), plant)):
        assert why_not(PRESS, PLANT, by=by) == "CN=press-3 is revoked"
    revoked_plant = parse_crl(pki.list_der(ROOT, PLANT.certificate.serial_number))
    by = (trusted(crl=revoked_plant),)
    assert why_not(PRESS, PLANT, by=by) == "CN=Plant CA is revoked"


def test_the_same_number_of_another_issuer_is_not_revoked() -> None:
    crl = parse_crl(pki.list_der(pki.authority("Other CA"), PRESS.certificate.serial_number))
    assert believe(PRESS, PLANT, by=(trusted(crl=crl),)) == "works"


def chain_of(count: int) -> list[pki.Owner]:
    chain = [ROOT]
    for number in range(count):
        chain.append(pki.authority(f"CA {number}", chain[-1], key_name="one for all"))
    return chain[1:]


def test_so_many_may_stand_between_and_no_more() -> None:
    good = chain_of(MOST_BETWEEN)
    assert believe(pki.machine(good[-1]), *good) == "works"
    long = chain_of(MOST_BETWEEN + 1)
    assert why_not(pki.machine(long[-1]), *long) == (
        "more than 4 authorities stand between CN=press-3 and its root"
    )


def test_the_signatures_looked_at_are_bounded_and_circles_end() -> None:
    twins = [pki.authority("Loop CA", key_name="loop", end=pki.TODAY + n) for n in range(12)]
    assert why_not(pki.machine(twins[0]), *twins) == "too many certificates came with it"
    one = pki.authority("Loop CA", key_name="loop")
    assert "whom no [[ca]] names" in why_not(pki.machine(one), one)


def test_a_key_that_is_not_worked_with_is_told() -> None:
    small = pki.Owner(ROOT.certificate, pki.key("small"))
    assert small.key.key_size == 1024
    ok = pki.machine(ROOT, bits=2048, subject="large")
    assert believe(ok) == "works"
