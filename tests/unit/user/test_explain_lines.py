from dataclasses import replace

from gateway.control.causes import Shown
from gateway.control.windows import SCREENS
from gateway.user.explain_lines import (
    MOST_TOLD,
    UNTOLD,
    WHICH,
    cause_json,
    diagnosis_lines,
    lines_with_number,
    machine_lines,
    number_lines,
    numbers_known,
    shown_words,
)
from tests.unit.user.console.agents import WRONG_KEY

OTHER = replace(
    WRONG_KEY, cause="server-busy", sentence="The server is busy; wait.", shown=Shown((676,))
)


def test_the_first_line_is_the_sentence_and_what_it_rests_on_stands_below() -> None:
    assert diagnosis_lines([WRONG_KEY]) == [
        WRONG_KEY.sentence,
        "  on its screen  678 (Windows 98, ME, NT 4); 789 or 792 (Windows 2000, XP)",
        "  seen           dial 3, 40s ago, from 203.0.113.9:61001",
        "  shown by:",
        "    It was not let through: wrong key.",
    ]


def test_what_may_be_another_machine_is_said_to_be_so() -> None:
    assert "it may be another machine" in diagnosis_lines([replace(WRONG_KEY, sure=False)])[2]


def test_without_a_dial_nothing_is_said_of_one() -> None:
    told = "\n".join(diagnosis_lines([replace(WRONG_KEY, dial=0, evidence=())]))
    assert "seen" not in told
    assert "shown by" not in told


def test_others_stand_below_in_order_and_the_last_in_one_line_each() -> None:
    others = [replace(OTHER, sentence=f"Cause {n}; do.") for n in range(MOST_TOLD + 2)]
    lines = diagnosis_lines([WRONG_KEY, *others])
    assert "less likely, or before that:" in lines
    assert lines[-1] == f"  Cause {MOST_TOLD + 1}; do."


def test_the_number_on_the_screen_puts_first_what_shows_it() -> None:
    assert lines_with_number([OTHER, WRONG_KEY], 789)[0] == WRONG_KEY.sentence


def test_a_number_that_nothing_here_shows_is_explained_all_the_same() -> None:
    lines = lines_with_number([WRONG_KEY], 691)
    assert lines[0] == "Nothing that was seen here shows as 691 on a Windows screen."
    assert WRONG_KEY.sentence in lines
    assert any(line.startswith("691: ") for line in lines)


def test_a_number_has_its_text_what_to_do_there_and_its_causes() -> None:
    for number in SCREENS:
        told = "\n".join(number_lines(number))
        assert SCREENS[number].text in told
        assert f"at that machine: {SCREENS[number].there}." in told
        assert "  1. " in told


def test_a_number_of_which_the_gateway_sees_nothing_sends_nobody_to_it() -> None:
    assert (number_lines(768)[-1], number_lines(789)[-1]) == (UNTOLD, WHICH)
    assert (cause_json(768)["seen"], cause_json(789)["seen"]) == (False, True)


def test_machines_have_a_line_each() -> None:
    assert machine_lines([("press-3", WRONG_KEY)]) == [f"  press-3  {WRONG_KEY.sentence}"]
    assert "Nobody" in machine_lines([])[0]


def test_numbers_are_named_with_who_shows_them() -> None:
    assert shown_words(Shown((678,), (), (809, 800))) == (
        "678 (Windows 98, ME, NT 4); 809 or 800 (Windows Vista and later)"
    )
    assert shown_words(Shown()) == ""
    assert "629, 646" in numbers_known()


def test_the_book_of_numbers_is_json_too() -> None:
    found = cause_json(742)
    assert found["number"] == 742
    assert found["causes"]
