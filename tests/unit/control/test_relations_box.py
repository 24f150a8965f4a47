import pytest

from gateway.control.config import Admin, Box, Port
from tests.unit.control.test_values_box import ED25519, NISTP256, SK_ED25519
from tests.unit.control.written import CLIENT, GOOD, ROUTE, config_of, problems_of, told

STATIC = """
[outside]
interface = "outside"
addresses = ["203.0.113.1"]
network = "static"
prefix = 24
gateway = "203.0.113.254"
dns = ["203.0.113.53"]
[inside]
interface = "inside"
address = "10.10.0.1"
network = "static"
prefix = 16
gateway = "10.10.255.254"
"""
DHCP = """
[outside]
interface = "outside"
network = "dhcp"
"""
REST = CLIENT + ROUTE
ADMINS = f"""
[[admin]]
name = "ada"
ssh_key = "{ED25519}"
[[admin]]
name = "bob"
ssh_keys = ["{NISTP256}", "{SK_ED25519}"]
"""
PORTS = """
[[port]]
role = "outside"
path = "pci0000:00/0000:00:02.2/0000:01:00.0"
mac = "00:0d:b9:00:00:01"
[[port]]
role = "inside"
path = "pci0000:00/0000:00:02.3/0000:02:00.0"
mac = "00:0d:b9:00:00:02"
[[port]]
role = "unused"
path = "pci0000:00/0000:00:02.4/0000:03:00.0"
[[port]]
role = "unused"
path = "pci0000:00/0000:00:02.5/0000:04:00.0"
"""
BOX = "[box]\nhostname = 'gw-1'\ntimezone = 'Europe/Berlin'\ncontact = 'Ada'\n"


def test_a_whole_box_has_no_problems_and_arrives_typed() -> None:
    text = STATIC + REST + BOX + ADMINS + PORTS
    assert told(text) == []
    config = config_of(text)
    assert config.box == Box("gw-1", "Europe/Berlin", "Ada")
    assert config.admins == (Admin("ada", (ED25519,)), Admin("bob", (NISTP256, SK_ED25519)))
    assert config.ports[2] == Port("unused", "pci0000:00/0000:00:02.4/0000:03:00.0", None)
    assert (config.outside.network, config.outside.prefix) == ("static", 24)
    assert config.inside.gateway == b"\x0a\x0a\xff\xfe"


def test_a_plain_gateway_has_nothing_of_a_box() -> None:
    config = config_of(GOOD)
    assert (config.box, config.admins, config.ports) == (Box(), (), ())
    assert config.outside.network is None


def test_with_dhcp_the_addresses_may_be_left_out() -> None:
    assert told(DHCP + REST) == []
    assert config_of(DHCP + REST).outside.addresses == ()


def test_without_dhcp_they_may_not() -> None:
    assert told(DHCP.replace('network = "dhcp"', "") + REST) == ["outside.addresses: is missing"]


def test_what_static_addresses_need_is_asked_for() -> None:
    bare = STATIC.replace("prefix = 24", "").replace("prefix = 16", "")
    assert told(bare.replace('address = "10.10.0.1"\n', "") + REST) == [
        'outside.prefix: is missing, and network is "static"',
        'inside.address: is missing, and network is "static"',
        'inside.prefix: is missing, and network is "static"',
    ]


@pytest.mark.parametrize(
    ("text", "warnings"),
    [
        (STATIC.replace('network = "static"', ""), ["prefix", "gateway", "dns"]),
        (STATIC.replace('network = "static"', 'network = "dhcp"'), ["prefix", "gateway"]),
    ],
)
def test_settings_that_do_nothing_are_warned_of(text: str, warnings: list[str]) -> None:
    found = [one for one in problems_of(text + REST) if one.where.startswith("outside")]
    assert [one.where for one in found] == [f"outside.{key}" for key in warnings]
    assert all(one.warning for one in found)


def test_an_unreadable_way_is_one_problem() -> None:
    assert [one.where for one in problems_of(STATIC.replace("static", "statik", 1) + REST)] == [
        "outside.network"
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "203.0.113.1",
            "203.0.113.255",
            "outside.addresses[1]: has 203.0.113.255, which stands for the network "
            "203.0.113.0/24 and not for a machine",
        ),
        (
            "203.0.113.254",
            "203.0.114.254",
            "outside.gateway: is 203.0.114.254, which is not in 203.0.113.0/24 and so out of reach",
        ),
        ("203.0.113.254", "203.0.113.1", "outside.gateway: is this machine itself"),
        ('"inside"', '"outside"', "inside.interface: is 'outside', as outside"),
    ],
)
def test_addresses_and_routers_must_fit(old: str, new: str, problem: str) -> None:
    assert told(STATIC.replace(old, new, 1) + REST) == [problem]


def test_inside_and_outside_are_two_networks() -> None:
    text = STATIC.replace("10.10.0.1", "203.0.5.1").replace("10.10.255.254", "203.0.0.1")
    assert told(text + REST) == [
        "inside.address: is in 203.0.0.0/16, which overlaps the network outside"
    ]


def test_an_administrator_has_a_key_in_one_place() -> None:
    none = ADMINS.replace(f'ssh_key = "{ED25519}"', "")
    both = ADMINS.replace('name = "ada"', f'name = "ada"\nssh_keys = ["{ED25519}"]')
    assert told(GOOD + none) == ["admin[1].ssh_key: is missing"]
    assert told(GOOD + both) == [
        "admin[1].ssh_keys: stands beside ssh_key, and only one of the two can hold"
    ]


def test_keys_and_names_of_administrators_are_their_own() -> None:
    shared = ADMINS.replace(SK_ED25519, ED25519.replace("ada@desk", "elsewhere"))
    (problem,) = problems_of(GOOD + shared)
    assert (problem.where, problem.warning) == ("admin[2].ssh_keys[2]", True)
    assert told(GOOD + ADMINS.replace(SK_ED25519, NISTP256)) == [
        "admin[2].ssh_keys[2]: is there twice"
    ]
    assert told(GOOD + ADMINS.replace("bob", "ada")) == ["admin[2].name: is 'ada', as in admin[1]"]


def test_a_port_is_pinned_once_and_a_role_has_one_port() -> None:
    twice = PORTS.replace("b9:00:00:02", "b9:00:00:01").replace("02.5/0000:04", "02.4/0000:03")
    assert told(STATIC + REST + twice.replace('"inside"', '"outside"')) == [
        "inside.interface: is 'inside', and no [[port]] has that role",
        "port[2].role: is 'outside', as in port[1]",
        "port[2].mac: is '00:0d:b9:00:00:01', as in port[1]",
        "port[4].path: is 'pci0000:00/0000:00:02.4/0000:03:00.0', as in port[3]",
    ]


def test_before_any_port_is_pinned_the_roles_are_only_names() -> None:
    assert told(STATIC + REST) == []
