"""Who is waited for after an update, and what is said of it."""

from gateway.control import returning
from gateway.control.returning import Leaving
from gateway.control.sessions import SessionView

LEAVING = Leaving("aa", "boot-1", "0.2.0", ("press-3", "press-4", "till"))


def test_what_is_written_down_is_read_again() -> None:
    data = returning.leaving_to_data(LEAVING)
    assert returning.leaving_from_data(data) == LEAVING
    assert returning.leaving_from_data({**data, "machines": ["till", 7]}) == Leaving(
        "aa", "boot-1", "0.2.0", ("till",)
    )


def test_what_is_something_else_is_nothing() -> None:
    data = returning.leaving_to_data(LEAVING)
    for name in ("system", "boot", "version"):
        assert returning.leaving_from_data({**data, name: None}) is None
    assert returning.leaving_from_data({}) is None
    assert returning.leaving_from_data({**data, "machines": 7}) == Leaving("aa", "boot-1", "0.2.0")


def test_a_machine_counts_once_whose_session_lives() -> None:
    sessions = [
        SessionView(client="till", state="idle"),
        SessionView(client="press-3", state="up"),
        SessionView(client="press-3", state="up"),
        SessionView(client="press-4", state="dialling"),
        SessionView(client="press-5", state="closing"),
    ]
    assert returning.in_session(sessions) == ("press-3", "till")


def test_no_more_are_kept_than_may_be() -> None:
    many = [SessionView(client=f"m-{number}", state="up") for number in range(1500)]
    found = returning.in_session(many)
    assert len(found) == returning.MOST_KEPT
    data = {**returning.leaving_to_data(LEAVING), "machines": ["x"] * 1500}
    again = returning.leaving_from_data(data)
    assert again is not None
    assert len(again.machines) == returning.MOST_KEPT


def test_who_is_back_or_has_left_the_configuration_is_not_missing() -> None:
    assert returning.missing(LEAVING, {"press-3", "press-4"}, {"press-3"}) == ("press-4",)
    assert returning.missing(LEAVING, {"press-3"}, {"press-3"}) == ()


def test_everybody_who_looks_is_told_who_is_waited_for_and_how_long() -> None:
    assert returning.waiting(LEAVING, ("press-3",), 11.6) == (
        "press-3 had a session before the update to 0.2.0 and none since: in 12 min the box goes "
        "back by itself; set upgrade.redial_minutes to 0 to keep it whatever becomes of them"
    )
    assert "in 0 min" in returning.waiting(LEAVING, ("press-3",), -3.0)


def test_the_way_back_is_told_with_the_machine_and_what_is_known_of_it() -> None:
    assert returning.gone_back(LEAVING, ("till",), 30, "its key is another\x1b") == (
        "till had a session before the update to 0.2.0 and none within 30 min of its start "
        "(its key is another\\x1b)"
    )
    assert returning.gone_back(LEAVING, ("till",), 30, "").endswith("of its start")


def test_of_many_the_first_are_named() -> None:
    assert returning.named(["d", "b", "a", "c", "e"]) == "a, b, c and 2 more"
