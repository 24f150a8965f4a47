"""The keys of `[pair]` and `[fleet]`."""

from gateway.control.companions import Fleet, Pair
from gateway.control.schema_shared import FLEET, PAIR
from gateway.wire.ipv4 import host_bytes
from tests.unit.control.written import GOOD, config_of

SHARED, OWN, PEER = "203.0.113.1", "203.0.113.2", "203.0.113.3"
DIRECTORS = ("203.0.113.4", "203.0.113.5")
BOTH = GOOD.replace(f'addresses = ["{SHARED}"]', f'addresses = ["{SHARED}", "{OWN}"]')
SOME_PAIR = f'[pair]\naddress = "{SHARED}"\npeer = "{PEER}"\n'
SOME_FLEET = f'[fleet]\naddress = "{SHARED}"\ndirectors = ["{DIRECTORS[0]}", "{DIRECTORS[1]}"]\n'


def test_without_them_a_box_stands_alone() -> None:
    found = config_of(GOOD)
    assert (found.pair, found.fleet) == (Pair(None, None, 100, 51, 10), Fleet(None, ()))
    assert found.dialled == found.own_addresses == (host_bytes(SHARED),)


def test_what_a_pair_shares_is_what_clients_dial_and_not_the_boxs_own() -> None:
    found = config_of(BOTH + SOME_PAIR + "priority = 120\nnumber = 7\ncheck_seconds = 2\n")
    assert found.pair == Pair(host_bytes(SHARED), host_bytes(PEER), 120, 7, 2)
    assert found.dialled == (host_bytes(SHARED),)
    assert found.own_addresses == (host_bytes(OWN),)


def test_so_it_is_with_a_fleet() -> None:
    found = config_of(BOTH + SOME_FLEET)
    assert found.fleet == Fleet(host_bytes(SHARED), tuple(map(host_bytes, DIRECTORS)))
    assert (found.dialled, found.own_addresses) == ((host_bytes(SHARED),), (host_bytes(OWN),))


def test_nothing_of_them_is_a_secret() -> None:
    assert not any(key.secret for table in (PAIR, FLEET) for key in table.keys)
