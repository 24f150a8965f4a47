"""Routes to native servers, routes with several servers, and the choices between routes."""

import pytest

from gateway.control.limits import MOST_SERVERS
from tests.unit.control.written import CLIENT, GOOD, OUTSIDE, ROUTE, config_of, problems_of, told

INSIDE = """
[inside]
interface = "eth1"
address = "10.10.0.1"
"""
NATIVE = """
[[route]]
name = "old-w2k"
kind = "l2tp-ipsec"
server = "10.10.0.3"
psk = "between-us-two"
"""
OF_NATIVE = CLIENT.replace("old-nt4", "old-w2k")
WHOLE = OUTSIDE + INSIDE + OF_NATIVE + NATIVE


def choice(**keys: str) -> str:
    lines = "".join(f'{key} = "{value}"\n' for key, value in keys.items())
    return f'[[choice]]\nname = "night"\nroute = "old-nt4"\n{lines}'


def test_a_native_server_needs_its_address_and_a_key() -> None:
    assert told(WHOLE) == []
    route = config_of(WHOLE).routes[0]
    assert (route.kind, str(route.server), route.psk) == (
        "l2tp-ipsec",
        "10.10.0.3:1701",
        b"between-us-two",
    )
    assert (route.tunnels, route.pool) == ("one", ())
    assert "between" not in repr(route)


def test_suites_are_offered_in_the_order_in_which_they_are_written() -> None:
    text = WHOLE + 'ike = ["3des-sha1-modp1024", "aes128-sha1-modp2048"]\n'
    assert config_of(text).routes[0].ike == ("3des-sha1-modp1024", "aes128-sha1-modp2048")


def test_without_a_key_it_is_asked_for() -> None:
    keyless = WHOLE.replace('psk = "between-us-two"', "")
    assert told(keyless) == ["route[1].psk: is missing"]


def test_a_weak_key_or_suite_is_warned_of_there_too() -> None:
    weak = WHOLE.replace("between-us-two", "short") + 'esp = ["des-md5"]\n'
    assert [(one.where, one.warning) for one in problems_of(weak)] == [
        ("route[1].psk", True),
        ("route[1].esp[1]", True),
    ]


def test_a_pptp_route_has_none_of_these_keys() -> None:
    text = GOOD + 'psk = "for-nobody-at-all"\ntunnels = "each"\n'
    assert told(text) == [
        "route[1].psk: means nothing where kind is 'pptp'",
        "route[1].tunnels: means nothing where kind is 'pptp'",
    ]
    assert config_of(GOOD).routes[0].ike == ()


def test_a_port_of_its_own_means_nothing_to_a_native_server() -> None:
    text = WHOLE.replace('"10.10.0.3"', '"10.10.0.3:1702"')
    assert told(text) == ["route[1].server: has the port 1702, and IKE and L2TP have fixed ones"]


def test_its_packets_are_known_by_interface_and_address() -> None:
    assert told(OUTSIDE + OF_NATIVE + NATIVE) == [
        "inside.interface: is missing, and the route 'old-w2k' needs it",
        "inside.address: is missing, and the route 'old-w2k' needs it",
    ]


def test_nobody_outside_may_be_mistaken_for_it() -> None:
    assert told(WHOLE.replace("eth1", "eth0")) == [
        "inside.interface: is that of outside too, so anybody could speak in the server's place"
    ]


def test_tunnels_of_their_own_need_addresses_that_are_free() -> None:
    each = WHOLE + 'tunnels = "each"\n'
    assert told(each) == ["route[1].pool: is missing, and each tunnel needs an address"]
    assert told(each + 'pool = "10.10.0.100-10.10.0.109"\n') == []
    assert len(config_of(each + 'pool = "10.10.0.100-10.10.0.109"\n').routes[0].pool) == 10
    assert told(each + 'pool = "10.10.0.1-10.10.0.3"\n') == [
        "route[1].pool: holds 10.10.0.1, which is the gateway's own address inside",
        "route[1].pool: holds 10.10.0.3, which is one of the servers",
    ]
    assert told(each + 'pool = "203.0.113.1/32"\n') == [
        "route[1].pool: holds 203.0.113.1, which is an outside address"
    ]


def test_a_pool_that_nothing_uses_is_told() -> None:
    assert told(WHOLE + 'pool = "10.10.0.100-10.10.0.109"\n') == [
        "route[1].pool: is of no use where tunnels is not 'each'"
    ]


def test_two_native_routes_do_not_share_a_server() -> None:
    second = NATIVE.replace("old-w2k", "again")
    text = WHOLE + second + choice(client="press-3").replace("old-nt4", "again")
    assert told(text) == ["route[2].server: is 10.10.0.3, as in route[1]"]


def test_a_route_leads_to_one_server_or_to_several() -> None:
    several = GOOD.replace('server = "10.10.0.2"', 'servers = ["10.10.0.2", "10.10.0.12:1724"]')
    assert told(several) == []
    assert [str(each) for each in config_of(several).routes[0].servers] == [
        "10.10.0.2:1723",
        "10.10.0.12:1724",
    ]
    assert told(GOOD + 'servers = ["10.10.0.4"]\n') == [
        "route[1].servers: stands beside server, and only one of the two can hold"
    ]
    assert told(GOOD.replace('server = "10.10.0.2"', "")) == ["route[1].server: is missing"]
    assert told(several.replace("10.10.0.12:1724", "10.10.0.2")) == [
        "route[1].servers[2]: is there twice"
    ]
    assert told(several.replace("10.10.0.12:1724", "203.0.113.1")) == [
        "route[1].servers: is one of the gateway's own outside addresses"
    ]


def test_servers_are_few() -> None:
    many = ", ".join(f'"10.10.0.{number}"' for number in range(2, 3 + MOST_SERVERS))
    assert told(GOOD.replace('server = "10.10.0.2"', f"servers = [{many}]")) == [
        f"route[1].servers: holds {MOST_SERVERS + 1} servers, and {MOST_SERVERS} are the most"
    ]


@pytest.mark.parametrize(
    ("written", "problem"),
    [
        (choice(), "choice[1]: says of no call that it fits"),
        (choice(client="press-4"), "choice[1].client: is 'press-4', and there is no such client"),
        (
            choice(called="203.0.113.9"),
            "choice[1].called: is 203.0.113.9, and clients do not find Postern there",
        ),
        (
            choice(user="x").replace("old-nt4", "old-nt5"),
            "choice[1].route: is 'old-nt5', and there is no such route",
        ),
        (choice(user="x") + choice(user="y"), "choice[2].name: is 'night', as in choice[1]"),
    ],
)
def test_a_choice_that_means_nothing_is_told(written: str, problem: str) -> None:
    assert told(GOOD + written) == [problem]


def test_a_choice_arrives_typed() -> None:
    text = GOOD + choice(client="press-3", called="203.0.113.1", user="Night-*", identity="*")
    assert told(text) == []
    found = config_of(text).choices[0]
    assert (found.client, found.called, found.user, found.identity, found.route) == (
        "press-3",
        bytes((203, 0, 113, 1)),
        "night-*",
        "*",
        "old-nt4",
    )


def test_a_route_that_only_a_choice_takes_is_taken() -> None:
    spare = ROUTE.replace("old-nt4", "spare").replace("10.10.0.2", "10.10.0.4")
    assert told(GOOD + spare + choice(user="x").replace("old-nt4", "spare")) == []
