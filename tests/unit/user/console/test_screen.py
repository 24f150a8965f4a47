"""Pages as canvases, without a terminal."""

import pytest

from gateway.control.problems import Problem
from gateway.user.console.ends import Ends
from gateway.user.console.model import (
    Back,
    Field,
    Form,
    Open,
    Row,
    Stay,
    Step,
    Told,
    Values,
    View,
    Walk,
)
from gateway.user.console.pages.home import Home
from gateway.user.console.pages.sessions import short_natt
from gateway.user.console.screen import Screen, rest_after
from gateway.user.console.terminal import fit_letters
from tests.unit.user.console.agents import FakeBox, FakeDaemon, session

SIZE = (80, 24)


def screen_of(ends: Ends, *steps: Step) -> Screen:
    walk = Walk(Home(ends))
    for step in steps:
        walk.go(step)
    found = Screen(ends, walk, fit_letters)
    found.look()
    return found


def rows(screen: Screen, size: tuple[int, int] = SIZE) -> list[str]:
    return [line.decode().rstrip() for line in screen.frame.render(size, focus=True).text]


def press(screen: Screen, *keys: str) -> None:
    """As the main loop does: what no widget takes is the screen's."""
    for key in keys:
        left = screen.frame.keypress(SIZE, key)
        screen.key(left) if left else None


def test_after_a_look_keys_come_first_but_a_long_wait_for_an_agent_is_no_work() -> None:
    assert rest_after(0.5) == 2.5
    assert rest_after(7.0) == rest_after(2.0) == 10.0


@pytest.mark.parametrize("size", [(80, 24), (80, 25), (100, 40)])
def test_the_main_menu_fits_and_shows_everything(ends: Ends, size: tuple[int, int]) -> None:
    found = rows(screen_of(ends), size)
    assert found[0].startswith("Postern 0.1.0  gw-lab-1")
    assert found[4].startswith("-- Main menu ---")
    assert found[5] == "  1  Status and live sessions"
    assert "  0  Log out" in found
    assert found[-1] == "Enter: choose   ?: help"


def test_the_first_page_of_a_new_box_fits_and_leads_to_what_is_to_be_known_of_it(
    ends: Ends, box: FakeBox
) -> None:
    box.claimed = False
    advice = ["Many of these have no serial plug: keep a screen at hand", "They grow hot"]
    box.status = {"board": {"name": "N5105", "evidence": "from documents", "install": advice}}
    found = rows(screen_of(ends))
    assert found[6].startswith("This box belongs to nobody yet.")
    assert " 4  Leave" in found
    told = screen_of(ends)
    press(told, "3", "enter")
    assert "It is taken for: N5105." in rows(told)
    assert "They grow hot." in rows(told)


def test_before_an_update_the_boards_own_dangers_are_told(ends: Ends, box: FakeBox) -> None:
    box.status = {"board": {"upgrade": ["It may not start again: have a spare"]}}
    found = screen_of(ends)
    press(found, "9", "enter", "1", "enter")
    assert "Of this box: It may not start again: have a spare." in rows(found)


def test_a_page_to_read_that_goes_on_below_the_screen_says_so(ends: Ends) -> None:
    long, short = (
        screen_of(ends, Open(Told("Why", tuple(f"{letter * 79}" for letter in letters))))
        for letters in ("abcdefghijklmnopqr", "abcdefghijklmnopq")
    )
    assert rows(long)[-1] == "PgUp, PgDn: read on   b: back   ?: help"
    assert "r" * 79 not in rows(long)
    press(long, "page down")
    assert "r" * 79 in rows(long)
    assert rows(short)[-1] == "b: back   ?: help"
    assert "q" * 79 in rows(short)


def test_on_a_narrow_screen_rows_are_cut_and_not_wrapped(ends: Ends) -> None:
    assert all(len(line) <= 40 for line in rows(screen_of(ends), (40, 24)))


def test_a_table_keeps_its_head_while_it_scrolls(ends: Ends, daemon: FakeDaemon) -> None:
    daemon.sessions = [session(number) for number in range(1, 501)]
    found = screen_of(ends)
    press(found, "enter", "end")
    shown = rows(found)
    assert shown[5].startswith("500 sessions")
    assert shown[7].split()[:3] == ["CLIENT", "SYSTEM", "FROM"]
    assert "500  press-500" in "\n".join(shown)


