"""Packets that netfilter hands over (NFQUEUE). The road: counts, and makes no object it can avoid.

The one import of netfilterqueue, which makes the queue and reads its messages. Two things are done
past it, on the same netlink socket: receiving ends after so many packets (its own `run` reads for
as long as there is something, so a flood would starve every timer), and one verdict answers for
all packets read so far (NFQNL_MSG_VERDICT_BATCH), which also frees any packet whose message was
lost or could not be read. The verdict is DROP: a packet that has come here is consumed. Only where
the gateway stands in front of a server some go on to it, each by a verdict of its own.
"""

import errno
import os
import socket
import warnings
from collections.abc import Callable
from pathlib import Path
from struct import Struct
from typing import Final, cast

import netfilterqueue

LIMIT = 64  # packets at a time
LARGEST_COPY = 4016  # bytes of a packet that netfilterqueue has the kernel copy
ROOM_PER_PACKET = 4096  # bytes of receive buffer, overhead included
_MESSAGE = 8192  # bytes: a copy and its attributes, which can be more than netfilterqueue expects
_PROC = Path("/proc/net/netfilter/nfnetlink_queue")
# linux/netlink.h, linux/netfilter/nfnetlink_queue.h
_NETLINK_ERROR, _NETLINK_REQUEST, _SOL_NETLINK, _NETLINK_NO_ENOBUFS = 2, 1, 270, 5
_VERDICT_BATCH, _VERDICT_HEADER, _NF_DROP = 3 << 8 | 3, 2, 0
_TYPE: Final = Struct("=4xH")
# netlink header, nfgenmsg, one attribute; only the latter two are partly in network order
_VERDICT: Final = (Struct("=IHHII"), Struct("!BBH"), Struct("=HH"), Struct("!II"))
_TOTAL_LENGTH: Final = Struct("!2xH")


class QueueUnavailable(OSError):
    """The queue cannot be had; the text says why that may be."""


class Queue:
    """One netfilter queue. Counters only grow; `kernel_drops` asks the kernel.

    `passes` says of a packet whether it is none of ours and goes on as if it had not been here.
    """

    def __init__(self, passes: Callable[[bytes], bool] | None = None) -> None:
        self._passes = passes
        self.received = 0
        self.truncated = 0  # longer than LARGEST_COPY: consumed, not handed on
        self.overruns = 0  # times the kernel said that it could not reach us (ENOBUFS)
        self._bound: netfilterqueue.NetfilterQueue | None = None
        self._socket: socket.socket | None = None
        self._number = 0
        self._left = 0
        self._last = -1  # id of the last packet without a verdict
        self._packets: list[bytes] = []
        self._buffer = bytearray(_MESSAGE)
        self._view = memoryview(self._buffer)

    def bind(self, number: int, length: int = 2048) -> None:
        """Become the reader of queue `number`, which holds at most `length` packets."""
        self._number = number
        try:
            queue = netfilterqueue.NetfilterQueue()
            with warnings.catch_warnings():
                # A smaller receive buffer than asked for is no reason not to start.
                warnings.simplefilter("ignore", RuntimeWarning)
                queue.bind(
                    number, self._keep, max_len=length, sock_len=min(length, 8192) * ROOM_PER_PACKET
                )
        except OSError as error:
            raise QueueUnavailable(
                f"netfilter queue {number} cannot be had ({error}): it takes CAP_NET_ADMIN, "
                f"and nobody else may read it; {_PROC} names its reader"
            ) from error
        self._bound = queue
        self._socket = socket.socket(fileno=os.dup(queue.get_fd()))
        # Without this one overrun would refuse everything until the buffer has been emptied.
        self._socket.setsockopt(_SOL_NETLINK, _NETLINK_NO_ENOBUFS, 1)

    def fileno(self) -> int:
        if self._socket is None:
            raise ValueError("the queue is not bound")
        return self._socket.fileno()

    def take(self, limit: int = LIMIT) -> list[bytes]:
        """Up to `limit` packets, without waiting; all of them have had their verdict."""
        if self._bound is None:
            return []
        self._left = limit
        self._packets = []
        try:
            self._bound.run_socket(cast(socket.socket, self))  # it only calls `recv`
        finally:
            self._give_verdict()
        return self._packets

    def close(self) -> None:
        """Stop reading. The kernel drops what is in the queue and what still comes."""
        if self._bound is not None and self._socket is not None:
            self._socket.close()
            self._bound.unbind()
        self._bound = self._socket = None

    def kernel_drops(self) -> int:
        """Packets the kernel dropped because the queue or our receive buffer was full."""
        try:
            return dropped_packets(_PROC.read_text(), self._number)
        except OSError:
            return 0

    def waiting(self) -> int:
        """Packets in the queue that nobody has read yet."""
        try:
            return waiting_packets(_PROC.read_text(), self._number)
        except OSError:
            return 0

    def recv(self, _: int) -> bytes:
        """One message from the kernel: this is what `run_socket` believes to be its socket."""
        while self._left > 0 and self._socket is not None:
            self._left -= 1
            try:
                size = self._socket.recv_into(self._buffer, 0, socket.MSG_DONTWAIT)
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.overruns += 1
                continue
            if _TYPE.unpack_from(self._buffer)[0] != _NETLINK_ERROR:
                return bytes(self._view[:size])
        raise BlockingIOError(errno.EAGAIN, "enough for now")

    def _keep(self, packet: netfilterqueue.Packet) -> None:
        self._last = packet.id
        self.received += 1
        payload = packet.get_payload()
        if len(payload) >= LARGEST_COPY and _TOTAL_LENGTH.unpack_from(payload)[0] > len(payload):
            self.truncated += 1
        elif self._passes is not None and self._passes(payload):
            packet.accept()
        else:
            self._packets.append(payload)

    def _give_verdict(self) -> None:
        if self._last < 0 or self._socket is None:
            return
        try:
            self._socket.sendto(drop_up_to(self._number, self._last), (0, 0))
        except OSError:
            return  # the next verdict answers for these, too
        self._last = -1


def drop_up_to(queue: int, packet: int) -> bytes:
    """The netlink message that drops all packets in the queue up to the id `packet`."""
    netlink, generic, attribute, verdict = _VERDICT
    size = netlink.size + generic.size + attribute.size + verdict.size
    return (
        netlink.pack(size, _VERDICT_BATCH, _NETLINK_REQUEST, 0, 0)
        + generic.pack(socket.AF_UNSPEC, 0, queue)
        + attribute.pack(attribute.size + verdict.size, _VERDICT_HEADER)
        + verdict.pack(_NF_DROP, packet)
    )


def dropped_packets(table: str, queue: int) -> int:
    """From the text of /proc/net/netfilter/nfnetlink_queue: dropped there, and on the way to us."""
    rows = (line.split() for line in table.splitlines())
    return sum(int(row[5]) + int(row[6]) for row in rows if int(row[0]) == queue)


def waiting_packets(table: str, queue: int) -> int:
    """From the same text: packets without a verdict."""
    rows = (line.split() for line in table.splitlines())
    return sum(int(row[2]) for row in rows if int(row[0]) == queue)
