from gateway.control.story import Story, Whose
from gateway.outputs import Fact, What

PEER = "203.0.113.7:62001"


def story(*kinds: What | Fact) -> Story:
    facts = [kind if isinstance(kind, Fact) else Fact(kind, 1) for kind in kinds]
    entries = tuple((100.0 + place, fact) for place, fact in enumerate(facts))
    return Story(1, Whose.ITS, entries, now=200.0)


def test_its_age_is_that_of_its_last_fact() -> None:
    assert story(What.DIAL_STARTED, What.OFFERED).age == 99.0


def test_the_endpoint_is_the_last_that_was_told() -> None:
    first, second = Fact(What.DIAL_STARTED, 1, "203.0.113.7:500"), Fact(What.FLOATED, 1, PEER)
    assert story(first, second, What.SA_READY).peer == PEER
    assert story(What.SA_READY).peer == ""


def test_the_last_of_some_kinds() -> None:
    told = story(What.REFUSED, What.SA_READY, What.REFUSED)
    assert told.place(What.REFUSED) == 2
    assert told.place(What.PPP_UP) == -1
    assert told.last(What.REFUSED, What.SA_READY) is told.entries[2][1]
    assert told.last(What.PPP_UP) is None


def test_what_came_after_a_fact_counts_from_that_fact_itself() -> None:
    quiet = Fact(What.SILENCE, 1, details={"where": "l2tp"})
    other = Fact(What.SILENCE, 1, details={"where": "traffic"})
    told = story(quiet, What.TUNNEL_OPENED, other)
    assert told.after(quiet, (What.TUNNEL_OPENED,))
    assert not told.after(other, (What.TUNNEL_OPENED,))
    assert told.silence("traffic") is other
    assert told.silence("gre") is None


def test_it_is_up_until_its_session_ends() -> None:
    assert story(What.PPP_UP).is_up
    assert not story(What.PPP_UP, What.SESSION_CLOSED).is_up
    assert story(What.PPP_UP, What.SESSION_CLOSED, What.PPP_UP).is_up
    assert not story(What.SA_READY).is_up


def test_the_first_refusal_counts_for_what_follows_comes_of_it() -> None:
    first, second = Fact(What.REFUSED, 1, details={"n": "1"}), Fact(What.REFUSED, 1)
    assert story(What.LCP_OPENED, first, second).refusal is first


def test_a_refusal_that_progress_followed_is_over() -> None:
    assert story(What.REFUSED, What.SA_READY).refusal is None
    assert story(What.DIAL_STARTED).refusal is None