def test_the_focus_stays_on_its_row_when_rows_come_and_go(ends: Ends, daemon: FakeDaemon) -> None:
    daemon.sessions = [session(number) for number in (1, 2, 3)]
    found = screen_of(ends)
    press(found, "enter", "down", "down")
    daemon.sessions = [session(number) for number in (2, 3, 4, 5)]
    found.look()
    press(found, "enter")
    assert any(line.startswith("-- Session 3 ") for line in rows(found))


def test_long_names_do_not_break_the_table(ends: Ends, daemon: FakeDaemon) -> None:
    daemon.sessions = [session(99999, client="c" * 32, natt="n" * 20, since=8e6)]
    found = screen_of(ends)
    press(found, "enter")
    assert all(len(line) <= 80 for line in rows(found))


def test_a_page_with_much_to_read_scrolls(ends: Ends) -> None:
    found = screen_of(ends, Open(Told("Long", tuple(f"line {n}" for n in range(100)))))
    press(found, "page down", "page down")
    assert "line 40" in rows(found)


def test_a_long_line_goes_on_below_its_own_column(ends: Ends) -> None:
    line = f"     0.094 s  {'word ' * 20}"
    found = rows(screen_of(ends, Open(Told("Told", (line, "  name  value", "word " * 20)))))
    assert found[5].startswith("     0.094 s  word")
    assert found[6].startswith(" " * 14 + "word")
    assert found[7] == "  name  value"
    assert found[9].startswith("word")


def test_what_a_peer_sent_makes_no_column(ends: Ends) -> None:
    line = f"client {'x' * 100}  {'y' * 100}"
    found = rows(screen_of(ends, Open(Told("Told", (line,)))))
    assert sum(row.count("y") for row in found[5:20]) == 100


def test_numbers_choose_and_nonsense_is_told(ends: Ends) -> None:
    found = screen_of(ends)
    press(found, "9", "9")
    assert rows(found)[-2] == "Choice: 99"
    press(found, "enter")
    assert rows(found)[-2] == "There is no choice 99 here."
    press(found, "1", "2", "backspace", "enter")
    assert any(line.startswith("-- Status and live sessions") for line in rows(found))
    press(found, "0", "enter")
    assert any(line.startswith("-- Main menu") for line in rows(found))


@pytest.mark.parametrize(
    ("natt", "short"), [("rfc3947", "rfc"), ("draft-02n", "02n"), ("apple", "apple"), ("", "-")]
)
def test_a_narrow_table_tells_the_kind_of_nat_traversal_in_few_letters(
    natt: str, short: str
) -> None:
    assert short_natt(natt) == short


@pytest.mark.parametrize("key", ["b", "esc", "left", "backspace"])
def test_there_is_more_than_one_way_back(ends: Ends, key: str) -> None:
    found = screen_of(ends, Open(Told("Page", ("text",))))
    press(found, key)
    assert any(line.startswith("-- Main menu") for line in rows(found))


class Counting:
    """A page that says how often it was looked at, and has one letter to press."""

    def __init__(self) -> None:
        self.pressed = 0

    def view(self) -> View:
        return View("Counting", ("text",), keys=(Row("x", "Press", self._press, "postern x"),))

    def _press(self) -> Step:
        self.pressed += 1
        return Stay("pressed")


def test_a_letter_does_what_the_foot_says(ends: Ends) -> None:
    page = Counting()
    found = screen_of(ends, Open(page))
    assert rows(found)[-1] == "x Press   b: back   ?: help"
    press(found, "x", "y")
    assert page.pressed == 1


def test_help_tells_the_keys_and_the_commands(ends: Ends) -> None:
    found = screen_of(ends, Open(Counting()))
    press(found, "?")
    assert "    x  postern x" in rows(found)


def test_a_key_that_is_no_key_is_left_alone(ends: Ends) -> None:
    assert not screen_of(ends).key(("mouse press", 1, 0, 0))


