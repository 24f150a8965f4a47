"""PPP channels: what goes to the kernel, without one that has them."""

import errno
import fcntl
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from contextlib import nullcontext as does_not_raise
from types import SimpleNamespace

import pytest

from gateway.system import ppp_channels
from gateway.system.line import CHANNEL
from gateway.system.ppp_channels import (
    ATTACH,
    CONNECT,
    DISCONNECT,
    JOIN,
    PART,
    Counts,
    adopt_l2tp,
    adopt_pptp,
    adopt_udp,
    attach,
    connect_pptp,
    join,
    join_again,
    l2tp_counts,
    lead_in,
    lead_out,
    open_l2tp,
    open_pptp,
    open_udp,
    part,
)
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.unit.system.kernel_sockets import Channel, close_all

NEAR, PEER = host_bytes("127.0.0.1"), Endpoint(host_bytes("100.127.0.1"), 1701)
IDS = (5, 7, 6, 8)
REFUSED = pytest.raises(OSError, match="Invalid argument")


class Kernel:
    """Calls of libc and ioctls, noted; `answers` is the address of the tunnel's peer."""

    def __init__(self) -> None:
        self.said: list[tuple[str, bytes]] = []
        self.asked: list[int] = []
        self.peer = PEER
        self.refuses = ""

    def connect(self, descriptor: int, address: bytes, length: int) -> int:
        return self._note("connect", address[:length])

    def bind(self, descriptor: int, address: bytes, length: int) -> int:
        return self._note("bind", address[:length])

    def getpeername(self, descriptor: int, name: object, length: object) -> int:
        if self.refuses == "getpeername":
            return -1
        found = b"\2\0" + self.peer.port.to_bytes(2, "big") + self.peer.host
        name[14 : 14 + len(found)] = found  # type: ignore[index]  # a buffer of ctypes
        return 0

    def ioctl(self, descriptor: int, request: int, *argument: object) -> int:
        self.asked.append(request)
        if self.refuses == "attach" and request == ATTACH:
            raise OSError(errno.ENXIO, "no such channel")
        return 0

    def _note(self, what: str, address: bytes) -> int:
        self.said.append((what, address))
        return -1 if self.refuses == what else 0


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Iterator[Kernel]:
    made = Kernel()
    monkeypatch.setattr(ppp_channels, "_libc", made)
    monkeypatch.setattr(fcntl, "ioctl", made.ioctl)
    monkeypatch.setattr(ppp_channels, "DEVICE", os.devnull)
    constants = {name: getattr(socket, name) for name in ("AF_INET", "SOCK_DGRAM", "SOCK_STREAM")}
    monkeypatch.setattr(ppp_channels, "socket", SimpleNamespace(socket=Options, **constants))
    yield made
    close_all()


class Options(Channel):
    """Takes options that only PPP has."""

    def setsockopt(self, *_: object) -> None:
        pass


def test_a_call_of_pptp_is_bound_first_and_connected_later(kernel: Kernel) -> None:
    made = open_pptp(NEAR, 0x8001)
    connect_pptp(made, PEER.host, 3)
    head = b"\x18\0\2\0\0\0"  # AF_PPPOX, PX_PROTO_PPTP
    assert kernel.said == [
        ("bind", head + b"\x01\x80\0\0" + NEAR + bytes(16)),
        ("connect", head + b"\3\0\0\0" + PEER.host + bytes(16)),
    ]


def test_the_first_connection_of_l2tp_makes_the_tunnel_and_the_second_the_call(
    kernel: Kernel,
) -> None:
    udp = Channel()
    open_l2tp(udp, PEER, IDS)
    ids = [address[-8:] for _, address in kernel.said]
    assert ids == [b"\5\0\0\0\6\0\0\0", b"\5\0\7\0\6\0\x08\0"]


def test_a_tunnel_of_this_number_that_is_somebody_elses_is_not_ours(kernel: Kernel) -> None:
    kernel.peer = Endpoint(PEER.host, 1702)
    with pytest.raises(OSError, match="tunnel 5 of the kernel is somebody else's"):
        open_l2tp(Channel(), PEER, IDS)
    kernel.refuses = "getpeername"
    with pytest.raises(OSError, match=r"\[Errno"):
        open_l2tp(Channel(), PEER, IDS)


@pytest.mark.parametrize("what", ["bind", "connect"])
def test_what_the_kernel_refuses_is_an_error(kernel: Kernel, what: str) -> None:
    kernel.refuses = what
    with pytest.raises(OSError, match=r"\[Errno"):
        connect_pptp(open_pptp(NEAR, 1), PEER.host, 2)


def test_a_channel_is_attached_joined_and_parted(kernel: Kernel) -> None:
    channel = Channel()
    device = attach(channel)
    join(device, Channel())
    part(device)
    os.close(device)
    assert kernel.asked == [CHANNEL, ATTACH, CHANNEL, JOIN, PART]
    kernel.refuses = "attach"
    with pytest.raises(OSError, match="no such channel"):
        attach(channel)


def test_an_interface_has_the_channel_before_its_terminals_is_taken_out_and_put_behind(
    kernel: Kernel,
) -> None:
    """It is never without one, or its pppd would take it for dead."""
    lead_in(7, 3, 17)
    lead_out(7)
    assert kernel.asked == [ATTACH, CONNECT, DISCONNECT, CONNECT, DISCONNECT]
    kernel.refuses, kernel.asked = "attach", []
    with pytest.raises(OSError, match="no such channel"):
        lead_in(7, 3, 17)
    assert kernel.asked == [ATTACH]


def test_counters_are_eight_numbers(kernel: Kernel) -> None:
    assert l2tp_counts(Channel()) == Counts(0, 0, 0, 0, 0, 0, 0, 0)


def test_many_tunnels_have_one_port_of_ours_and_each_one_peer() -> None:
    near = Endpoint(NEAR, 0)
    one = open_udp(near, Endpoint(NEAR, 9))
    same = Endpoint(NEAR, one.getsockname()[1])
    other = open_udp(same, Endpoint(NEAR, 10))
    assert one.getsockname() == other.getsockname()
    assert (one.getpeername()[1], other.getpeername()[1]) == (9, 10)
    one.close()
    other.close()
    with pytest.raises(OSError, match=r"\[Errno"):
        open_udp(Endpoint(host_bytes("192.0.2.77"), 0), Endpoint(NEAR, 9))


@pytest.mark.parametrize("adopt", [adopt_udp, adopt_l2tp, adopt_pptp])
def test_what_an_earlier_process_has_opened_is_the_same_socket(
    adopt: Callable[[int], socket.socket],
) -> None:
    with Channel() as before:
        before.setblocking(True)
        with adopt(os.dup(before.fileno())) as after:
            assert after.gettimeout() == 0.0
            os.write(after.fileno(), b"the same")
            assert before.other.recv(20) == b"the same"


@pytest.mark.parametrize(
    ("number", "expected"), [(errno.EALREADY, does_not_raise()), (errno.EINVAL, REFUSED)]
)
def test_two_that_are_joined_already_stay_so(
    monkeypatch: pytest.MonkeyPatch, number: int, expected: AbstractContextManager[object]
) -> None:
    def refuse(attached: int, other: socket.socket) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(ppp_channels, "join", refuse)
    with Channel() as channel, expected:
        join_again(3, channel)
