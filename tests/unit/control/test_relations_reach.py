from gateway.control.limits import MOST_REACH
from tests.unit.control.written import CLIENT, OUTSIDE, ROUTE, config_of, told


def reaching(*places: str) -> str:
    listed = ", ".join(f'"{place}"' for place in places)
    return OUTSIDE + CLIENT + f"reach = [{listed}]\n" + ROUTE


def test_places_of_a_client_arrive_typed() -> None:
    text = reaching("10.10.0.2 tcp/139", "10.10.0.0/24 icmp")
    assert told(text) == []
    places = config_of(text).clients[0].reach
    assert places is not None
    assert [(one.protocols, one.low) for one in places] == [((6,), 139), ((1,), 0)]


def test_who_says_nothing_has_no_places_and_no_problem() -> None:
    assert told(OUTSIDE + CLIENT + ROUTE) == []
    assert config_of(OUTSIDE + CLIENT + ROUTE).clients[0].reach is None


def test_a_word_for_all_or_none_stands_alone() -> None:
    what = "client[1].reach: says everything or nothing, and something else beside it"
    assert told(reaching("everything", "10.10.0.2")) == [what]
    assert told(reaching("10.10.0.2", "nothing")) == [what]
    assert told(reaching("nothing")) == told(reaching("everything")) == []


def test_places_are_few() -> None:
    assert told(reaching(*["10.10.0.2"] * MOST_REACH)) == []
    [problem] = told(reaching(*["10.10.0.2"] * (MOST_REACH + 1)))
    assert "names 65 places, and 64 are the most" in problem
