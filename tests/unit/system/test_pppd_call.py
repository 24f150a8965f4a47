"""What pppd is told, of the configuration and of no word that the gateway has made up."""

import json
from dataclasses import replace

import pytest

from gateway.system.pppd_call import (
    BadRequest,
    Call,
    Sink,
    arguments,
    choose_address,
    parse_request,
    radius_files,
    route_of,
)
from gateway.wire.ipv4 import host_bytes
from tests.unit.control.test_relations_local import BEFORE, POOL, RADIUS
from tests.unit.control.written import GOOD, config_of

ASKED = {"route": "lan", "client": "press-3", "from": "203.0.113.7", "mru": "1400"}
CALL = Call("lan", "press-3", "203.0.113.7", 1400)
INSIDE = host_bytes("10.10.0.1")
CONFIG = config_of(BEFORE + POOL)
ROUTE = CONFIG.routes[0]


def line(**changes: object) -> bytes:
    return json.dumps(ASKED | changes).encode() + b"\n"


def test_a_request_is_read() -> None:
    assert parse_request(line()) == CALL


@pytest.mark.parametrize(
    "asked",
    [
        b"\n",
        b"[]\n",
        b"7\n",
        b'{"route": "lan"}\n',
        b"\xff\xfe\n",
        b"[" * 1023 + b"\n",  # nested deeper than Python follows
        line(mru="many"),
        line(mru="575"),
        line(mru="1501"),
        line(mru=1400),
        line(route=["lan"]),
        line(**{"from": "203.0.113.7 plugin evil.so"}),
        line(**{"from": "old-pc"}),
    ],
)
def test_what_is_no_request_is_refused(asked: bytes) -> None:
    with pytest.raises(BadRequest):
        parse_request(asked)


def test_only_a_route_into_the_lan_that_is_there_is_called_for_a_client_that_is_there() -> None:
    assert route_of(CONFIG, CALL) == ROUTE
    for config, call in (
        (CONFIG, CALL._replace(route="/etc/passwd")),
        (CONFIG, CALL._replace(client="nobody")),
        (config_of(GOOD), CALL._replace(route="old-nt4")),
    ):
        with pytest.raises(BadRequest, match="no such"):
            route_of(config, call)


def test_a_client_that_is_revoked_or_has_another_route_is_not_called_for() -> None:
    nt4 = '[[route]]\nname = "nt4"\nkind = "pptp"\nserver = "10.10.0.2"\n'
    other = BEFORE.replace('route = "lan"', 'route = "nt4"') + POOL + nt4
    choice = '[[choice]]\nname = "night"\nroute = "lan"\nuser = "night-*"\n'
    assert route_of(config_of(other + choice), CALL).name == "lan"
    with pytest.raises(BadRequest, match="neither press-3 nor a choice has the route lan"):
        route_of(config_of(other), CALL)
    revoked = BEFORE.replace('route = "lan"', 'route = "lan"\nrevoked = true')
    with pytest.raises(BadRequest, match="revoked"):
        route_of(config_of(revoked + POOL), CALL)


def test_each_call_has_an_address_of_its_own() -> None:
    first, second = ROUTE.pool[:2]
    assert choose_address(ROUTE, set()) == first
    assert choose_address(ROUTE, {first}) == second
    with pytest.raises(BadRequest, match="no address of the pool of lan is free"):
        choose_address(ROUTE, set(ROUTE.pool))
    assert choose_address(replace(ROUTE, pool=()), set()) is None


def test_pppd_gets_what_the_route_says() -> None:
    route = replace(
        ROUTE,
        auth=("mschap-v2", "pap"),
        dns=(host_bytes("10.10.0.53"),),
        wins=(host_bytes("10.10.0.2"),),
    )
    found = " ".join(arguments(route, INSIDE, CALL, route.pool[0], "postern0", "/run/x"))
    for part in (
        "/usr/sbin/pppd local nodetach",
        "auth noccp novj",
        "10.10.0.1:10.10.0.150 name lan ifname postern0",
        "remotenumber 203.0.113.7 mru 1400 mtu 1400",
        "require-mschap-v2 require-pap",
        "ms-dns 10.10.0.53 ms-wins 10.10.0.2",
    ):
        assert part in found
    assert "radius" not in found


def test_with_radius_the_plugin_has_files_with_the_secret_apart() -> None:
    route = config_of(BEFORE + RADIUS).routes[0]
    found = " ".join(arguments(route, INSIDE, CALL, None, "postern0", "/run/x"))
    assert "10.10.0.1: name lan" in found
    assert "plugin radius.so radius-config-file /run/x/lan.conf" in found
    files = radius_files(route, INSIDE, "/run/x")
    assert files["lan.servers"] == "10.10.0.5 between-us\n"
    assert "authserver 10.10.0.5:1812\n" in files["lan.conf"]
    assert "ATTRIBUTE MS-CHAP2-Response 25 string Microsoft" in files["lan.dictionary"]
    assert [name for name, text in files.items() if "between-us" in text] == ["lan.servers"]
    assert "bindaddr 10.10.0.1\nnas_identifier lan\n" in files["lan.conf"]
    assert radius_files(ROUTE, INSIDE, "/run/x") == {}


def test_where_postern_keeps_accounts_those_of_pppd_stay_on_this_machine() -> None:
    route = config_of(BEFORE + RADIUS).routes[0]
    files = radius_files(route, INSIDE, "/run/x", Sink("127.0.0.77", 40000, "by-chance"))
    assert "authserver 10.10.0.5:1812\n" in files["lan.conf"]
    assert "acctserver 127.0.0.77:40000\n" in files["lan.conf"]
    assert files["lan.servers"] == "10.10.0.5 between-us\n127.0.0.77 by-chance\n"
