from pathlib import Path

from gateway.control.systems import AUTO, SYSTEMS, TOLD, UNKNOWN, label_of, short_of


def test_every_kind_has_a_short_name_that_fits_a_column_and_no_two_the_same() -> None:
    assert all(0 < len(each.short) <= 10 for each in SYSTEMS.values())
    assert len({each.short for each in SYSTEMS.values()}) == len(SYSTEMS)
    assert AUTO not in SYSTEMS


def test_a_guess_is_marked_in_a_table() -> None:
    assert short_of("msl2tp", "guess") == "MSL2TP?"
    assert short_of("msl2tp", "likely") == "MSL2TP"
    assert short_of("msl2tp", TOLD) == "MSL2TP"
    assert short_of(UNKNOWN, "") == "?"


def test_a_name_of_another_version_is_no_reason_to_fail() -> None:
    assert short_of("windows-3.11", "certain") == ""
    assert label_of("windows-3.11") == "windows-3.11"
    assert label_of("windows-2000") == "Windows 2000 without KB818043"


def test_readme_has_every_name() -> None:
    readme = (Path(__file__).parents[3] / "README.md").read_text()
    assert [name for name in (AUTO, *SYSTEMS) if f"`{name}`" not in readme] == []
