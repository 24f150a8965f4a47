"""The one route of ours, beside those of others."""

import socket

import pytest

from gateway.system import pool_route
from gateway.system.pool_route import PROTOCOL, PoolRoute
from gateway.system.virtual import Pool
from gateway.wire.ipv4 import host_bytes
from gateway.wire.route import Route, build_route, parse_route
from tests.unit.system.kernel_line import KernelLine, fresh

FIRST = host_bytes("100.127.0.0")
NUMBER = socket.if_nametoindex("lo")
OURS = Route(FIRST, 16, NUMBER, PROTOCOL)
FOREIGN = Route(FIRST, 16, NUMBER, 4)


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> type[KernelLine]:
    made = fresh()
    monkeypatch.setattr(pool_route, "Line", made)
    made.routes.append(build_route(FOREIGN))
    return made


def there(line: type[KernelLine]) -> list[Route | None]:
    return [parse_route(each) for each in line.routes]


def test_applying_twice_changes_nothing_the_second_time(line: type[KernelLine]) -> None:
    route = PoolRoute(Pool(FIRST, 16, "lo"))
    route.apply()
    assert there(line) == [FOREIGN, OURS]
    done = len(line.did)
    route.apply()
    assert len(line.did) == done


def test_another_pool_takes_the_old_route_away(line: type[KernelLine]) -> None:
    PoolRoute(Pool(FIRST, 16, "lo")).apply()
    PoolRoute(Pool(host_bytes("198.18.0.0"), 16, "lo")).apply()
    assert there(line) == [FOREIGN, Route(host_bytes("198.18.0.0"), 16, NUMBER, PROTOCOL)]


def test_what_is_removed_is_ours_alone(line: type[KernelLine]) -> None:
    route = PoolRoute(Pool(FIRST, 16, "lo"))
    route.apply()
    route.remove()
    assert there(line) == [FOREIGN]
