"""IKE and ESP of one client: one place, or one each."""

from gateway.bridge.place import Place
from tests.pair.net import endpoint

HOME, NEW, THIRD = (endpoint(f"203.0.113.7:{port}") for port in (62000, 62001, 62002))
MET = Place(HOME, HOME).hear_esp(HOME)


def places(place: Place) -> tuple[int, int]:
    """Ports of IKE and ESP."""
    return place.ike.port, place.esp.port


def test_what_comes_from_where_it_did_changes_nothing() -> None:
    assert MET.hear_esp(HOME) is MET
    assert MET.hear_ike(HOME) is MET
    assert not MET.apart


def test_esp_that_moves_takes_ike_along() -> None:
    assert places(MET.hear_esp(NEW)) == (62001, 62001)


def test_ike_that_moves_takes_esp_along() -> None:
    assert places(MET.hear_ike(NEW)) == (62001, 62001)
    assert places(Place(HOME, HOME).hear_ike(NEW)) == (62001, 62001)


def test_esp_that_never_came_from_where_ike_does_is_apart() -> None:
    apart = Place(HOME, HOME).hear_esp(NEW)
    assert places(apart) == (62000, 62001)
    assert apart.apart
    assert places(apart.hear_esp(THIRD)) == (62000, 62002)
    assert places(apart.hear_ike(THIRD)) == (62002, 62001)


def test_ike_that_still_comes_from_the_old_place_goes_back_alone() -> None:
    assert places(MET.hear_esp(NEW).hear_ike(HOME)) == (62000, 62001)


def test_esp_that_still_comes_from_the_old_place_goes_back_alone() -> None:
    assert places(MET.hear_ike(NEW).hear_esp(HOME)) == (62001, 62000)


def test_who_were_apart_can_come_together_and_then_move_together() -> None:
    for together in (
        MET.hear_esp(NEW).hear_ike(HOME).hear_ike(NEW),
        MET.hear_esp(NEW).hear_ike(HOME).hear_esp(HOME).hear_esp(NEW).hear_ike(NEW),
    ):
        assert not together.apart
        assert places(together.hear_esp(THIRD)) == (62002, 62002)


def test_where_esp_is_is_in_doubt_once_ike_alone_has_moved() -> None:
    apart = Place(HOME, HOME).hear_esp(NEW)
    assert not apart.doubtful
    assert apart.hear_ike(THIRD).doubtful
    assert not apart.hear_ike(THIRD).hear_esp(NEW).doubtful
    assert not apart.hear_ike(THIRD).hear_esp(HOME).doubtful
    assert not MET.hear_ike(NEW).doubtful


def test_who_comes_to_different_ports_of_ours_is_apart_even_from_one_of_its_own() -> None:
    """A NAT may use a port twice, for it has two targets."""
    place = Place(HOME, HOME, separate=True).hear_esp(HOME)
    assert place.apart
    assert places(place.hear_esp(NEW)) == (62000, 62001)
    floated = place.hear_floated(NEW)
    assert places(floated) == (62001, 62000)
    assert places(floated.hear_esp(NEW).hear_esp(THIRD)) == (62002, 62002)


def test_a_nat_that_moves_both_again_and_again_is_followed() -> None:
    place = MET
    for port in range(62001, 62010):
        place = place.hear_esp(endpoint(f"203.0.113.7:{port}"))
        assert places(place) == (port, port)
