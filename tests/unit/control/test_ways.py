from dataclasses import replace

import pytest

from gateway.control.config import Config, Route
from gateway.control.ways import Dialled, route_of_call, routes_for
from gateway.wire.ipv4 import host_bytes
from tests.unit.control.written import CLIENT, GOOD, ROUTE, config_of

CALL = Dialled("press-3", "192.168.1.2", host_bytes("203.0.113.1"))
OTHER = ROUTE.replace("old-nt4", "other").replace("10.10.0.2", "10.10.0.9")


def config(*choices: str) -> Config:
    entries = "".join(
        f'[[choice]]\nname = "c{number}"\nroute = "other"\n{keys}\n'
        for number, keys in enumerate(choices)
    )
    return config_of(GOOD + OTHER + entries)


def taken(found: Route | None) -> str:
    return "" if found is None else found.name


def test_without_a_choice_a_client_takes_its_own_route() -> None:
    assert taken(route_of_call(config(), CALL)) == "old-nt4"


@pytest.mark.parametrize(
    "keys",
    [
        'client = "press-3"',
        'identity = "192.168.1.*"',
        'called = "203.0.113.1"',
        'client = "press-3"\nidentity = "192.168.?.2"\ncalled = "203.0.113.1"',
    ],
)
def test_a_choice_that_fits_takes_it_elsewhere(keys: str) -> None:
    assert taken(route_of_call(config(keys), CALL)) == "other"


@pytest.mark.parametrize(
    "call",
    [
        replace(CALL, identity="192.168.10.2"),
        replace(CALL, called=host_bytes("203.0.113.2")),
    ],
)
def test_everything_a_choice_says_must_fit(call: Dialled) -> None:
    keys = 'client = "press-3"\nidentity = "192.168.1.*"\ncalled = "203.0.113.1"'
    assert taken(route_of_call(config(keys), call)) == "old-nt4"


def test_a_choice_by_user_waits_for_the_name() -> None:
    found = config('user = "*\\\\night-*"')
    assert taken(route_of_call(found, CALL)) == "old-nt4"
    assert taken(route_of_call(found, replace(CALL, user="DOM\\Night-7"))) == "other"
    assert taken(route_of_call(found, replace(CALL, user="night-7"))) == "old-nt4"


def test_the_first_that_fits_counts() -> None:
    found = config('user = "n*"', 'client = "press-3"')
    first = replace(found.choices[0], route="old-nt4")
    found = replace(found, choices=(first, found.choices[1]))
    assert taken(route_of_call(found, replace(CALL, user="n1"))) == "old-nt4"
    assert taken(route_of_call(found, CALL)) == "other"


def test_a_client_that_was_taken_out_has_no_route() -> None:
    assert route_of_call(config(), replace(CALL, client="gone")) is None


@pytest.mark.parametrize(
    ("keys", "names"),
    [
        ((), ["old-nt4"]),
        (('client = "press-3"\nuser = "night-*"',), ["old-nt4", "other"]),
        (('identity = "192.168.1.*"',), ["old-nt4", "other"]),
        (('client = "press-3"',), ["other"]),
        (('client = "lathe"\nuser = "x"',), ["old-nt4"]),
    ],
)
def test_the_routes_a_client_can_take_are_its_own_and_those_of_choices(
    keys: tuple[str, ...], names: list[str]
) -> None:
    text = "".join(f'[[choice]]\nname = "c"\nroute = "other"\n{each}\n' for each in keys)
    lathe = CLIENT.replace("press-3", "lathe").replace("hunter2", "another")
    given = config_of(GOOD + lathe + OTHER + text)
    assert [route.name for route in routes_for(given, given.clients[0])] == names
