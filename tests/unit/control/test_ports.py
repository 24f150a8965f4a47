from dataclasses import replace

import pytest

from gateway.control.board import Nic
from gateway.control.ports import (
    Pin,
    Port,
    Unsettled,
    find_ports,
    interface_of,
    pin_ports,
    plugged,
    problems_of,
)
from tests.unit.control.boards import MACS, NICS, OTHER, PATHS, profile_of

PROFILE = profile_of()
PINS = [Pin("outside", PATHS[0], MACS[0]), Pin("inside", PATHS[1], MACS[1])]
STRANGER = "00:00:5e:00:53:99"
ELSEWHERE = "pci0000:00/0000:00:1c.0/0000:05:00.0"


def ports_of(*nics: Nic, pins: list[Pin] = PINS) -> list[Port]:
    return find_ports(PROFILE, nics, pins)


def test_ports_carry_their_labels_and_what_is_proposed() -> None:
    found = [(port.label, port.name, port.proposed, port.role) for port in ports_of(*NICS, pins=[])]
    assert found == [("WAN", "eth0", "outside", ""), ("LAN", "eth1", "inside", "")]


def test_pinned_ports_are_found_whatever_the_kernel_calls_them() -> None:
    swapped = (replace(NICS[0], name="eth1"), replace(NICS[1], name="eth0"))
    found = ports_of(*swapped)
    assert all(port.pinned and not port.problem for port in found)
    assert (interface_of("outside", found), interface_of("inside", found)) == ("eth1", "eth0")


def test_cards_that_changed_places_are_not_guessed() -> None:
    found = ports_of(replace(NICS[0], path=PATHS[1]), replace(NICS[1], path=PATHS[0]))
    assert not any(port.pinned for port in found)
    with pytest.raises(Unsettled, match=f"outside port was at {PATHS[0]} and its card is now"):
        interface_of("outside", found)


def test_another_card_in_the_same_place_is_not_guessed() -> None:
    found = ports_of(replace(NICS[0], mac=STRANGER), NICS[1])
    with pytest.raises(Unsettled, match=f"its address is {STRANGER}, and it was {MACS[0]}.*assign"):
        interface_of("outside", found)
    assert interface_of("inside", found) == "eth1"


def test_a_card_that_is_gone_is_told() -> None:
    found = ports_of(NICS[1])
    assert (found[-1].label, found[-1].name) == ("WAN", "")
    with pytest.raises(Unsettled, match="the outside port is gone: no card at"):
        interface_of("outside", found)


def test_a_card_that_took_the_place_of_two_is_told_of_both() -> None:
    found = ports_of(replace(NICS[0], path=PATHS[1]))
    assert "was at" in found[0].problem
    assert "another card is where the inside port was" in found[0].problem
    with pytest.raises(Unsettled):
        interface_of("inside", found)


def test_the_same_plug_under_the_firmwares_other_numbering_is_the_same() -> None:
    found = ports_of(replace(NICS[0], path=OTHER), NICS[1])
    assert interface_of("outside", found) == "eth0"


def test_a_new_card_has_no_role_and_is_no_problem() -> None:
    found = ports_of(*NICS, Nic("eth2", ELSEWHERE, STRANGER))
    assert (found[2].label, found[2].role, found[2].pinned, found[2].problem) == ("eth2", "", 0, "")
    assert interface_of("outside", found) == "eth0"


@pytest.mark.parametrize("mac", ["", MACS[0]])
def test_a_card_that_hides_its_address_is_pinned_by_its_path(mac: str) -> None:
    found = ports_of(replace(NICS[0], mac=""), pins=[Pin("outside", PATHS[0], mac)])
    assert interface_of("outside", found) == "eth0"


def test_an_address_that_two_cards_have_pins_nothing() -> None:
    twins = [replace(nic, mac=STRANGER) for nic in NICS]
    found = find_ports(PROFILE, twins, [Pin("outside", PATHS[0], STRANGER)])
    assert [port.mac for port in found] == ["", ""]
    assert interface_of("outside", found) == "eth0"


def test_a_role_that_nobody_has_is_told() -> None:
    with pytest.raises(Unsettled, match="no port is assigned as outside. Assign it under Ports"):
        interface_of("outside", ports_of(*NICS, pins=[]))


def test_a_role_that_two_have_is_told() -> None:
    pins = [replace(PINS[0]), replace(PINS[1], role="outside")]
    with pytest.raises(Unsettled, match="2 ports are assigned as outside"):
        interface_of("outside", ports_of(*NICS, pins=pins))


def test_assigning_makes_pins_for_all_ports() -> None:
    ports = ports_of(*NICS, Nic("eth2", ELSEWHERE, STRANGER), pins=[])
    assert pin_ports(ports, {PATHS[0]: "inside", PATHS[1]: "outside"}) == [
        Pin("inside", PATHS[0], MACS[0]),
        Pin("outside", PATHS[1], MACS[1]),
        Pin("unused", ELSEWHERE, STRANGER),
    ]


def test_assigning_again_settles_what_was_open() -> None:
    nics = (replace(NICS[0], mac=STRANGER), NICS[1])
    pins = pin_ports(ports_of(*nics), {PATHS[0]: "outside", PATHS[1]: "inside"})
    found = find_ports(PROFILE, nics, pins)  # type: ignore[arg-type]  # there are no problems
    assert interface_of("outside", found) == "eth0"


@pytest.mark.parametrize(
    ("roles", "what"),
    [
        ({}, "0 ports are outside, and it must be one"),
        ({PATHS[0]: "outside", PATHS[1]: "outside"}, "2 ports are outside, and it must be one"),
        ({PATHS[0]: "inside", PATHS[1]: "inside"}, "2 ports are inside, and one is the most"),
        ({PATHS[0]: "outside", ELSEWHERE: "inside"}, f"there is no port at '{ELSEWHERE}'"),
        ({PATHS[0]: "outside", PATHS[1]: "lan"}, "there is no role 'lan'"),
    ],
)
def test_an_assignment_that_cannot_be_is_refused(roles: dict[str, str], what: str) -> None:
    told = [getattr(problem, "what", "") for problem in pin_ports(ports_of(*NICS, pins=[]), roles)]
    assert what in told


def test_a_cable_that_is_put_in_shows_the_port() -> None:
    dark = ports_of(*NICS)
    lit = ports_of(NICS[0], replace(NICS[1], link=True))
    assert plugged(dark, lit) == [PATHS[1]]
    assert plugged(lit, lit) == []


def test_problems_of_ports_are_told_as_all_others_are() -> None:
    found = problems_of(ports_of(replace(NICS[0], mac=STRANGER), NICS[1]))
    assert [(one.where, one.warning) for one in found] == [("port WAN", False)]
    assert "assign the ports again" in found[0].hint
