from collections.abc import Callable

import pytest

from gateway.control.problems import Problem
from gateway.user.client import NotRunning, Refused
from gateway.user.console.model import (
    Back,
    Field,
    Form,
    Home,
    Instead,
    Leave,
    Menu,
    Open,
    Stay,
    Step,
    Told,
    View,
    Walk,
    failure,
    numbered,
    problems_of,
    question,
    said,
    typed_word,
)

FIRST, SECOND, THIRD = (Told(name, ()) for name in ("first", "second", "third"))


def walk(*steps: Step) -> Walk:
    found = Walk(FIRST)
    for step in steps:
        found.go(step)
    return found


@pytest.mark.parametrize(
    ("steps", "top", "depth"),
    [
        ((), FIRST, 1),
        ((Open(SECOND),), SECOND, 2),
        ((Open(SECOND), Back()), FIRST, 1),
        ((Open(SECOND), Open(THIRD), Back(pages=2)), FIRST, 1),
        ((Back(), Back(pages=5)), FIRST, 1),
        ((Open(SECOND), Instead(THIRD)), THIRD, 2),
        ((Open(SECOND), Instead(THIRD), Back()), FIRST, 1),
        ((Open(SECOND), Open(THIRD), Home()), FIRST, 1),
        ((Open(SECOND), Stay()), SECOND, 2),
        ((Leave(),), FIRST, 1),
    ],
)
def test_steps_lead_where_they_say(steps: tuple[Step, ...], top: Told, depth: int) -> None:
    found = walk(*steps)
    assert (found.top, found.depth) == (top, depth)


def test_what_an_action_has_to_say_stays_until_the_next() -> None:
    found = walk(Open(SECOND))
    found.do(lambda: Back("done"))
    assert found.told == "done"
    found.do(Stay)
    assert found.told == ""


def test_an_action_that_is_refused_becomes_a_page_with_the_hint() -> None:
    found = walk()
    found.do(_raising(Refused("there is no session 7", "See `postern sessions`")))
    assert found.top == Told(
        "This could not be done",
        ("There is no session 7.", "", "See `postern sessions`."),
    )


def _raising(error: Exception) -> Callable[[], Step]:
    def action() -> Step:
        raise error

    return action


class Broken:
    def view(self) -> View:
        raise NotRunning("the daemon is not running", "Start it")


def test_a_page_that_cannot_be_shown_says_why_and_is_tried_again() -> None:
    view = walk().view(Broken())
    assert view.text == ("The daemon is not running.", "", "Start it.")
    assert view.refresh > 0


def test_choices_are_numbered_from_one() -> None:
    menu = Menu("Title", (("one", Stay, "postern one"), ("two", Back, "")), ("text",))
    view = menu.view()
    assert [(row.key, row.text, row.command) for row in view.rows] == [
        ("1", "one", "postern one"),
        ("2", "two", ""),
    ]
    assert view.rows == numbered(menu.choices)


def test_a_question_can_be_answered_by_going_back() -> None:
    rows = question("Sure?", ("It ends.",), "Yes", Home).view().rows
    assert [row.do() for row in rows] == [Home(), Back()]


def test_only_errors_hold_a_form_back_and_a_problem_is_told_by_its_question() -> None:
    error = Problem("client[3].name", "is empty", "Type one")
    warning = Problem("client[3].psk", "is short", "Take a longer", warning=True)
    assert problems_of([error, warning]) == [error]
    form = Form("Title", (Field("name", "Name"), Field("psk", "Key")), lambda values: Stay())
    assert said(error, form) == "name: is empty. Type one."
    assert said(warning, form) == "psk: warning: is short. Take a longer."


def test_a_problem_of_something_that_the_form_does_not_ask_is_told_with_its_place() -> None:
    form = Form("Title", (Field("addresses", "Addresses"),), lambda values: Stay())
    own, other = Problem("pair.addresses[2]", "is none", "Go"), Problem("box.name", "is none", "Go")
    assert said(own, form) == "addresses[2]: is none. Go."
    assert said(other, form) == "box.name: is none. Go."


def test_a_word_must_be_typed_as_it_is() -> None:
    check = typed_word("name", "gw-1")
    assert check({"typed": " gw-1 "}) == []
    assert [one.where for one in check({"typed": "gw-2"})] == ["name"]
    assert check({}) != []


def test_a_failure_keeps_its_words() -> None:
    assert failure(Refused("no", "Wait"), "Title") == Told("Title", ("No.", "", "Wait."))
