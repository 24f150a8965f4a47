"""Pools and places."""

from gateway.system.virtual import Place, Pool, note
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint


def test_a_pool_is_written_as_a_network() -> None:
    assert Pool(host_bytes("100.127.0.0"), 16, "wan0").text == "100.127.0.0/16"


def test_what_comes_from_a_place_is_its_peers_unless_that_is_in_doubt() -> None:
    place = Place(host_bytes("100.127.0.1"), host_bytes("203.0.113.1"), Endpoint(bytes(4), 1))
    assert place.mapped


def test_notes_are_where_each_peer_was_last() -> None:
    noted: dict[bytes, Place] = {}
    place = Place(host_bytes("100.127.0.1"), host_bytes("203.0.113.1"), Endpoint(bytes(4), 1))
    moved = place._replace(peer=Endpoint(bytes(4), 2))
    note(noted, None, place)
    note(noted, place, moved)
    assert noted == {place.virtual: moved}
    note(noted, moved, None)
    assert noted == {}
