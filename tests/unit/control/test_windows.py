from pathlib import Path

import pytest

from gateway.control.advice import ADVICE
from gateway.control.causes import Cause
from gateway.control.windows import FAMILIES, OFTEN, SCREENS, causes_of, families, is_seen

ASKED_FOR = (629, 678, 691, 718, 720, 733, 742, 768, 781, 789, 791, 792, 809)
UNSEEN_NUMBERS = (766, 768, 781, 786, 791)  # Windows has sent nothing when it shows these
README = Path(__file__).parents[3] / "README.md"


def test_every_number_of_a_cause_is_known_and_every_known_number_has_a_cause() -> None:
    used = {number for advice in ADVICE.values() for number in advice.shown.all}
    assert used == set(SCREENS)
    assert used >= set(ASKED_FOR)


@pytest.mark.parametrize("number", SCREENS)
def test_a_number_has_windows_words_and_something_to_do_there(number: int) -> None:
    screen = SCREENS[number]
    assert screen.text.endswith(".")
    assert not screen.there.endswith(".")
    assert families(number)
    assert causes_of(number)


@pytest.mark.parametrize("number", SCREENS)
def test_advice_of_another_number_names_one_that_has_its_own(number: int) -> None:
    there = SCREENS[number].there
    other = int(there.removeprefix("As for ")[:3]) if there.startswith("As for ") else 0
    assert not other or not SCREENS[other].there.startswith("As for ")


def test_numbers_of_ipsec_are_not_shown_by_what_knows_no_ipsec() -> None:
    for number in (768, 781, 786, 788, 789, 790, 791, 792, 809):
        assert FAMILIES["old"] not in families(number)
    assert families(809) == (FAMILIES["later"],)
    assert families(768) == (FAMILIES["nt5"],)


def test_the_causes_met_most_often_come_first() -> None:
    assert causes_of(678)[:2] == (Cause.WRONG_KEY, Cause.NOTHING_ARRIVES)
    assert causes_of(789)[0] is Cause.WRONG_KEY
    assert causes_of(691)[0] is Cause.USER_REFUSED
    assert causes_of(742) == (Cause.ENCRYPTION_DEMANDED, Cause.SERVER_DEMANDS_ENCRYPTION)
    assert causes_of(792)[0] in OFTEN
    assert causes_of(1) == ()


def test_a_cause_is_told_once_for_a_number() -> None:
    for number in SCREENS:
        found = causes_of(number)
        assert len(set(found)) == len(found)


def test_certificates_refused_or_missing_have_numbers_of_their_own() -> None:
    assert Cause.NO_CERTIFICATE_AT_CLIENT in causes_of(781)
    assert Cause.CERTIFICATE_TIME in causes_of(790)


@pytest.mark.parametrize("number", ASKED_FOR)
def test_the_readme_says_what_to_do_at_the_machine(number: int) -> None:
    assert f"| {number} |" in README.read_text()


def test_some_numbers_have_no_cause_that_the_gateway_can_see() -> None:
    assert tuple(number for number in sorted(SCREENS) if not is_seen(number)) == UNSEEN_NUMBERS


def test_the_readme_names_the_numbers_of_which_the_gateway_sees_nothing() -> None:
    asked = [str(number) for number in UNSEEN_NUMBERS if number in ASKED_FOR]
    rest = [str(number) for number in UNSEEN_NUMBERS if number not in ASKED_FOR]
    told = f"{', '.join(asked[:-1])} and {asked[-1]} ({' and '.join(rest)} likewise)"
    assert f"Of {told} the gateway sees nothing" in README.read_text()
