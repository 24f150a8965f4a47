"""The queue's reader, against a netfilter that hands over what the test put into it.

That the kernel agrees is shown in tests/interop/test_system_queue.py, as root.
"""

import errno
from collections import deque
from collections.abc import Callable
from struct import pack, unpack_from
from typing import Any

import pytest

from gateway.system import nfqueue
from gateway.system.nfqueue import (
    LARGEST_COPY,
    Queue,
    QueueUnavailable,
    drop_up_to,
    dropped_packets,
    waiting_packets,
)
from gateway.wire.ipv4 import build_ipv4

HEADER = 16  # bytes, of netlink
ERROR = pack("=IHHII", 36, 2, 0, 0, 0) + bytes(20)


class FakePacket:
    def __init__(self, number: int, payload: bytes) -> None:
        self.id = number
        self._payload = payload
        self.accepted = False

    def accept(self) -> None:
        self.accepted = True

    def get_payload(self) -> bytes:
        return self._payload


class FakeNetfilter:
    """Library, socket and kernel in one. `broken` stands for ENOBUFS; messages carry an id."""

    def __init__(self) -> None:
        self.messages: deque[bytes | None] = deque()
        self.said: list[bytes] = []
        self.refuse: list[OSError] = []
        self.accepted: list[int] = []  # ids
        self.bound = False

    # the kernel's side
    def put(self, number: int, payload: bytes) -> None:
        self.messages.append(pack("=IHHII", HEADER, 3 << 8, 0, 0, number) + payload)

    # the library's side
    def bind(self, number: int, callback: Callable[[Any], None], **_: int) -> None:
        for error in self.refuse:
            raise error
        self.callback = callback
        self.bound = True

    def get_fd(self) -> int:
        return 0

    def unbind(self) -> None:
        self.bound = False

    def run_socket(self, source: Any) -> None:
        while True:
            try:
                message = source.recv(4096)
            except BlockingIOError:
                return
            packet = FakePacket(unpack_from("=I", message, 12)[0], message[HEADER:])
            self.callback(packet)
            self.accepted += [packet.id] * packet.accepted

    # the socket's side
    def recv_into(self, buffer: bytearray, _: int, __: int) -> int:
        if not self.messages:
            raise BlockingIOError(errno.EAGAIN, "nothing there")
        message = self.messages.popleft()
        if message is None:
            raise OSError(errno.ENOBUFS, "overrun")
        buffer[: len(message)] = message
        return len(message)

    def sendto(self, message: bytes, _: tuple[int, int]) -> None:
        self.said.append(message)

    def setsockopt(self, *_: int) -> None: ...

    def fileno(self) -> int:
        return 99

    def close(self) -> None: ...


@pytest.fixture
def netfilter(monkeypatch: pytest.MonkeyPatch) -> FakeNetfilter:
    fake = FakeNetfilter()
    monkeypatch.setattr("gateway.system.nfqueue.netfilterqueue.NetfilterQueue", lambda: fake)
    monkeypatch.setattr("gateway.system.nfqueue.socket.socket", lambda fileno: fake)
    monkeypatch.setattr("gateway.system.nfqueue.os.dup", lambda fd: fd)
    return fake


@pytest.fixture
def queue(netfilter: FakeNetfilter) -> Queue:
    made = Queue()
    made.bind(7)
    return made


def ip(payload: bytes) -> bytes:
    return build_ipv4(b"\xc0\0\2\2", b"\xc0\0\2\1", 17, payload)


def test_packets_come_in_order_and_one_verdict_drops_them_all(
    netfilter: FakeNetfilter, queue: Queue
) -> None:
    for number in (11, 12, 13):
        netfilter.put(number, ip(bytes([number])))
    assert queue.take() == [ip(b"\x0b"), ip(b"\x0c"), ip(b"\x0d")]
    assert netfilter.said == [drop_up_to(7, 13)]
    assert queue.take() == []
    assert len(netfilter.said) == 1


def test_what_is_none_of_ours_goes_on_by_a_verdict_of_its_own(netfilter: FakeNetfilter) -> None:
    in_front = Queue(passes=lambda packet: packet == ip(b"theirs"))
    in_front.bind(7)
    for number, data in enumerate((b"ours", b"theirs", b"ours too")):
        netfilter.put(number, ip(data))
    assert in_front.take() == [ip(b"ours"), ip(b"ours too")]
    assert netfilter.accepted == [1]
    assert netfilter.said == [drop_up_to(7, 2)]


