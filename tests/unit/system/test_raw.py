"""Sender and receiver of whole packets, on sockets that do as the test says (real ones need root).

With a real kernel: tests/interop/test_system_queue.py.
"""

import errno
import socket
from collections import deque
from struct import pack, unpack_from

import pytest

from gateway.paths import worker_of
from gateway.system.raw import GreReceiver, Sender, workers_filter
from gateway.wire.ipv4 import build_ipv4, host_bytes

HERE, THERE = host_bytes("192.0.2.1"), host_bytes("192.0.2.2")


class FakeSocket:
    """A raw or a UDP socket on a machine whose one route has `mtu`."""

    mtu = 1500
    refuse: int | None = None  # errno of every sendto
    unprivileged = False
    sent: list[tuple[bytes, tuple[str, int]]]
    arrived: deque[bytes | int]

    def __init__(self, *_: int) -> None:
        self.bound: tuple[str, int] | None = None
        self.options: list[int] = []
        self.closed = False
        everyone.append(self)

    def setblocking(self, _: bool) -> None: ...

    def setsockopt(self, _: int, option: int, __: int) -> None:
        if self.unprivileged and option in (32, 33):
            raise PermissionError(errno.EPERM, "not permitted")
        self.options.append(option)

    def bind(self, address: tuple[str, int]) -> None:
        self.bound = address

    def connect(self, _: tuple[str, int]) -> None:
        if self.mtu == 0:
            raise OSError(errno.ENETUNREACH, "unreachable")

    def getsockopt(self, *_: int) -> int:
        return self.mtu

    def sendto(self, packet: bytes, address: tuple[str, int]) -> None:
        if self.refuse is not None:
            raise OSError(self.refuse, "refused")
        if len(packet) > self.mtu:
            raise OSError(errno.EMSGSIZE, "too long")
        self.sent.append((packet, address))

    def recv_into(self, buffer: bytearray) -> int:
        if not self.arrived:
            raise BlockingIOError(errno.EAGAIN, "nothing there")
        item = self.arrived.popleft()
        if isinstance(item, int):
            raise OSError(item, "an error")
        buffer[: len(item)] = item
        return len(item)

    def fileno(self) -> int:
        return 42

    def close(self) -> None:
        self.closed = True


everyone: list[FakeSocket] = []


@pytest.fixture(autouse=True)
def kernel(monkeypatch: pytest.MonkeyPatch) -> type[FakeSocket]:
    class Fresh(FakeSocket):
        sent = []
        arrived = deque()

    everyone.clear()
    monkeypatch.setattr("gateway.system.raw.socket.socket", Fresh)
    return Fresh


def test_a_packet_goes_where_its_header_says(kernel: type[FakeSocket]) -> None:
    packet = build_ipv4(HERE, THERE, 50, b"esp")
    sender = Sender()
    sender.send(packet)
    assert kernel.sent == [(packet, ("192.0.2.2", 0))]
    assert (sender.sent, sender.fragmented) == (1, 0)


def test_what_the_route_cannot_carry_goes_in_fragments(kernel: type[FakeSocket]) -> None:
    sender = Sender()
    sender.send(build_ipv4(HERE, THERE, 17, bytes(3000)))
    assert [len(packet) for packet, _ in kernel.sent] == [1500, 1500, 60]
    assert (sender.sent, sender.fragmented) == (1, 1)


def test_a_smaller_mtu_can_be_set(kernel: type[FakeSocket]) -> None:
    Sender(mtu=576).send(build_ipv4(HERE, THERE, 17, bytes(1000)))
    assert [len(packet) for packet, _ in kernel.sent] == [572, 468]


def test_fragments_of_one_packet_share_a_number_that_no_other_has(
    kernel: type[FakeSocket],
) -> None:
    sender = Sender()
    sender.send(build_ipv4(HERE, THERE, 17, bytes(1600)))
    sender.send(build_ipv4(HERE, THERE, 17, bytes(1600)))
    one, other_one, two, other_two = (unpack_from("!4xH", packet)[0] for packet, _ in kernel.sent)
    assert one == other_one != two == other_two
    assert 0 not in (one, two)


