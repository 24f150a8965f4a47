"""UDP of one address."""

import pytest

from gateway.system.radius_socket import RadiusSocket
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint

HERE, ELSEWHERE = host_bytes("127.0.0.1"), host_bytes("192.0.2.77")


def test_what_one_end_sends_the_other_hears_with_where_it_comes_from() -> None:
    one, other = RadiusSocket(HERE), RadiusSocket(HERE)
    one.send(b"asked", Endpoint(HERE, other.port))
    assert list(other.receive()) == [(b"asked", Endpoint(HERE, one.port))]
    assert list(other.receive()) == []
    one.close()
    other.close()


def test_what_cannot_leave_is_counted() -> None:
    one = RadiusSocket(HERE)
    one.send(b"x" * 70_000, Endpoint(HERE, one.port))
    assert one.failed == 1
    one.close()


def test_a_port_that_somebody_has_and_an_address_that_is_not_here_are_errors() -> None:
    one = RadiusSocket(HERE)
    with pytest.raises(OSError, match="in use"):
        RadiusSocket(HERE, one.port)
    with pytest.raises(OSError, match="assign"):
        RadiusSocket(ELSEWHERE)
    one.close()
