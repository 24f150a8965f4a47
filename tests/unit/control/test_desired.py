"""All of a wish, or only what it names."""

import tomllib

import pytest

from gateway.control.canonical import Unreadable
from gateway.control.desired import merged, replaced
from gateway.control.diff import diff
from gateway.control.edit import EditError
from tests.unit.control.written import CLIENT, GOOD, OUTSIDE, ROUTE

PIN = """
[[port]]
role = "outside"
path = "pci0000:00/0000:00:02.0"
mac = "00:0d:b9:00:00:01"
"""
OTHER = PIN.replace("02.0", "03.0")


def test_what_a_wish_does_not_name_goes_but_for_the_pins_of_the_ports() -> None:
    found = replaced("# mine\n" + GOOD + PIN, OUTSIDE)
    assert diff(found, OUTSIDE + PIN).changed == 0
    assert "mine" not in found


def test_pins_that_a_wish_names_are_taken() -> None:
    assert replaced(GOOD + PIN, GOOD + OTHER) == GOOD + OTHER


def test_without_pins_a_wish_is_taken_as_it_is_written() -> None:
    assert replaced("", GOOD) == GOOD


def test_merging_what_is_there_changes_not_a_letter() -> None:
    assert merged(GOOD, GOOD) == GOOD


def test_merging_leaves_alone_what_the_wish_does_not_name() -> None:
    wish = '[outside]\nmtu = 1400\n[[client]]\nname = "press-3"\nweak_until = 2030-01-31\n'
    found = tomllib.loads(merged("# mine\n" + GOOD, wish))
    assert found["outside"]["mtu"] == 1400
    assert found["client"][0]["psk"] == "hunter2-hunter2"
    assert found["client"][0]["weak_until"].isoformat() == "2030-01-31"
    assert merged("# mine\n" + GOOD, wish).startswith("# mine\n")


def test_merging_adds_entries_of_new_names() -> None:
    found = tomllib.loads(merged(GOOD, CLIENT.replace("press-3", "press-4")))
    assert [one["name"] for one in found["client"]] == ["press-3", "press-4"]


def test_a_version_in_the_wish_is_not_written_again() -> None:
    assert merged(GOOD, "schema_version = 1\n") == GOOD


@pytest.mark.parametrize("wish", ["[broken", "[outsid]\nmtu = 1\n", "[outside]\nmut = 1\n"])
def test_a_wish_that_makes_no_sense_is_refused(wish: str) -> None:
    with pytest.raises((Unreadable, EditError)):
        merged(GOOD, wish)


def test_an_entry_without_a_name_is_left_to_the_judge() -> None:
    found = tomllib.loads(
        merged(GOOD, ROUTE.replace("name =", "server2 =").replace("server2", "dns"))
    )
    assert len(found["route"]) == 2
