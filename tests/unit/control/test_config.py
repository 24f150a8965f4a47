import dataclasses
from datetime import date

import pytest

from gateway.control.config import (
    Admin,
    Box,
    Choice,
    Client,
    Config,
    Inside,
    Outside,
    Port,
    Route,
    load,
)
from gateway.control.document import File
from gateway.control.limits import Limits
from gateway.control.schema import ADMIN, BOX, CLIENT, INSIDE, LIMITS, OUTSIDE, PORT
from gateway.control.schema_routes import CHOICE, ROUTE
from gateway.control.tables import Table
from gateway.control.values import ANYWHERE
from gateway.control.values_client import Identity
from gateway.wire.udp import Endpoint
from tests.unit.control.written import CLIENT as CLIENT_TEXT
from tests.unit.control.written import GOOD, config_of, no_files, problems_of
from tests.unit.control.written import OUTSIDE as OUTSIDE_TEXT
from tests.unit.control.written import ROUTE as ROUTE_TEXT

WHOLE = """
[outside]
interface = "eth0"
addresses = ["203.0.113.1", "203.0.113.2"]
mtu = 1492
[inside]
interface = "eth1"
address = "10.10.0.1"
[limits]
sessions = 20
[[client]]
name = "press-3"
psk_file = "press-3.psk"
ike = ["3des-sha1-modp1024", "aes128-sha1-modp1024"]
esp = ["3des-sha1"]
address = "203.0.113.10"
route = "old-nt4"
[[route]]
name = "old-nt4"
kind = "pptp"
server = "10.10.0.2:1724"
"""


def psk_file(name: str) -> File:
    return File({"press-3.psk": b"hunter2-hunter2\n"}[name])


def test_every_value_arrives_typed() -> None:
    config = config_of(WHOLE, psk_file)
    assert config.outside == Outside("eth0", (b"\xcb\x00\x71\x01", b"\xcb\x00\x71\x02"), 1492)
    assert config.inside == Inside("eth1", b"\x0a\x0a\x00\x01")
    assert config.limits.sessions == 20
    assert config.routes == (Route("old-nt4", "pptp", Endpoint(b"\x0a\x0a\x00\x02", 1724)),)
    client = config.clients[0]
    assert (client.name, client.psk, client.route) == ("press-3", b"hunter2-hunter2", "old-nt4")


def test_suites_are_in_our_order_whatever_the_owner_wrote() -> None:
    client = config_of(WHOLE, psk_file).clients[0]
    assert client.ike == ("aes128-sha1-modp1024", "3des-sha1-modp1024")


def test_what_is_not_written_has_its_default() -> None:
    config = config_of(GOOD)
    assert config.outside.mtu == 1500
    assert config.inside == Inside(None, None)
    assert config.limits.half_open_per_source == 32
    assert config.routes[0].server == Endpoint(b"\x0a\x0a\x00\x02", 1723)
    assert config.clients[0].address == ANYWHERE
    assert config.clients[0].ike[0] == "aes256-sha1-modp2048"
    assert config.clients[0].ike[-1] == "3des-sha1-modp1024"
    assert config.clients[0].esp == ("aes128-sha1", "aes192-sha1", "aes256-sha1", "3des-sha1")


def test_a_client_has_the_place_it_comes_from() -> None:
    client = config_of(WHOLE, psk_file).clients[0]
    assert client.address.holds(b"\xcb\x00\x71\x0a")
    assert not client.address.holds(b"\xcb\x00\x71\x0b")


def test_clients_are_found_by_the_size_of_their_network_the_smallest_first() -> None:
    config = config_of(WHOLE.replace("203.0.113.10", "203.0.112.0/20"), psk_file)
    assert config.placed == {4096: {0xCB007000: [config.clients[0]]}}


def test_the_key_is_not_in_what_is_printed() -> None:
    config = config_of(GOOD)
    assert config.clients[0].psk == b"hunter2-hunter2"
    assert "hunter2" not in repr(config)
    assert "hunter2" not in repr(File(GOOD.encode()))


def test_a_warning_does_not_keep_a_configuration_from_being_used() -> None:
    short = GOOD.replace("hunter2-hunter2", "hunter2")
    assert [one.warning for one in problems_of(short)] == [True]
    assert config_of(short).clients[0].psk == b"hunter2"


def test_what_has_a_last_day_arrives_typed() -> None:
    more = """
esp = ["des-md5"]
weak_reason = "it knows no other"
weak_until = 2026-12-31
psk_old = "hunter1-hunter1"
psk_old_until = 2026-10-31
identity = "192.168.1.20"
revoked = true
"""
    [client] = config_of(OUTSIDE_TEXT + CLIENT_TEXT + more + ROUTE_TEXT).clients
    assert client == Client(
        name="press-3",
        psk=b"hunter2-hunter2",
        ike=client.ike,
        esp=("des-md5",),
        route="old-nt4",
        identity=Identity("ipv4", "192.168.1.20"),
        psk_old=b"hunter1-hunter1",
        psk_old_until=date(2026, 10, 31),
        weak_reason="it knows no other",
        weak_until=date(2026, 12, 31),
        revoked=True,
    )
    assert "hunter1" not in repr(client)


def test_a_wrong_one_gives_its_problems_instead() -> None:
    found = load(File(GOOD.replace("pptp", "ppp").encode()), no_files)
    assert isinstance(found, list)
    assert [one.where for one in found] == ["route[1].kind"]


@pytest.mark.parametrize(
    ("table", "kind"),
    [
        (OUTSIDE, Outside),
        (INSIDE, Inside),
        (LIMITS, Limits),
        (CLIENT, Client),
        (ROUTE, Route),
        (BOX, Box),
        (ADMIN, Admin),
        (PORT, Port),
        (CHOICE, Choice),
    ],
    ids=lambda one: getattr(one, "__name__", ""),
)
def test_schema_and_values_have_the_same_keys(
    table: Table,
    kind: type[Outside | Inside | Limits | Client | Route | Box | Admin | Port | Choice],
) -> None:
    keys = {key.name for key in table.keys}
    keys -= {"psk_file", "psk_old_file", "ssh_key", "servers", "ca"}
    assert keys == {field.name for field in dataclasses.fields(kind)} - {"others"}


def test_a_configuration_does_not_change() -> None:
    config = config_of(GOOD)
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.clients = ()  # type: ignore[misc]  # that it cannot be done is the point
    assert isinstance(config, Config)


def test_the_daemon_carries_where_nothing_else_is_said() -> None:
    config = config_of(GOOD)
    assert [route.carrier for route in config.routes] == ["user"]
    assert str(config.outside.virtual) == "100.127.0.0/16"


def test_a_route_says_who_carries() -> None:
    config = config_of(GOOD + 'carrier = "kernel"\nshield = false\n')
    assert [route.carrier for route in config.routes] == ["kernel"]


def test_a_route_says_how_its_server_is_treated() -> None:
    config = config_of(GOOD + 'encryption = "refuse"\nmppe = ["40", "128"]\nshield = false\n')
    [route] = config.routes
    assert (route.encryption, route.mppe, route.shield) == ("refuse", ("128", "40"), False)
    [usual] = config_of(GOOD).routes
    assert (usual.encryption, usual.mppe) == ("clear", ("128", "128-stateful"))
    assert usual.shield
