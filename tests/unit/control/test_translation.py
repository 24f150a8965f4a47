import pytest

from gateway.control.story import Story, Whose
from gateway.control.translation import untraversed
from gateway.outputs import Fact, What

TRANSLATED, OWN = "203.0.113.7:62001", "203.0.113.7:500"


def offer(peer: str, natt: str = "none") -> Fact:
    return Fact(What.OFFERED, 1, peer, {"natt": natt})


def calls_itself(identity: str) -> Fact:
    return Fact(What.AUTHENTICATED, 1, OWN, {"identity": identity})


def silence(packets: str) -> Fact:
    return Fact(What.SILENCE, 1, OWN, {"where": "l2tp", "packets": packets})


def story(*facts: Fact) -> Story:
    return Story(1, Whose.ITS, tuple((1.0, one) for one in facts), 2.0)


def test_another_port_than_that_of_ike_shows_a_nat() -> None:
    first = offer(TRANSLATED)
    assert untraversed(story(first)) == (first,)


def test_another_address_than_it_calls_itself_by_shows_a_nat_that_keeps_ports() -> None:
    facts = (offer(OWN), calls_itself("192.168.1.2"))
    assert untraversed(story(*facts)) == facts


def test_that_nothing_came_afterwards_shows_it_too() -> None:
    facts = (offer(TRANSLATED), silence("0"))
    assert untraversed(story(*facts)) == facts


@pytest.mark.parametrize("identity", ["203.0.113.7", "press-3.example", "", "C=DE, CN=press-3"])
def test_its_own_address_or_a_name_shows_none(identity: str) -> None:
    assert untraversed(story(offer(OWN), calls_itself(identity))) == ()


@pytest.mark.parametrize(
    "facts",
    [
        (),
        (offer(TRANSLATED, "draft-02n"),),
        (offer(TRANSLATED), Fact(What.TUNNEL_OPENED, 1, TRANSLATED)),
        (offer(TRANSLATED), silence("3")),
    ],
    ids=["no offer", "it knows NAT traversal", "its tunnel is open", "its data comes"],
)
def test_a_client_without_that_trouble_is_not_told_of_it(facts: tuple[Fact, ...]) -> None:
    other = Fact(What.DIAL_STARTED, 1, TRANSLATED)
    assert untraversed(story(other, *facts)) == ()
