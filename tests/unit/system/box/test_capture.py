"""Packets in a file that other programs read; scapy is the other program here."""

import io
import socket
from collections.abc import Iterator
from itertools import count

import pytest
from scapy.utils import rdpcap

from gateway.control.changes_outputs import Refused
from gateway.system.box.capture import (
    LONGEST,
    MOST,
    SNAP,
    capture,
    check_bounds,
    header,
    open_tap,
    packet,
)

FRAME = bytes.fromhex("525400000001525400000002" + "0800") + bytes(46)


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    tap, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    yield tap, other
    tap.close()
    other.close()


def test_another_program_reads_what_was_kept() -> None:
    data = header() + packet(FRAME, 1_800_000_000.25) + packet(bytes(3000), 1.0)
    first, second = rdpcap(io.BytesIO(data))
    assert bytes(first) == FRAME
    assert float(first.time) == 1_800_000_000.25
    assert (len(second), second.wirelen) == (SNAP, 3000)


def test_it_ends_when_there_are_enough(ends: tuple[socket.socket, socket.socket]) -> None:
    tap, other = ends
    for _ in range(5):
        other.send(FRAME)
    assert len(rdpcap(io.BytesIO(capture(tap, 60, 3)))) == 3
    assert tap.fileno() == -1


def test_it_ends_when_the_time_is_over(ends: tuple[socket.socket, socket.socket]) -> None:
    tap, other = ends
    other.send(FRAME)
    other.send(FRAME)
    ticks = count(0.0, 1.0)
    data = capture(tap, 1.5, 100, clock=lambda: next(ticks), wall=lambda: 0.0)
    assert len(rdpcap(io.BytesIO(data))) == 1


@pytest.mark.parametrize(
    ("seconds", "packets"),
    [(0, 1), (LONGEST + 1, 1), (True, 1), ("5", 1), (5, 0), (5, MOST + 1), (5, None)],
)
def test_without_bounds_there_is_none(seconds: object, packets: object) -> None:
    with pytest.raises(Refused):
        check_bounds(seconds, packets)


def test_bounds_that_are_kept_are_numbers() -> None:
    assert check_bounds(LONGEST, MOST) == (LONGEST, MOST)


def test_a_port_that_is_not_there_is_refused() -> None:
    with pytest.raises((Refused, PermissionError)):
        open_tap("none-such0")
