"""The page of all users whose passwords the box knows."""

import pytest

from gateway.user.console.ends import Ends
from gateway.user.console.pages.passwords import OneUser, Passwords, check, password_form
from tests.unit.user.console.agents import FakeBox, talk


def test_it_is_behind_the_routes(ends: Ends) -> None:
    told = talk(ends, "4", "p")
    assert "Users and passwords" in told
    assert "PRESS\\ada (with LM hash)" in told


def test_nobody_is_said_to_be_nobody(ends: Ends, box: FakeBox) -> None:
    box.users = []
    said = "There is none yet: press l for the LAN, n for MPPE."
    assert said in Passwords(ends).view().text


def test_both_kinds_of_user_are_on_it(ends: Ends, box: FakeBox) -> None:
    box.lan["chap-secrets"] = "operator * x *\n"
    rows = Passwords(ends).view().rows
    assert [(row.key, row.text) for row in rows] == [
        ("1", "PRESS\\ada (with LM hash)"),
        ("2", "operator on every route into the LAN (*)"),
    ]


def test_hashes_that_cannot_be_opened_do_not_hide_the_others(ends: Ends, box: FakeBox) -> None:
    box.lan["chap-secrets"] = "operator * x *\n"
    box.refuses["users"] = ("the TPM does not open them", "Store them again")
    view = Passwords(ends).view()
    assert view.text[-1] == "the TPM does not open them. Store them again."
    assert [row.key for row in (*view.rows, *view.keys)] == ["1", "l", "n"]


def test_a_user_is_stored_at_once(ends: Ends, box: FakeBox) -> None:
    form = password_form(ends)
    values = {"name": "bob", "password": "secret", "lm": "no"}
    assert form.check(values) == []
    form.submit(values)
    assert box.asked[-1] == {"verb": "users.add", "name": "bob", "password": "secret", "lm": False}
    assert [one.secret for one in form.fields] == [False, True, False]


def test_another_password_is_asked_for_without_the_name(ends: Ends, box: FakeBox) -> None:
    form = password_form(ends, "PRESS\\ada")
    form.submit({"password": "other", "lm": "yes"})
    assert box.asked[-1]["name"] == "PRESS\\ada"
    assert [one.name for one in form.fields] == ["password", "lm"]


def test_a_user_is_forgotten_only_after_a_question(ends: Ends, box: FakeBox) -> None:
    told = talk(ends, "4", "p", "1", "2", "1")
    assert "Forget PRESS\\ada?" in told
    assert box.asked[-3]["verb"] == "users.remove"
    assert "The password of PRESS\\ada is forgotten." in told


@pytest.mark.parametrize(
    ("name", "values", "what"),
    [
        ("", {"name": "", "password": "x", "lm": "no"}, "no user's name"),
        ("", {"name": "ada", "password": "", "lm": "no"}, "a password is missing"),
        ("ada", {"password": "x" * 15, "lm": "yes"}, "no LM hash"),
    ],
)
def test_what_would_be_refused_is_said_before(name: str, values: dict[str, str], what: str) -> None:
    [problem] = check(name, values)
    assert what in problem.what


def test_a_page_of_one_user_has_both_choices(ends: Ends) -> None:
    assert [row.text for row in OneUser(ends, "ada").view().rows] == [
        "Another password",
        "Forget it",
    ]
