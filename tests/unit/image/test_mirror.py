"""The mirror is the one that apt on this machine is set to."""

import pytest

from image.mirror import Mirrors, choose_mirrors
from image.programs import Failed

TOLD = [
    "https://packages.example/vendor/|Vendor|Vendor",
    "http://mirror.example/debian/|Debian|Debian",
    "http://mirror.example/debian/|Debian|Debian",
    "http://security.example/debian-security/|Debian|Debian-Security",
]


def test_debian_s_own_sources_are_taken_and_no_other() -> None:
    found = choose_mirrors(TOLD, None)
    assert found == Mirrors(
        "http://mirror.example/debian", "http://security.example/debian-security"
    )


def test_a_mirror_given_by_option_has_its_security_updates_beside_it() -> None:
    found = choose_mirrors(TOLD, "http://near.example/debian/")
    assert found.security == "http://near.example/debian-security"


def test_a_machine_without_debian_s_sources_is_told_what_to_do() -> None:
    with pytest.raises(Failed) as caught:
        choose_mirrors(TOLD[:1], None)
    assert "--mirror" in caught.value.hint


def test_apt_is_given_release_updates_and_security() -> None:
    lines = choose_mirrors(TOLD, None).sources().splitlines()
    assert [line.split()[3] for line in lines] == ["trixie", "trixie-updates", "trixie-security"]
    assert all("signed-by=" in line for line in lines)