def test_reading_ends_at_the_limit(netfilter: FakeNetfilter, queue: Queue) -> None:
    for number in range(10):
        netfilter.put(number, ip(b""))
    assert len(queue.take(4)) == 4
    assert netfilter.said == [drop_up_to(7, 3)]
    assert len(netfilter.messages) == 6


def test_a_packet_that_was_not_copied_whole_is_counted_and_dropped(
    netfilter: FakeNetfilter, queue: Queue
) -> None:
    netfilter.put(1, ip(b"x" * 5000)[:LARGEST_COPY])
    netfilter.put(2, ip(b"x" * (LARGEST_COPY - 20)))
    assert [len(packet) for packet in queue.take()] == [LARGEST_COPY]
    assert queue.truncated == 1
    assert netfilter.said == [drop_up_to(7, 2)]


def test_an_overrun_is_survived_and_counted(netfilter: FakeNetfilter, queue: Queue) -> None:
    netfilter.messages.append(None)
    netfilter.put(1, ip(b"after"))
    assert queue.take() == [ip(b"after")]
    assert queue.overruns == 1


def test_what_the_kernel_thinks_of_a_verdict_is_no_packet(
    netfilter: FakeNetfilter, queue: Queue
) -> None:
    netfilter.messages.append(ERROR)
    netfilter.put(1, ip(b""))
    assert queue.take() == [ip(b"")]


def test_the_verdict_is_given_whatever_happens(
    netfilter: FakeNetfilter, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    netfilter.put(1, b"\x45")  # less than any IPv4 packet, so that reading it fails
    monkeypatch.setattr(nfqueue, "LARGEST_COPY", 1)
    with pytest.raises(Exception, match="buffer"):
        queue.take()
    assert netfilter.said == [drop_up_to(7, 1)]


def test_a_verdict_that_could_not_be_given_is_given_with_the_next(
    netfilter: FakeNetfilter, queue: Queue, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(message: bytes, to: tuple[int, int]) -> None:
        raise OSError(errno.ENOBUFS, "no memory")

    netfilter.put(1, ip(b""))
    with monkeypatch.context() as for_now:
        for_now.setattr(netfilter, "sendto", refuse)
        queue.take()
    queue.take()
    assert netfilter.said == [drop_up_to(7, 1)]


def test_a_queue_that_cannot_be_had_says_what_to_look_at(netfilter: FakeNetfilter) -> None:
    netfilter.refuse.append(OSError("Failed to create queue 7."))
    with pytest.raises(QueueUnavailable, match=r"queue 7 .*CAP_NET_ADMIN.*nfnetlink_queue"):
        Queue().bind(7)


def test_a_closed_queue_gives_nothing(netfilter: FakeNetfilter, queue: Queue) -> None:
    assert queue.fileno() == 99
    netfilter.put(1, ip(b""))
    queue.close()
    assert not netfilter.bound
    assert queue.take() == []
    with pytest.raises(ValueError, match="not bound"):
        queue.fileno()


def test_the_verdict_is_a_netlink_message() -> None:
    # linux/netfilter/nfnetlink_queue.h: NFQNL_MSG_VERDICT_BATCH, one NFQA_VERDICT_HDR
    message = drop_up_to(7, 0x01020304)
    assert unpack_from("=IHH", message) == (len(message), 3 << 8 | 3, 1)
    assert message[16:20] == b"\0\0\0\7"
    assert unpack_from("=HH", message, 20) == (12, 2)
    assert message[24:] == b"\0\0\0\0\1\2\3\4"


def test_the_kernel_counts_what_it_dropped() -> None:
    # /proc/net/netfilter/nfnetlink_queue on Linux 6.18, with a queue of 10 and 25 packets
    table = "    7  15023    10 2  4016    15     3       10  1\n    8  1 0 2 4016 99 0 0 1\n"
    assert dropped_packets(table, 7) == 18
    assert dropped_packets("", 7) == 0
    assert waiting_packets(table, 7) == 10
    assert waiting_packets("", 7) == 0


def test_where_there_is_no_table_nothing_was_dropped(
    queue: Queue, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(nfqueue, "_PROC", tmp_path_factory.mktemp("proc") / "none")
    assert queue.kernel_drops() == 0