def form(submitted: list[Values], refuses: bool = False) -> Form:
    def check(values: Values) -> list[Problem]:
        return [Problem("a.name", "is empty", "Type one")] if not values["name"] else []

    def submit(values: Values) -> Step:
        submitted.append(dict(values))
        return Back("saved")

    fields = (
        Field("name", "Name", "", "What it is called"),
        Field("kind", "Kind", "one", "Which", ("one", "two")),
    )
    return Form("A form", fields, submit, check, ("Fill it in.",))


def test_a_form_shows_its_questions_and_the_hint_of_the_one_in_focus(ends: Ends) -> None:
    found = screen_of(ends, Open(form([])))
    shown = rows(found)
    assert "Name" in shown
    assert "Kind  < one >" in shown
    assert shown[-2] == "What it is called"
    press(found, "tab")
    assert rows(found)[-2] == "Space: the next. Which"


def test_a_form_is_not_submitted_while_something_is_wrong(ends: Ends) -> None:
    submitted: list[Values] = []
    found = screen_of(ends, Open(form(submitted)))
    press(found, "tab", "tab", "enter")
    assert "name: is empty. Type one." in rows(found)
    assert submitted == []
    press(found, "shift tab", "shift tab", "x", "tab", " ", "tab", "enter")
    assert submitted == [{"name": "x", "kind": "two"}]
    assert rows(found)[-2] == "saved"


def test_back_is_a_button_and_a_key(ends: Ends) -> None:
    submitted: list[Values] = []
    found = screen_of(ends, Open(form(submitted)))
    press(found, "tab", "tab", "tab", "enter")
    assert any(line.startswith("-- Main menu") for line in rows(found))
    found = screen_of(ends, Open(form(submitted)))
    press(found, "x", "esc")
    assert submitted == []


@pytest.mark.parametrize(
    ("key", "title", "fields"),
    [
        ("l", "-- New route ", "name kind shield pool auth dns wins radius radius_secret carrier"),
        ("f", "-- Change front ", "servers direct fail"),
    ],
)
def test_a_route_into_the_lan_and_standing_in_front_fit_on_the_screen(
    ends: Ends, key: str, title: str, fields: str
) -> None:
    found = screen_of(ends)
    press(found, "4", "enter")
    assert rows(found)[-3:] == [
        "n New route to a pptp server   i New route to an l2tp-ipsec server",
        "l New route into the LAN   c Choices of route   f In front of servers",
        "p Users and passwords   Enter: choose   b: back   ?: help",
    ]
    press(found, key)
    shown = rows(found)
    assert shown[4].startswith(title)
    first = shown.index("") + 1
    asked = shown[first : shown.index("", first)]
    assert [row.split()[0] for row in asked] == fields.split()
    assert "[ Save ]" in shown


def test_users_of_the_lan_and_a_new_one_fit_on_the_screen(ends: Ends, box: FakeBox) -> None:
    lan = '[[route]]\nname = "lan"\nkind = "local"\npool = "10.10.0.150-10.10.0.199"\n'
    box.answer({"verb": "config.edit", "text": box.text + lan})
    box.lan["chap-secrets"] = "operator lan old *\n"
    found = screen_of(ends)
    press(found, "4", "enter", "p")
    shown = rows(found)
    assert shown[4].startswith("-- Users and passwords ---")
    assert " 2  operator on the route lan" in shown
    keys = "l New user of the LAN   n New user for MPPE   Enter: choose   b: back   ?: help"
    assert shown[-1] == keys
    press(found, "l", *"ada", "tab", *"se cret")
    shown = rows(found)
    assert shown[4].startswith("-- New user on the route lan ---")
    assert "[ Store ]" in shown
    press(found, "tab", "enter")
    assert " 2  ada on the route lan" in rows(found)
    assert not [row for row in rows(found) if "se cret" in row]


def test_what_was_typed_is_still_there_after_a_refusal(ends: Ends, box: FakeBox) -> None:
    box.refuses["config.set"] = ("somebody else has changed it", "Look again")
    found = screen_of(ends)
    press(found, "4", "enter", "n", *"nt4-b", "tab", "tab", *"10.10.0.3", *["tab"] * 7, "enter")
    assert "Somebody else has changed it." in rows(found)
    press(found, "b")
    assert ["name", "nt4-b"] in [row.split() for row in rows(found)]
