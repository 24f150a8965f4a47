"""What facts add up to."""

from gateway.bridge.tally import BOUNDS, Tally
from gateway.control.causes import Cause
from gateway.outputs import Fact, What


def noted(*facts: Fact) -> Tally:
    tally = Tally()
    for fact in facts:
        tally.note(fact)
    return tally


def refusal(reason: str, detail: str = "") -> Fact:
    return Fact(What.REFUSED, 1, details={"reason": reason, "detail": detail})


def up(milliseconds: str) -> Fact:
    return Fact(What.PPP_UP, 1, details={"milliseconds": milliseconds})


def test_refusals_are_counted_by_the_cause_that_explain_names() -> None:
    tally = noted(refusal("wrong key"), refusal("wrong key"), refusal("no common suite", "des"))
    assert tally.failures == {Cause.WRONG_KEY: 2, Cause.NO_PROPOSAL: 1}


def test_strangers_words_make_no_new_count() -> None:
    tally = noted(*(refusal(f"of my own making {number}") for number in range(50)))
    assert tally.failures == {Cause.UNKNOWN: 50}


def test_a_dial_is_in_the_first_bucket_whose_bound_is_not_below_it() -> None:
    tally = noted(up("250"), up("251"), up("61000"))
    assert tally.setups[:2] == [1, 1]
    assert tally.setups[len(BOUNDS)] == 1
    assert tally.setup_seconds == 61.501


def test_a_link_that_came_up_again_says_no_time_and_is_no_dial() -> None:
    assert sum(noted(Fact(What.PPP_UP, 1)).setups) == 0
