"""Plugs and roles, with the profile of the emulated board."""

import pytest

from gateway.control.board import Nic
from gateway.control.changes_outputs import Refused
from gateway.control.ports import Pin
from gateway.control.profile import Profile, load_profile
from gateway.system.box.ports import BoxPorts, with_pins
from tests.unit.system.box.machine import CONFIG, FACTORY
from tests.unit.system.box.test_network import config

PROFILE = b"""
[board]
id = "emulated"
name = "Emulated"
[[match]]
product_name = ["Emulated"]
[[port]]
label = "1"
role = "outside"
place = 1
[[port]]
label = "2"
role = "inside"
place = 2
[[port]]
label = "3"
place = 3
[evidence]
state = "from documents"
sources = ["a test"]
"""
NICS = [
    Nic(f"enp0s{n + 1}", f"pci0000:00/0000:00:0{n + 1}.0", f"52:54:00:00:00:0{n}", "virtio_net")
    for n in (1, 2, 3)
]


def profile() -> Profile:
    found = load_profile(PROFILE, "emulated")
    assert isinstance(found, Profile), found
    return found


def ports() -> BoxPorts:
    return BoxPorts(profile(), lambda: list(NICS))


def test_until_somebody_decides_the_profiles_proposal_holds() -> None:
    found = ports().of(config(FACTORY))
    assert [port.role for port in found] == ["outside", "inside", ""]
    assert not any(port.pinned for port in found)
    assert [port.role for port in ports().of(None)] == ["outside", "inside", ""]


def test_pins_of_the_configuration_hold_after_that() -> None:
    found = ports().of(config())
    assert [(port.role, port.pinned) for port in found] == [
        ("outside", True),
        ("inside", True),
        ("", False),
    ]


def test_the_first_owner_gets_the_ports_pinned_as_they_are() -> None:
    text = ports().pinned(FACTORY, config(FACTORY))
    pinned = config(text)
    assert [(port.role, port.path, port.mac) for port in pinned.ports] == [
        ("outside", NICS[0].path, NICS[0].mac),
        ("inside", NICS[1].path, NICS[1].mac),
        ("unused", NICS[2].path, NICS[2].mac),
    ]
    assert ports().pinned(text, pinned) == text


def test_nothing_is_pinned_that_is_not_certain() -> None:
    alone = BoxPorts(profile(), list)
    assert alone.pinned(FACTORY, config(FACTORY)) == FACTORY
    assert ports().pinned("[[", None) == "[["


def test_ports_are_assigned_anew_as_a_whole() -> None:
    roles = {NICS[0].path: "inside", NICS[2].path: "outside"}
    text, told = ports().assigned(CONFIG, roles)
    assert {port.path: port.role for port in config(text).ports} == told
    assert told == {NICS[0].path: "inside", NICS[1].path: "unused", NICS[2].path: "outside"}


def test_one_port_after_the_other_can_be_assigned() -> None:
    text, told = ports().assigned(FACTORY, {NICS[2].path: "inside"})
    assert told == {NICS[0].path: "outside", NICS[1].path: "unused", NICS[2].path: "inside"}
    text, told = ports().assigned(text, {NICS[1].path: "outside"})
    assert told == {NICS[0].path: "unused", NICS[1].path: "outside", NICS[2].path: "inside"}
    assert {port.path: port.role for port in config(text).ports} == told


def test_two_ports_change_places_when_one_gets_the_others_role() -> None:
    _, told = ports().assigned(CONFIG, {NICS[0].path: "inside"})
    assert told == {NICS[0].path: "inside", NICS[1].path: "outside", NICS[2].path: "unused"}


def test_one_port_alone_leaves_no_inside_to_look_for() -> None:
    text = with_pins(FACTORY, [Pin("outside", "a")])
    assert config(text).inside.interface is None


def test_a_name_of_the_kernel_gives_way_to_the_role() -> None:
    text = CONFIG.replace('interface = "outside"', 'interface = "eth0"')
    roles = {NICS[0].path: "outside", NICS[1].path: "inside"}
    assert config(ports().assigned(text, roles)[0]).outside.interface == "outside"


@pytest.mark.parametrize(
    "roles",
    [
        {"nowhere": "outside"},
        {NICS[0].path: "cat"},
        {NICS[0].path: "unused"},
        {NICS[0].path: "outside", NICS[1].path: "outside"},
    ],
)
def test_what_cannot_be_assigned_is_refused(roles: dict[str, str]) -> None:
    with pytest.raises(Refused):
        ports().assigned(CONFIG, roles)


def test_a_text_that_cannot_be_edited_is_refused() -> None:
    with pytest.raises(Refused):
        ports().assigned("[[", {NICS[0].path: "outside"})
    for text in ("[[", '[port]\nrole = "outside"\npath = "x"\n'):
        with pytest.raises(Refused):
            with_pins(text, [Pin("outside", "a")])
