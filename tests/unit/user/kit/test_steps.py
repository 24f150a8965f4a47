"""What is done at the machine."""

import pytest

from gateway.user.kit.steps import steps_of
from tests.unit.user.kit.subjects import EVERYBODY, certified, subject


@pytest.mark.parametrize("kind", ["98", "me", "nt4", "98-me-nt4"])
def test_the_old_client_has_a_key_in_its_settings_and_two_logs(kind: str) -> None:
    told = " ".join(steps_of(subject(kind)))
    assert "choose a pre-shared key" in told
    assert "Isakmp.log and Ppplog.txt" in told  # KB325034


def test_windows_2000_needs_a_policy_for_a_key_and_none_for_a_certificate() -> None:
    assert "POLICY.TXT" in " ".join(steps_of(subject("2000")))
    told = " ".join(steps_of(certified("2000")))
    assert "POLICY.TXT" not in told
    assert "merge PSKOFF.REG" in told


@pytest.mark.parametrize("kind", ["2000", "xp", "later"])
def test_a_certificate_goes_into_the_store_of_the_computer(kind: str) -> None:
    told = " ".join(steps_of(certified(kind)))
    assert "for the computer, not for a user" in told
    assert "password is not on this disk" in told


def test_how_98_imports_a_certificate_is_not_claimed() -> None:
    assert "nobody could tell us" in " ".join(steps_of(certified("98")))


def test_everybody_is_told_of_the_updates_first_and_to_dial_in_the_end() -> None:
    for each in EVERYBODY:
        steps = steps_of(each)
        assert steps[0] == "Go through UPDATES.TXT first."
        assert any(one.startswith("Dial") for one in steps[-2:])
