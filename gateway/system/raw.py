"""Whole IPv4 packets in and out (raw(7)). The road: counts what fails, raises nothing."""

import errno
import socket
from array import array
from collections import Counter
from collections.abc import Collection, Iterator
from functools import lru_cache
from itertools import cycle
from struct import Struct
from typing import Final

from gateway.paths import KERNEL_CALLS, SHARDS
from gateway.wire.ipv4 import fragment_ipv4, host_text

LIMIT = 64  # packets at a time
LARGEST = 65535  # bytes of an IPv4 packet
SEND_BUFFER, RECEIVE_BUFFER = 1 << 20, 4 << 20  # bytes
SMALLEST_MTU = 68  # bytes (RFC 791, 3.2)
_IP_MTU, _SO_SNDBUFFORCE, _SO_RCVBUFFORCE = 14, 32, 33  # linux/in.h, asm-generic/socket.h
_SO_ATTACH_FILTER: Final = 26
_PROGRAM: Final = Struct("@HP")
_INSTRUCTION: Final = Struct("=HBBI")
# Operations of a filter (linux/bpf_common.h)
_LOAD_HEADER_LENGTH, _LOAD_HALF_BEHIND, _LOAD_WORD = 0xB1, 0x48, 0x20
_IF_BITS, _IF_EQUAL, _IF_AT_LEAST, _AND, _RETURN = 0x45, 0x15, 0x35, 0x54, 0x06
_MOST_HOSTS: Final = 250  # a jump goes 255 instructions at most
_CALL_ID: Final = 6  # bytes into the GRE header (RFC 2637, 4.1)
_TARGET: Final = slice(16, 20)  # of an IPv4 header
_U16: Final = Struct("!H")
_dotted = lru_cache(maxsize=1024)(host_text)


class Sender:
    """Sends packets as they are, from the source their header names.

    The kernel fills in checksum and identification. What is larger than the MTU of the way is sent
    in fragments; `mtu` (0: none) sets a smaller limit for all ways.
    """

    def __init__(self, mtu: int = 0) -> None:
        self.sent = 0
        self.fragmented = 0
        self.failed: Counter[str] = Counter()  # by the name of the error, such as ENETUNREACH
        self._mtu = mtu or LARGEST
        # Zero asks the kernel for a number, which would differ from fragment to fragment.
        self._identifications: Iterator[int] = cycle(range(1, 0x10000))
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self._socket.setblocking(False)
        self._asking = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)  # sends nothing
        _enlarge(self._socket, _SO_SNDBUFFORCE, socket.SO_SNDBUF, SEND_BUFFER)

    def send(self, packet: bytes) -> None:
        """Put `packet` on its way, or count why not."""
        if len(packet) > self._mtu:
            self._send_fragments(packet, self._mtu)
            return
        try:
            self._socket.sendto(packet, (_dotted(packet[_TARGET]), 0))
        except OSError as error:
            if error.errno == errno.EMSGSIZE:
                self._send_fragments(packet, self._mtu_towards(packet[_TARGET]))
            else:
                self._count(error)
        else:
            self.sent += 1

    def close(self) -> None:
        self._socket.close()
        self._asking.close()

    def _send_fragments(self, packet: bytes, mtu: int) -> None:
        target = (_dotted(packet[_TARGET]), 0)
        mtu = max(min(mtu, self._mtu), SMALLEST_MTU)
        try:
            for fragment in fragment_ipv4(packet, mtu, next(self._identifications)):
                self._socket.sendto(fragment, target)
        except OSError as error:
            self._count(error)
        else:
            self.sent += 1
            self.fragmented += 1

    def _mtu_towards(self, target: bytes) -> int:
        """The MTU of the route. Asked each time, for it may change and few packets do not fit."""
        try:
            self._asking.connect((_dotted(target), 9))
            return self._asking.getsockopt(socket.IPPROTO_IP, _IP_MTU)
        except OSError:
            return SMALLEST_MTU

    def _count(self, error: OSError) -> None:
        self.failed[errno.errorcode.get(error.errno or 0, "other")] += 1


