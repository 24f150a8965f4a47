"""The command on a box, asked; its refusals as it words them."""

import pytest

from gateway.user.client import DaemonError
from gateway.user.remote.ask import EMPTY, ask, system_of, tell
from gateway.user.remote.outcomes import RefusedThere
from gateway.user.remote.words import Said
from tests.unit.user.remote.lines import Line, says


def test_an_answer_is_what_it_says_as_json() -> None:
    line = Line(lambda words: says({"version": "0.1.0"}))
    assert ask(line, "box") == {"version": "0.1.0"}
    assert line.asked == [("box", "--json")]


def test_an_answer_with_problems_is_an_answer() -> None:
    assert ask(Line(lambda words: says({"rules_ok": False}, 1)), "status") == {"rules_ok": False}


def test_a_refusal_is_told_with_its_hint_and_its_status() -> None:
    answer = says({"error": "the daemon is not running", "hint": "Start it"}, 3)
    with pytest.raises(RefusedThere, match="the daemon is not running") as refused:
        ask(Line(lambda words: answer), "status")
    assert (refused.value.hint, refused.value.status) == ("Start it", 3)


@pytest.mark.parametrize("out", ["", "no JSON", "[" * 100_000])
def test_what_is_no_json_is_a_refusal_in_the_words_of_its_standard_error(out: str) -> None:
    with pytest.raises(RefusedThere, match="there is no such verb") as refused:
        ask(Line(lambda words: Said(2, out, "postern: there is no such verb\n  Look\n")), "box")
    assert (refused.value.hint, refused.value.status) == ("Look", 2)


def test_who_says_nothing_at_all_is_quoted_with_the_status() -> None:
    with pytest.raises(RefusedThere, match="`postern box` has ended there with status 0"):
        ask(Line(lambda words: Said(0, "", "")), "box")


def test_a_verb_without_an_answer_is_well_or_not() -> None:
    tell(Line(lambda words: Said(0, "the box starts again\n", "")), "reboot", "--name", "gw-1")
    with pytest.raises(RefusedThere, match="not called gw-2"):
        tell(Line(lambda words: Said(1, "", "postern: it is not called gw-2\n  Look\n")), "reboot")


def test_what_a_box_says_of_itself_is_read() -> None:
    box = system_of(
        {
            "hostname": "gw-1",
            "version": "0.1.0",
            "uptime_s": 12,
            "booted": "b",
            "slots": [
                {"name": "A", "state": "good", "version": "0.0.9"},
                {"name": "B", "state": "new", "version": "0.1.0"},
            ],
            "clock_ok": False,
            "pending": {"seconds_left": 7, "by": "ada"},
            "notes": ["the stick was of no use"],
        }
    )
    assert (box.booted.version, box.other.version) == ("0.1.0", "0.0.9")
    assert (box.clock_ok, box.unconfirmed, box.notes) == (False, True, ("the stick was of no use",))


@pytest.mark.parametrize("found", [{}, {"slots": 7}, {"slots": [7], "booted": []}])
def test_what_it_leaves_out_or_garbles_is_empty(found: object) -> None:
    assert system_of(found).booted == EMPTY


@pytest.mark.parametrize("found", [None, [], "box"])
def test_what_is_no_table_is_no_answer(found: object) -> None:
    with pytest.raises(DaemonError, match="no answer"):
        system_of(found)
