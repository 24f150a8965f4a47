"""One user of a route into the LAN, and the form for a new one."""

import pytest

from gateway.user.client import DaemonError
from gateway.user.console.ends import Ends
from gateway.user.console.model import Form, Open
from gateway.user.console.pages.lan_users import OneLanUser, lan_form
from gateway.user.console.pages.passwords import Passwords
from tests.unit.user.console.agents import CONFIG, FakeBox, talk

LAN = '[[route]]\nname = "lan"\nkind = "local"\npool = "10.10.0.150-10.10.0.199"\n'
PAP = LAN.replace('"lan"', '"lathes"') + 'auth = ["pap"]\n'
RADIUS = LAN + 'radius = "10.10.0.5"\nradius_secret = "a long random text"\n'
VALUES = {"name": "operator", "password": "type metal"}


def edit(box: FakeBox, more: str) -> None:
    """There are such routes, in a configuration that is not in force yet."""
    answer = box.answer({"verb": "config.edit", "text": CONFIG + more})
    assert answer["ok"], answer


def form_of(ends: Ends) -> Form:
    step = lan_form(ends)
    assert isinstance(step, Open)
    assert isinstance(step.page, Form)
    return step.page


def test_a_user_is_stored_at_once_and_only_the_file_has_the_password(
    ends: Ends, box: FakeBox
) -> None:
    edit(box, LAN)
    told = talk(ends, "4", "p", "l", "operator", "type metal", "yes")
    assert "New user on the route lan" in told
    assert "The password of operator is stored, and holds for the next dial." in told
    assert "2) operator on the route lan" in told
    assert "type metal" not in told
    assert box.lan == {"chap-secrets": '"operator" "lan" "type metal" *\n'}


def test_of_several_routes_one_is_chosen(ends: Ends, box: FakeBox) -> None:
    edit(box, LAN + PAP)
    form = form_of(ends)
    assert [(one.name, one.choices, one.secret) for one in form.fields] == [
        ("name", (), False),
        ("route", ("lan", "lathes"), False),
        ("password", (), True),
    ]
    form.submit({**VALUES, "route": "lathes"})
    assert list(box.lan) == ["pap-secrets"]


def test_a_user_gets_another_password_without_being_named_again(ends: Ends, box: FakeBox) -> None:
    edit(box, LAN)
    box.lan["chap-secrets"] = "operator lan old 10.10.0.160 # mine\n"
    talk(ends, "4", "p", "2", "1", "new", "yes")
    assert box.lan["chap-secrets"] == 'operator lan "new" 10.10.0.160 # mine\n'


def test_a_user_is_forgotten_only_after_a_question(ends: Ends, box: FakeBox) -> None:
    edit(box, LAN)
    box.lan["chap-secrets"] = "operator lan old *\n"
    told = talk(ends, "4", "p", "2", "2", "1")
    assert "Forget operator on lan?" in told
    assert "The password of operator is forgotten." in told
    assert box.lan["chap-secrets"] == ""


def test_whoever_is_on_every_route_can_only_be_forgotten(ends: Ends, box: FakeBox) -> None:
    box.lan["chap-secrets"] = "operator * x *\n* lan x *\nada old x *\n"
    view = Passwords(ends).view()
    found = [row.do() for row in view.rows[1:]]
    pages = [step.page for step in found if isinstance(step, Open)]
    rows = [
        [row.text for row in page.view().rows] for page in pages if isinstance(page, OneLanUser)
    ]
    assert rows == [["Forget it"]] * 3


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"name": "*"}, "no name of a user"),
        ({"password": ""}, "a password is missing"),
        ({"password": "@/etc/shadow"}, "is a file to pppd"),
    ],
)
def test_what_would_be_refused_is_said_before(
    ends: Ends, box: FakeBox, values: dict[str, str], what: str
) -> None:
    edit(box, LAN)
    [problem] = form_of(ends).check(VALUES | values)
    assert what in problem.what
    assert not form_of(ends).check(VALUES)


@pytest.mark.parametrize(
    ("more", "what"), [("", "no route into the LAN"), (RADIUS, "a RADIUS server knows")]
)
def test_without_such_a_route_it_is_said_what_to_do(
    ends: Ends, box: FakeBox, more: str, what: str
) -> None:
    edit(box, more)
    with pytest.raises(DaemonError, match=what) as found:
        lan_form(ends)
    assert found.value.hint
