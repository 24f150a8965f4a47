"""Which kind of Windows a kit is for."""

import pytest

from gateway.control.changes_outputs import Refused
from gateway.control.kits import WINDOWS
from gateway.control.systems import SYSTEMS
from gateway.control.windows import FAMILIES
from gateway.user.kit.kinds import KINDS, kind_of


def test_every_kind_that_can_be_asked_for_is_there() -> None:
    assert tuple(KINDS) == WINDOWS
    assert {kind.family for kind in KINDS.values()} == set(FAMILIES)


def test_a_system_is_of_one_kind_at_most() -> None:
    systems = [system for kind in KINDS.values() for system in kind.systems]
    assert len(systems) == len(set(systems))
    assert set(systems) <= set(SYSTEMS)


@pytest.mark.parametrize(
    ("windows", "system", "seen", "kind", "known"),
    [
        ("98", "auto", "", "98", ""),
        ("98", "auto", "msl2tp", "98", "msl2tp"),  # one client for all three
        ("98", "auto", "windows-xp", "98", ""),  # who asks knows better
        ("2000", "auto", "windows-2000-kb818043", "2000", "windows-2000-kb818043"),
        ("", "windows-2000", "windows-xp", "2000", "windows-2000"),  # and the owner, than we
        ("", "auto", "msl2tp", "98-me-nt4", "msl2tp"),
        ("", "unknown", "windows-xp-sp2", "xp", "windows-xp-sp2"),
        ("", "auto", "windows-later", "later", "windows-later"),
    ],
)
def test_who_is_asked_first(windows: str, system: str, seen: str, kind: str, known: str) -> None:
    assert kind_of("press-3", windows, system, seen) == (KINDS[kind], known)


@pytest.mark.parametrize(
    ("seen", "what"),
    [
        ("", "nobody has said what Windows press-3 has, and it is not connected"),
        ("windows-2000-xp", "press-3 is Windows 2000 or XP, which does not tell its Windows"),
        ("racoon", "press-3 is racoon (ipsec-tools), which does not tell its Windows"),
    ],
)
def test_where_nothing_tells_it_is_asked(seen: str, what: str) -> None:
    with pytest.raises(Refused) as told:
        kind_of("press-3", "", "auto", seen)
    assert str(told.value) == what
    assert told.value.hint.startswith("Say which with --windows: 98, me, ")
