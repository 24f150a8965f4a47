"""What a kit is about, by the configuration and whoever asks."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.control.changes_outputs import Refused
from gateway.control.config import Config, Front
from gateway.control.kits import Order
from gateway.user.kit.kinds import KINDS
from gateway.user.kit.subject import LARGEST_P12, Subject, is_address, subject_of
from tests.unit.user.kit.configurations import config, with_certificate
from tests.unit.user.kit.subjects import DAY, KEY

P12 = b"0\x82 a certificate, for all that is looked at here"


def about(found: Config, machine: str = "press-3", p12: bytes = b"", **order: Any) -> Subject:
    return subject_of(found, Order(machine, **order), p12, DAY)


def test_a_machine_with_a_key_has_it_in_its_kit() -> None:
    assert about(config()) == Subject(
        machine="press-3",
        kind=KINDS["98-me-nt4"],
        system="msl2tp",
        dialled=("203.0.113.9",),
        route="old-nt4",
        nat_d="auto",
        day=DAY,
        psk=KEY,
        contact="Ada, extension 12",
    )


def test_a_certificate_takes_the_place_of_a_key() -> None:
    found = about(with_certificate(config()), p12=P12)
    assert (found.psk, found.p12) == ("", P12)


def test_who_dials_another_name_has_that_on_the_sheet() -> None:
    assert about(config(), dialled=("vpn.works.example",)).dialled == ("vpn.works.example",)


def test_in_front_of_its_server_a_machine_dials_that() -> None:
    front = Front(servers=(bytes((10, 10, 0, 9)), bytes((10, 10, 0, 2))))
    assert about(replace(config(), front=front)).dialled == ("10.10.0.2",)


def test_in_the_lan_the_account_is_another_one() -> None:
    assert about(config(), "lan-6", windows="xp").local
    assert not about(config()).local


@pytest.mark.parametrize(
    ("machine", "what", "hint"),
    [
        ("press-9", "press-9 is no client of the configuration in force", "`postern clients`"),
        ("gone-4", "gone-4 is revoked", "postern clients readmit gone-4"),
        ("umlaut-5", "the key of umlaut-5 has letters", "postern clients rotate umlaut-5"),
    ],
)
def test_who_could_not_dial_gets_no_kit(machine: str, what: str, hint: str) -> None:
    with pytest.raises(Refused, match=what) as told:
        about(config(), machine, windows="98")
    assert hint in told.value.hint


def test_without_a_key_a_certificate_is_wanted() -> None:
    with pytest.raises(Refused, match="press-3 has no key") as told:
        about(with_certificate(config()))
    assert "--p12" in told.value.hint


@pytest.mark.parametrize("p12", [b"-----BEGIN", b"0" * (LARGEST_P12 + 1)])
def test_not_every_file_is_a_certificate(p12: bytes) -> None:
    with pytest.raises(Refused, match=r"that is no \.p12 file"):
        about(with_certificate(config()), p12=p12)


def test_a_certificate_that_would_be_refused_is_not_given_away() -> None:
    with pytest.raises(Refused, match="may not dial with a certificate yet"):
        about(config(), p12=P12)


def test_where_dhcp_brings_the_address_it_must_be_named() -> None:
    found = config()
    found = replace(found, outside=replace(found.outside, addresses=()))
    with pytest.raises(Refused) as told:
        about(found)
    assert told.value.hint == "Name it: --dialled ADDRESS"


def test_secrets_are_not_shown_by_accident() -> None:
    assert KEY not in repr(about(config()))
    assert "certificate, for all" not in repr(about(with_certificate(config()), p12=P12))


def test_an_address_is_told_from_a_name() -> None:
    assert is_address("203.0.113.9")
    assert not is_address("vpn9.works.example")
