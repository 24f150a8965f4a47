"""What must be on a machine."""

import pytest

from gateway.user.kit.checklist import checklist
from gateway.user.kit.subject import Subject
from tests.unit.user.kit.subjects import certified, subject


def lines(about: Subject) -> list[str]:
    return checklist(about).data.decode().split("\r\n")


def boxes(about: Subject) -> list[str]:
    return [line for line in lines(about) if line.startswith(("[ ]", "[x]"))]


@pytest.mark.parametrize(
    ("kind", "words", "count"),
    [
        ("98", ["VPN Client", "Dial-Up Networking 1.4", "SecureVPN"], 3),
        ("me", ["VPN Client", "SecureVPN"], 2),
        ("nt4", ["VPN Client", "NT 4: its update"], 2),
        ("98-me-nt4", ["Dial-Up Networking 1.4", "NT 4: its update", "SecureVPN"], 4),
        ("2000", ["KB818043", "IPSEC Policy Agent"], 2),
        ("xp", ["KB818043", "IPSEC Services"], 2),
        ("later", ["Nothing to install"], 1),
    ],
)
def test_each_windows_has_its_own(kind: str, words: list[str], count: int) -> None:
    assert all(word in " ".join(lines(subject(kind))) for word in words)
    assert len(boxes(subject(kind))) == count


def test_with_a_certificate_the_clock_must_be_right_and_xp_may_need_sp3() -> None:
    told = " ".join(lines(certified("xp")))
    assert "XP Service Pack 3" in told
    assert "The clock and its date are right" in told
    assert len(boxes(certified("98"))) == 4


@pytest.mark.parametrize(
    ("kind", "system", "ticked"),
    [
        ("2000", "windows-2000", 0),
        ("2000", "windows-2000-kb818043", 1),
        ("xp", "windows-xp", 0),
        ("xp", "windows-xp-sp2", 1),
        ("98-me-nt4", "msl2tp", 1),
        ("nt4", "msl2tp", 1),
        ("98", "", 0),
    ],
)
def test_what_was_seen_when_it_dialled_is_ticked(kind: str, system: str, ticked: int) -> None:
    found = boxes(subject(kind, system=system))
    assert sum(line.startswith("[x]") for line in found) == ticked
