"""The .reg files."""

import pytest

from gateway.user.kit.registry import registry_files
from tests.unit.user.kit.subjects import certified, subject

RASMAN = rb"[HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Rasman\Parameters]"


def test_windows_2000_is_told_to_make_no_policy_and_how_to_take_that_back() -> None:
    on, off = registry_files(subject("2000"))
    assert on.data == (
        b"REGEDIT4\r\n\r\n" + RASMAN + b'\r\n"ProhibitIpSec"=dword:00000001\r\n\r\n'
    )  # KB240262
    assert (on.name, off.name) == ("PSKON.REG", "PSKOFF.REG")
    assert off.data == on.data.replace(b"00000001", b"00000000")
    assert [one.name for one in registry_files(certified("2000"))] == ["PSKOFF.REG"]


@pytest.mark.parametrize("kind", ["98", "me", "nt4", "98-me-nt4"])
def test_the_client_of_98_me_and_nt4_needs_none(kind: str) -> None:
    assert registry_files(subject(kind, nat_d="honest")) == ()


@pytest.mark.parametrize(("kind", "service"), [("xp", b"IPSec]"), ("later", b"PolicyAgent]")])
def test_where_the_gateway_hides_nothing_windows_is_told_to_bear_it(
    kind: str, service: bytes
) -> None:
    found = {one.name: one.data for one in registry_files(subject(kind, nat_d="honest"))}
    assert b"\\Services\\" + service in found["NATT.REG"]  # KB885407, KB926179
    assert b'"AssumeUDPEncapsulationContextOnSendRule"=dword:00000002' in found["NATT.REG"]
    assert [one.name for one in registry_files(subject(kind))] == ["IPSECON.REG"]


def test_nothing_of_them_is_secret() -> None:
    assert not any(one.secret for one in registry_files(subject("2000", nat_d="honest")))
