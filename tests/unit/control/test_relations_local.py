import pytest

from tests.unit.control.written import CLIENT, OUTSIDE, config_of, told

INSIDE = '[inside]\ninterface = "eth1"\naddress = "10.10.0.1"\n'
LAN = '[[route]]\nname = "lan"\nkind = "local"\n'
POOL = 'pool = "10.10.0.150-10.10.0.199"\n'
RADIUS = 'radius = "10.10.0.5"\nradius_secret = "between-us"\n'
BEFORE = OUTSIDE + INSIDE + CLIENT.replace("old-nt4", "lan") + LAN


def test_a_route_into_the_lan_needs_addresses_for_its_clients() -> None:
    assert told(BEFORE) == ["route[1].pool: is missing, and clients need addresses"]
    for given in (POOL, RADIUS, POOL + RADIUS):
        assert told(BEFORE + given) == []


def test_it_arrives_typed_and_its_server_is_this_machine() -> None:
    route = config_of(BEFORE + POOL + RADIUS + 'dns = ["10.10.0.53"]\n').routes[0]
    assert (route.kind, str(route.server), len(route.pool)) == ("local", "127.0.0.1:0", 50)
    assert (route.auth, route.radius) == (("mschap-v2",), bytes((10, 10, 0, 5)))
    assert route.dns == (bytes((10, 10, 0, 53)),)
    assert "between-us" not in repr(route)


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ('server = "10.10.0.2"\n', "route[1].server: means nothing where kind is 'local'"),
        ('encryption = "refuse"\n', "route[1].encryption: means nothing where kind is 'local'"),
        ('auth = ["pap", "pap"]\n', "route[1].auth[2]: is there twice"),
        ('auth = ["eap"]\n', "route[1].auth[1]: is 'eap', which is no kind of authentication"),
        ('dns = ["10.10.0.1", "10.10.0.2", "10.10.0.3"]\n',
         "route[1].dns: holds more than 2, and PPP can tell of no more"),
        ('radius = "10.10.0.5"\n', "route[1].radius_secret: is missing, and radius is there"),
        ('radius_secret = "x"\n', "route[1].radius: is missing, and radius_secret is there"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(more: str, problem: str) -> None:
    assert told(BEFORE + POOL + more) == [problem]


def test_the_gateways_end_of_the_links_is_its_address_inside() -> None:
    assert told(BEFORE.replace(INSIDE, "") + POOL) == [
        "inside.interface: is missing, and the route 'lan' needs it",
        "inside.address: is missing, and the route 'lan' needs it",
    ]
    taken = BEFORE + 'pool = "10.10.0.1-10.10.0.9"\n'
    assert told(taken) == [
        "route[1].pool: holds 10.10.0.1, which is the gateway's own address inside"
    ]
