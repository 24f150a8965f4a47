"""An authority's life: created, used, revoked from."""

from random import Random

import pytest

from gateway.control.authority import (
    BITS,
    GATEWAY,
    HASHES,
    MACHINE,
    MOST_ISSUED,
    MOST_YEARS,
    YEAR,
    Issued,
    Product,
    State,
    create,
    hex_of,
    issue_for,
    list_of,
    revoke,
)
from gateway.control.changes_outputs import Refused
from gateway.x509.crl import parse_crl
from gateway.x509.dates import DAY
from gateway.x509.errors import Untrusted
from gateway.x509.extensions import AltKind
from gateway.x509.path import Authority, find_authority
from tests import pki

NOW = int(pki.TODAY)
CHANCE = Random(7).randbytes
OWN = create("Postern CA", "Works", "sha1", 1024, 20, NOW, CHANCE)


def issued(
    name: str = "press-3", *names: str, state: State = OWN, kind: str = MACHINE, years: int = 10
) -> tuple[State, Product]:
    return issue_for(state, name, names, kind, 1024, years, NOW, CHANCE)


def test_what_it_issues_is_believed_where_it_is_trusted() -> None:
    _, product = issued()
    own = Authority("own", OWN.certificate, frozenset({"sha1"}))
    assert find_authority(product.certificate, [], [own], NOW) is own
    assert product.key.public == product.certificate.key
    assert product.certificate.name == "CN=press-3"
    assert product.certificate.alternatives(AltKind.DNS) == (b"press-3",)


def test_yesterdays_clock_at_a_client_does_no_harm() -> None:
    _, product = issued()
    assert product.certificate.not_before <= NOW - DAY


def test_names_and_addresses_that_are_dialled_stand_in_it() -> None:
    _, product = issued("gateway", "vpn.works", "203.0.113.1", kind=GATEWAY)
    assert product.certificate.alternatives(AltKind.DNS) == (b"vpn.works",)
    assert product.certificate.alternatives(AltKind.IP) == (bytes((203, 0, 113, 1)),)
    assert product.entry.kind == GATEWAY


def test_the_register_knows_all_that_was_issued() -> None:
    state, first = issued()
    state, second = issued("press-4", state=state)
    assert [one.name for one in state.issued] == ["press-3", "press-4"]
    assert state.issued[0] == Issued(
        serial=first.certificate.serial,
        name="press-3",
        kind=MACHINE,
        since=NOW,
        until=NOW + 10 * YEAR,
        fingerprint=first.certificate.fingerprint().hex(),
    )
    assert first.entry.serial != second.entry.serial
    assert state.good("press-3", NOW) == [first.entry]
    assert state.good("press-3", NOW + 11 * YEAR) == []


def test_one_is_revoked_and_the_other_stays_good() -> None:
    state, first = issued()
    state, second = issued("press-4", state=state)
    state, gone = revoke(state, "press-3", NOW + DAY)
    assert [one.serial for one in gone] == [first.entry.serial]
    state, data = list_of(state, NOW + DAY, CHANCE)
    crl = parse_crl(data)
    assert crl.is_signed_by(state.certificate)
    own = Authority("own", state.certificate, frozenset({"sha1"}), crl)
    with pytest.raises(Untrusted, match="CN=press-3 is revoked"):
        find_authority(first.certificate, [], [own], NOW + DAY)
    assert find_authority(second.certificate, [], [own], NOW + DAY) is own


def test_all_of_a_name_are_revoked_or_one_by_its_number() -> None:
    state, first = issued()
    state, second = issued(state=state)
    _, both = revoke(state, "press-3", NOW)
    assert [one.serial for one in both] == [first.entry.serial, second.entry.serial]
    one_left, one = revoke(state, hex_of(second.entry), NOW)
    assert [each.serial for each in one] == [second.entry.serial]
    assert one_left.good("press-3", NOW) == [first.entry]


@pytest.mark.parametrize(("which", "why"), [("press-3", "already"), ("press-9", "not in the")])
def test_what_cannot_be_revoked_is_told(which: str, why: str) -> None:
    state, _ = issued()
    state, _ = revoke(state, "press-3", NOW)
    with pytest.raises(Refused, match=why):
        revoke(state, which, NOW)


def test_every_list_has_a_number_of_its_own() -> None:
    state, _ = list_of(OWN, NOW, CHANCE)
    state, _ = list_of(state, NOW, CHANCE)
    assert state.crl_number == 2


def test_a_serial_number_is_never_used_twice() -> None:
    state, first = issue_for(OWN, "a", [], MACHINE, 1024, 1, NOW, Random(3).randbytes)
    _, second = issue_for(state, "b", [], MACHINE, 1024, 1, NOW, Random(3).randbytes)
    assert second.entry.serial == first.entry.serial + 1


def test_nothing_outlives_the_authority() -> None:
    _, product = issued(years=MOST_YEARS)
    assert product.entry.until == OWN.certificate.not_after
    late = OWN.certificate.not_after
    with pytest.raises(Refused, match="has expired"):
        issue_for(OWN, "press-3", [], MACHINE, 1024, 1, late, CHANCE)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"hash": "md5"}, "no hash to sign with"),
        ({"bits": 512}, "keys of 512 bits are not made"),
        ({"years": 0}, "too few or too many"),
        ({"years": MOST_YEARS + 1}, "too few or too many"),
        ({"common_name": ""}, "the name is empty"),
        ({"common_name": "x" * 65}, "too long"),
        ({"organisation": "a\x1b[2J"}, "not to be shown"),
    ],
)
def test_what_an_authority_cannot_be_is_told(change: dict[str, object], why: str) -> None:
    usual: dict[str, object] = {
        "common_name": "CA",
        "organisation": "",
        "hash": "sha1",
        "bits": 1024,
        "years": 1,
    }
    with pytest.raises(Refused, match=why):
        create(**usual | change, wall=NOW, random=CHANCE)  # type: ignore[arg-type]  # one is wrong


@pytest.mark.parametrize(
    ("name", "names", "why"),
    [
        ("press 3", [], "is no name"),
        ("", [], "is empty"),
        ("press-3", ["a b"], "neither a host's name nor an IPv4 address"),
        ("press-3", [""], "neither a host's name"),
        ("press-3", ["x"] * 17, "17 names are too many"),
    ],
)
def test_what_a_machine_cannot_be_called_is_told(name: str, names: list[str], why: str) -> None:
    with pytest.raises(Refused, match=why):
        issued(name, *names)


def test_the_register_is_bounded() -> None:
    one = issued()[1].entry
    full = State(OWN.certificate, OWN.key, OWN.hash, (one,) * MOST_ISSUED)
    with pytest.raises(Refused, match="which are the most"):
        issued(state=full)


def test_the_oldest_clients_are_thought_of_first() -> None:
    assert HASHES[0] == "sha1"
    assert BITS == (2048, 1024)


def test_nothing_of_a_key_is_shown() -> None:
    state, product = issued()
    for key in (state.key, product.key):
        assert str(key.d) not in repr(state) + repr(product)
