"""Where clients were seen."""

from gateway.ike.places import MOST_PLACES, MOST_SEEN, Places

HERE, THERE = b"\xcb\0\x71\7", b"\xcb\0\x71\x63"


def test_the_newest_comes_first_and_nobody_twice() -> None:
    places = Places()
    for name in ("press", "lathe", "press"):
        places.see(name, HERE)
    assert places.order(HERE) == {"press": 0, "lathe": 1}
    assert places.order(THERE) == {}
    assert (HERE in places, THERE in places) == (True, False)


def test_places_and_names_are_bounded_the_oldest_goes() -> None:
    places = Places()
    for number in range(MOST_SEEN + 1):
        places.see(f"pc-{number}", HERE)
    assert len(places.order(HERE)) == MOST_SEEN
    assert "pc-0" not in places.order(HERE)
    for number in range(MOST_PLACES):
        places.see("pc", number.to_bytes(4, "big"))
    assert HERE not in places
    assert bytes(4) in places
