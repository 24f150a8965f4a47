"""Which recordings are played, and what follows from what the player said."""

from dataclasses import replace

import pytest

from gateway.control import proving
from gateway.control.proving import Site, Verdict, begun, done, unplayable
from gateway.control.recorded import parse_case
from tests.captures import vectors

CONFIG = """
[outside]
interface = "eth0"

[[client]]
name = "press-3"
psk = "a long random text"
route = "old"

[[client]]
name = "till"
psk = "another long random text"
route = "old"
"""
BOTH = frozenset({"press-3", "till"})


def test_the_saved_configuration_says_whether_and_whose() -> None:
    assert proving.site_of(CONFIG) == Site(True, BOTH)
    assert proving.site_of(CONFIG + "[upgrade]\nreplay = false\n") == Site(False, BOTH)


@pytest.mark.parametrize("text", ["", "no [ TOML", "client = 7\nupgrade = 7\n", "[[client]]\n"])
def test_a_text_that_says_nothing_of_it_asks_for_what_is_usual(text: str) -> None:
    assert proving.site_of(text) == Site(True, frozenset())


def test_machines_that_have_left_do_not_count_and_there_is_a_most() -> None:
    assert proving.chosen(["till", "gone", "press-3"], Site(True, BOTH)) == ("press-3", "till")
    many = [f"m-{number}" for number in range(100)]
    assert len(proving.chosen(many, Site(True, frozenset(many)))) == proving.MOST


CASE = parse_case((vectors("recorded") / "scripted-xp-sp2.toml").read_text())


def test_a_machine_may_use_what_is_usual_unless_its_entry_says_otherwise() -> None:
    suites = proving.suites_of(CONFIG + 'ike = ["des-md5-modp768"]\n')
    assert {"3des-sha1-modp1024", "3des-sha1"} <= suites["press-3"]
    assert "des-md5-modp768" in suites["till"]
    assert "3des-sha1-modp1024" not in suites["till"]


@pytest.mark.parametrize("text", ["", "no [ TOML", "client = 7\n", "[[client]]\n"])
def test_a_text_without_machines_refuses_nothing(text: str) -> None:
    assert proving.out_of_date("till", CASE, proving.suites_of(text)) == ""


def test_a_recording_is_out_of_date_once_its_suite_is_refused() -> None:
    suites = proving.suites_of(CONFIG + 'esp = ["aes256-sha1"]\n')
    assert proving.out_of_date("press-3", CASE, suites) == ""
    assert "it may not use 3des-sha1 any more" in proving.out_of_date("till", CASE, suites)


def test_a_suite_that_this_version_does_not_know_is_no_excuse() -> None:
    case = replace(CASE, found={"chosen-suite": "rot13"})
    assert proving.out_of_date("till", case, proving.suites_of(CONFIG)) == ""


def judged(*lines: str, late: bool = False, died: str = "") -> Verdict:
    return proving.verdict(("press-3", "till"), lines, late, died)


def both() -> list[str]:
    return [begun("press-3"), done("press-3", ()), begun("till"), done("till", ())]


def test_a_system_that_does_what_it_did_has_nothing_against_it() -> None:
    assert judged(*both()) == Verdict(well=("press-3", "till"))


def test_who_does_not_get_what_it_got_is_named_with_the_reason() -> None:
    problems = ["it no longer comes to sa-ready", "b", "c", "d"]
    found = judged(begun("press-3"), done("press-3", problems), *both()[2:])
    assert found.against == (
        "press-3 does not get what it got when it was recorded: it no longer comes to sa-ready; b; "
        "and 2 more",
    )
    assert (found.told, found.well) == ((), ("till",))


def test_a_recording_that_cannot_be_played_is_told_and_does_not_count() -> None:
    found = judged(begun("press-3"), unplayable("press-3", "no TOML"), *both()[2:])
    assert found.against == ()
    assert found.told == (
        "the recording of press-3 cannot be played: no TOML; it does not count, record it anew: "
        "postern record --client press-3 --keep",
    )


def test_a_gateway_that_falls_over_a_machine_is_not_good() -> None:
    found = judged(*both()[:2], begun("till"), died="KeyError: 7")
    assert found == Verdict(
        against=("the gateway fails on what till says: KeyError: 7",), well=("press-3",)
    )


def test_a_player_that_does_not_even_start_says_nothing_of_the_gateway() -> None:
    found = judged(died="No module named x")
    assert found.against == ()
    assert found.told == (
        "not played, and not held against it: 'press-3', 'till' (No module named x)",
    )


def test_what_there_was_no_time_for_is_left_out() -> None:
    found = judged(*both()[:2], begun("till"), late=True)
    assert found.against == ()
    assert found.told == (
        "not played, and not held against it: 'till' (there was no time in 60 s)",
    )


@pytest.mark.parametrize("line", ["a warning", "[1]", "{}", "[" * 5000, done("somebody", ["x"])])
def test_lines_that_are_no_answer_are_passed_over(line: str) -> None:
    assert judged(line, *both()) == Verdict(well=("press-3", "till"))


def test_an_answer_that_comes_again_is_taken_once() -> None:
    assert judged(*both(), done("till", ["x"])).against == ()


def test_an_answer_of_another_form_is_none_against_it() -> None:
    line = '{"client": "press-3", "problems": 7}'
    assert judged(begun("press-3"), line, *both()[2:]) == Verdict(well=("till",))


def test_no_word_at_all_is_told() -> None:
    assert judged(*both()[:2]).told == (
        "not played, and not held against it: 'till' (no word came)",
    )
