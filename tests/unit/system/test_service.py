"""What systemd hears."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.system.service import Service


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.setblocking(False)
        yield listening


def environment(systemd: socket.socket, **more: str) -> dict[str, str]:
    return {"NOTIFY_SOCKET": systemd.getsockname(), **more}


def test_a_service_says_what_it_does(systemd: socket.socket) -> None:
    service = Service(environment(systemd))
    service.ready(1.0, "at work")
    service.reloading(2.5)
    service.ready(3.0)
    service.stopping()
    assert [systemd.recv(200) for _ in range(4)] == [
        b"READY=1\nSTATUS=at work",
        b"RELOADING=1\nMONOTONIC_USEC=2500000",
        b"READY=1",
        b"STOPPING=1",
    ]


def test_the_watchdog_is_fed_four_times_in_its_time(systemd: socket.socket) -> None:
    service = Service(environment(systemd, WATCHDOG_USEC="8000000", WATCHDOG_PID=str(os.getpid())))
    assert service.deadline() is None
    service.ready(100.0)
    systemd.recv(200)
    assert service.deadline() == 100.0
    service.handle_timeout(100.0)
    assert systemd.recv(200) == b"WATCHDOG=1"
    assert service.deadline() == 102.0
    service.handle_timeout(101.0)
    with pytest.raises(BlockingIOError):
        systemd.recv(200)


@pytest.mark.parametrize("more", [{}, {"WATCHDOG_USEC": "9", "WATCHDOG_PID": "1"}])
def test_a_watchdog_for_nobody_or_another_wakes_nobody(
    systemd: socket.socket, more: dict[str, str]
) -> None:
    service = Service(environment(systemd, **more))
    service.ready(1.0)
    assert service.deadline() is None


def test_an_abstract_socket_will_do() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind("")  # the kernel chooses an abstract name
        name = listening.getsockname()
        Service({"NOTIFY_SOCKET": "@" + name[1:].decode()}).stopping()
        assert listening.recv(100) == b"STOPPING=1"


@pytest.mark.parametrize("environment", [{}, {"NOTIFY_SOCKET": "/nonexistent/notify"}])
def test_without_systemd_nothing_is_said(environment: dict[str, str]) -> None:
    service = Service(environment)
    service.ready(1.0)
    service.stopping()
    assert service.deadline() is None