@pytest.mark.parametrize("size", [100, 3000])
@pytest.mark.parametrize("number", [errno.ENETUNREACH, errno.EPERM, errno.ENOBUFS, errno.EAGAIN])
def test_an_error_is_counted_by_its_name(kernel: type[FakeSocket], number: int, size: int) -> None:
    kernel.refuse = number
    sender = Sender(mtu=1500)
    sender.send(build_ipv4(HERE, THERE, 17, bytes(size)))
    assert (sender.sent, sender.failed) == (0, {errno.errorcode[number]: 1})


def test_where_no_route_can_be_asked_the_smallest_fragments_are_tried(
    kernel: type[FakeSocket],
) -> None:
    kernel.mtu = 0
    sender = Sender()
    sender.send(build_ipv4(HERE, THERE, 17, bytes(100)))
    assert sender.failed == {"EMSGSIZE": 1}


@pytest.mark.parametrize(("unprivileged", "options"), [(False, {32, 33}), (True, {7, 8})])
def test_buffers_are_as_large_as_we_may(
    kernel: type[FakeSocket], unprivileged: bool, options: set[int]
) -> None:
    kernel.unprivileged = unprivileged
    Sender()
    GreReceiver()
    assert {option for made in everyone for option in made.options} == options
    assert (socket.SO_SNDBUF, socket.SO_RCVBUF) == (7, 8)


def test_gre_comes_as_whole_packets_up_to_the_limit(kernel: type[FakeSocket]) -> None:
    receiver = GreReceiver()
    kernel.arrived.extend([b"one", b"two", b"three"])
    assert receiver.take(2) == [b"one", b"two"]
    assert receiver.take(2) == [b"three"]
    assert receiver.take(2) == []
    assert (receiver.received, receiver.errors) == (3, 0)


def test_an_error_while_receiving_loses_nothing_that_came(kernel: type[FakeSocket]) -> None:
    receiver = GreReceiver()
    kernel.arrived.extend([b"one", errno.EHOSTUNREACH, b"two"])
    assert receiver.take() == [b"one"]
    assert receiver.take() == [b"two"]
    assert receiver.errors == 1


def test_gre_can_be_bound_to_one_of_our_addresses() -> None:
    assert GreReceiver(HERE).fileno() == 42
    GreReceiver()
    assert [made.bound for made in everyone] == [("192.0.2.1", 0), None]


def test_everything_is_closed() -> None:
    Sender().close()
    GreReceiver().close()
    assert [made.closed for made in everyone] == [True, True, True]


def passes(program: bytes, call_id: int) -> bool:
    """What the kernel would do with a GRE packet of that call (linux/filter.h)."""
    gre = pack("!HHHH", 0x3001, 0x880B, 0, call_id)
    packet = build_ipv4(THERE, HERE, 47, gre)
    value = offset = at = 0
    while True:
        operation, if_so, if_not, number = unpack_from("=HBBI", program, 8 * at)
        at += 1
        if operation == 0xB1:
            offset = (packet[number] & 15) * 4
        elif operation == 0x48:
            value = int.from_bytes(packet[offset + number : offset + number + 2])
        elif operation == 0x54:
            value &= number
        elif operation == 0x35:
            at += if_so if value >= number else if_not
        else:
            assert operation == 0x06
            return bool(number)


@pytest.mark.parametrize("workers", range(1, 8))
def test_every_call_is_one_workers_or_the_daemons(workers: int) -> None:
    daemon = workers_filter(range(1, workers + 1), theirs=False)
    each = [workers_filter(range(one, one + 1), theirs=True) for one in range(1, workers + 1)]
    for call_id in (*range(16), 0x7FF9, 0xFFFF):
        heard = [passes(program, call_id) for program in (daemon, *each)]
        assert heard.index(True) == worker_of(call_id, workers)
        assert heard.count(True) == 1
