"""The keys of `[front]`."""

from gateway.control.config import Front
from gateway.control.schema_front import CLOSED, FRONT, OPEN
from gateway.control.values import Network
from gateway.wire.ipv4 import host_bytes
from tests.unit.control.test_relations_front import SOME, WHOLE, front
from tests.unit.control.written import GOOD, config_of, told


def test_without_it_the_gateway_stands_in_front_of_nothing() -> None:
    assert config_of(GOOD).front == Front((), (), CLOSED)


def test_its_keys_are_read() -> None:
    found = config_of(WHOLE + front(SOME, direct='["203.0.113.64/26"]', fail=f'"{OPEN}"')).front
    assert found.servers == (host_bytes("10.10.0.3"),)
    assert found.direct == (Network(0xCB007140, 0xCB00717F),)
    assert found.fail == OPEN


def test_there_are_two_ways_to_fail() -> None:
    problem = told(WHOLE + front(SOME, fail='"ajar"'))
    assert problem == ["front.fail: is 'ajar', which is no way to fail"]


def test_every_key_says_what_it_means() -> None:
    assert all(key.doc.endswith(".") for key in FRONT.keys)