class GreReceiver:
    """GRE as it comes from the inside servers: whole IPv4 packets, already reassembled."""

    def __init__(self, address: bytes | None = None) -> None:
        """Only what is sent to `address`, if one is given."""
        self.received = 0
        self.errors = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_GRE)
        self._socket.setblocking(False)
        _enlarge(self._socket, _SO_RCVBUFFORCE, socket.SO_RCVBUF, RECEIVE_BUFFER)
        if address is not None:
            self._socket.bind((host_text(address), 0))
        self._buffer = bytearray(LARGEST)
        self._view = memoryview(self._buffer)

    def leave_to_kernel(self, servers: Collection[bytes]) -> None:
        """Not what the kernel's own PPTP takes: its call ids, from hosts that were called.

        Without this we would be woken by every packet that it carries. An NT server may answer from
        another address of its (Q169831): that comes to us.
        """
        self._filter(kernel_calls_filter(servers))

    def leave_to_workers(self, workers: int) -> None:
        """Not calls of these workers."""
        self._filter(workers_filter(range(1, workers + 1), theirs=False))

    def take_only(self, workers: range) -> None:
        """Calls of these workers alone."""
        self._filter(workers_filter(workers, theirs=True))

    def _filter(self, program: bytes) -> None:
        buffer = array("B", program)
        address, length = buffer.buffer_info()
        handle = _PROGRAM.pack(length // _INSTRUCTION.size, address)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, handle)

    def fileno(self) -> int:
        return self._socket.fileno()

    def take(self, limit: int = LIMIT) -> list[bytes]:
        """Up to `limit` packets, without waiting."""
        packets: list[bytes] = []
        try:
            while len(packets) < limit:
                size = self._socket.recv_into(self._buffer)
                packets.append(bytes(self._view[:size]))
        except BlockingIOError:
            pass
        except OSError:
            self.errors += 1  # an ICMP error about an earlier packet: nothing was received
        self.received += len(packets)
        return packets

    def close(self) -> None:
        self._socket.close()


def kernel_calls_filter(servers: Collection[bytes]) -> bytes:
    """A program for the kernel (linux/filter.h) that lets everything pass but these servers' GRE
    with the call ids of the kernel's calls."""
    hosts = sorted(servers)[:_MOST_HOSTS]
    skip = len(hosts) + 1  # to where everything passes
    code = [
        (_LOAD_HEADER_LENGTH, 0, 0, 0),
        (_LOAD_HALF_BEHIND, 0, 0, _CALL_ID),
        (_IF_BITS, 0, skip, KERNEL_CALLS),
        (_LOAD_WORD, 0, 0, 12),  # the source address
    ]
    for place, host in enumerate(hosts):
        code.append((_IF_EQUAL, len(hosts) - place, 0, int.from_bytes(host, "big")))
    code += [(_RETURN, 0, 0, LARGEST), (_RETURN, 0, 0, 0)]
    return b"".join(_INSTRUCTION.pack(*each) for each in code)


def workers_filter(workers: range, *, theirs: bool) -> bytes:
    """The same for what has these numbers in the low bits of its call id, or for all else."""
    passes, drops = (_RETURN, 0, 0, LARGEST), (_RETURN, 0, 0, 0)
    code = [
        (_LOAD_HEADER_LENGTH, 0, 0, 0),
        (_LOAD_HALF_BEHIND, 0, 0, _CALL_ID),
        (_AND, 0, 0, SHARDS - 1),
        (_IF_AT_LEAST, 0, 2, workers.start),
        (_IF_AT_LEAST, 1, 0, workers.stop),
        passes if theirs else drops,
        drops if theirs else passes,
    ]
    return b"".join(_INSTRUCTION.pack(*each) for each in code)


def _enlarge(sock: socket.socket, force: int, plain: int, size: int) -> None:
    try:
        sock.setsockopt(socket.SOL_SOCKET, force, size)
    except OSError:  # without CAP_NET_ADMIN: as much as the system allows everyone
        sock.setsockopt(socket.SOL_SOCKET, plain, size)
