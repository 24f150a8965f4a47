"""Calls in the kernel: the channel towards the server, and once joined the one towards the client.

Before a call is joined its frames are read and written here, by hand. One whose PPP ends at a pppd
has no channel towards a server: the client's is given to the pppd's interface.
"""

import errno
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from gateway.paths import (
    CallCounted,
    CallPath,
    FrameHeard,
    L2tpEnd,
    LinkHeard,
    PathEvent,
    PppdEnd,
    PptpEnd,
)
from gateway.system import ppp_channels
from gateway.system.kernel_legs import KernelLegs
from gateway.system.ppp_channels import Counts
from gateway.system.watched import Watched

ADDRESS_CONTROL: Final = b"\xff\x03"  # before a frame (RFC 1662, 3.1)
AT_ONCE: Final = 32  # frames read of one call before the others have their turn
L2TP_HEADER_IN, L2TP_HEADER_OUT = (
    8,
    6,
)  # bytes: with a length, as clients send it; without, as Linux


class _Call:
    def __init__(self, path: CallPath) -> None:
        self.path = path
        self.inside: socket.socket | None = None
        self.outside: socket.socket | None = None
        self.connected = False  # the channel inside, to the server
        self.device = -1  # attached to that, or where a pppd is the end inside, to the one outside
        self.counted = CallCounted(0, 0, 0, 0, 0)


class KernelCalls:
    """`set` may raise OSError. If joining failed, the call is as it was before; see `give_up`."""

    def __init__(
        self, legs: KernelLegs, watched: Watched, tell: Callable[[PathEvent], None]
    ) -> None:
        """`tell` is for what comes or is counted while a call is changed."""
        self._legs = legs
        self._watched = watched
        self._tell = tell
        self._calls: dict[int, _Call] = {}

    def set(self, number: int, path: CallPath | None, there: bool = False) -> None:
        """`there`: its end inside is an earlier process's, and cannot be made anew."""
        call = self._calls.get(number)
        if path is None:
            if call is not None:
                self._remove(number, call)
            return
        if call is None:
            call = self._calls[number] = _Call(path)
            if isinstance(path.inside, PptpEnd):
                self._reserve(number, call, path.inside, there)
        self._connect(number, call, path)
        if _joined(path) != _joined(call.path) and call.outside is not None:
            self._part(number, call)
        if path.outside is not None and call.outside is None:
            self._join(number, call, path, path.outside)
        call.path = path

    def give_up(self, number: int) -> None:
        """Nothing of the call is left."""
        call = self._calls.pop(number, None)
        if call is not None:
            self._close(call)

    def send(self, number: int, frame: bytes) -> None:
        """A frame for the server; what the kernel has no room for is lost."""
        call = self._calls.get(number)
        if call is not None and call.device >= 0:
            with suppress(OSError):
                # The kernel puts address and control before what it sends, itself.
                os.write(call.device, frame.removeprefix(ADDRESS_CONTROL))

    def count(self) -> list[PathEvent]:
        """Of each joined call in which something has passed since it was last asked."""
        found: list[PathEvent] = []
        for number, call in self._calls.items():
            event = self._counted(number, call)
            if event is not None and event != call.counted:
                call.counted = event
                found.append(event)
        return found

    def _reserve(self, number: int, call: _Call, end: PptpEnd, there: bool) -> None:
        name = f"call-{number}-pptp-{end.call}"
        left = self._watched.inherit(name)
        if left is not None:
            call.inside, call.connected = ppp_channels.adopt_pptp(left), True
        elif there:
            raise OSError(errno.ENOTCONN, "what the kernel had of the call was lost")
        else:
            call.inside = ppp_channels.open_pptp(end.near or _near(end.server), end.call)
        self._watched.add(call.inside.fileno(), None, name)

    def _connect(self, number: int, call: _Call, path: CallPath) -> None:
        """The server has answered: frames come."""
        end = path.inside
        if call.device >= 0 or not isinstance(end, PptpEnd) or end.peer_call is None:
            return
        if call.inside is None:
            raise ValueError(f"call {number} has no channel")
        if not call.connected:
            ppp_channels.connect_pptp(call.inside, end.server, end.peer_call)
            call.connected = True
        device = call.device = ppp_channels.attach(call.inside)
        self._watched.add(device, lambda: _frames(number, device))

    def _join(self, number: int, call: _Call, path: CallPath, end: L2tpEnd) -> None:
        left = self._watched.inherit(_outside(number, end))
        if left is not None and call.device >= 0:
            self._join_again(number, call, end, left)
            return
        outside = self._open(number, end)
        try:
            if isinstance(path.inside, PppdEnd):
                self._lead_in(number, call, path.inside, outside)
                call.outside = outside
                return
            if isinstance(path.inside, L2tpEnd):
                call.inside = self._open(number, path.inside)
            if call.inside is None:
                raise OSError(errno.ENOTCONN, "the call has no end inside")
            self._bridge(number, call, call.inside, outside)
        except OSError:
            self._end(outside)
            if isinstance(path.inside, L2tpEnd) and call.inside is not None:
                self._end(call.inside)
                call.inside = None
            raise
        call.outside = outside

    def _join_again(self, number: int, call: _Call, end: L2tpEnd, left: int) -> None:
        """An earlier process has joined the two, and frames have gone across since."""
        outside = ppp_channels.adopt_l2tp(left)
        self._watched.add(outside.fileno(), None, _outside(number, end))
        try:
            ppp_channels.join_again(call.device, outside)
        except OSError:
            self._end(outside)
            raise
        call.outside = outside

    def _bridge(
        self, number: int, call: _Call, inside: socket.socket, outside: socket.socket
    ) -> None:
        """Join the two, then take what came to either meanwhile."""
        device = call.device if call.device >= 0 else ppp_channels.attach(inside)
        other = -1
        try:
            # What comes before the two are joined waits where it can be read.
            other = ppp_channels.attach(outside)
            ppp_channels.join(device, outside)
            for event in _frames(number, device):
                self._tell(event)
            for frame in _read_all(other):
                with suppress(OSError):
                    os.write(device, frame)
        finally:
            if other >= 0:
                os.close(other)
            if device != call.device:
                os.close(device)

    def _lead_in(self, number: int, call: _Call, end: PppdEnd, outside: socket.socket) -> None:
        device = ppp_channels.attach(outside)
        try:
            ppp_channels.lead_in(device, end.interface, end.terminal)
        except OSError:
            os.close(device)
            raise
        call.device = device
        self._watched.add(device, lambda: _of_link(number, device))

    def _lead_out(self, number: int, call: _Call) -> None:
        """A keeper's copy of the channel must not be the interface's any more."""
        with suppress(OSError):
            ppp_channels.lead_out(call.device)
        for event in _of_link(number, call.device):
            self._tell(event)
        self._watched.remove(call.device)
        os.close(call.device)
        call.device = -1

    def _part(self, number: int, call: _Call) -> None:
        """Frames come by hand again. Whoever keeps copies of what is closed must not join it."""
        if call.outside is not None:
            with suppress(OSError):
                self._tell(counted(number, ppp_channels.l2tp_counts(call.outside)))
            if isinstance(call.path.inside, PppdEnd):
                self._lead_out(number, call)
            elif call.device >= 0:
                with suppress(OSError):
                    ppp_channels.part(call.device)
            self._end(call.outside)
            call.outside = None
            if call.device < 0 and call.inside is not None:  # a trunk's, of which nothing is read
                self._end(call.inside)
                call.inside = None

    def _open(self, number: int, end: L2tpEnd) -> socket.socket:
        udp, peer = self._legs.udp(end.leg)
        ids = (end.tunnel, end.call, end.peer_tunnel, end.peer_call)
        made = ppp_channels.open_l2tp(udp, peer, ids)
        self._watched.add(made.fileno(), None, _outside(number, end))
        return made

    def _counted(self, number: int, call: _Call) -> CallCounted | None:
        if call.outside is None:
            return None
        return counted(number, ppp_channels.l2tp_counts(call.outside))

    def _remove(self, number: int, call: _Call) -> None:
        event = None
        with suppress(OSError):
            event = self._counted(number, call)
        del self._calls[number]
        self._close(call)
        event = event or CallCounted(number, 0, 0, 0, 0)
        self._tell(CallCounted(number, event.frames_in, event.bytes_in, event.frames_out,
                               event.bytes_out, last=True))  # fmt: skip

    def _close(self, call: _Call) -> None:
        if call.device >= 0:
            if isinstance(call.path.inside, PppdEnd):
                with suppress(OSError):
                    ppp_channels.lead_out(call.device)
            self._watched.remove(call.device)
            os.close(call.device)
            call.device = -1
        for channel in (call.outside, call.inside):
            if channel is not None:
                self._end(channel)
        call.outside = call.inside = None

    def _end(self, channel: socket.socket) -> None:
        self._watched.remove(channel.fileno())
        channel.close()


def counted(number: int, counts: Counts) -> CallCounted:
    """The kernel counts L2TP's headers as well, and FF 03 that it puts before what it sends."""
    return CallCounted(
        call=number,
        frames_in=counts.received,
        bytes_in=max(0, counts.received_bytes - L2TP_HEADER_IN * counts.received),
        frames_out=counts.sent,
        bytes_out=max(0, counts.sent_bytes - L2TP_HEADER_OUT * counts.sent),
    )


def _joined(path: CallPath) -> tuple[L2tpEnd | PppdEnd | None, L2tpEnd | None]:
    """The ends that there are only while it is joined."""
    inside = None if isinstance(path.inside, PptpEnd) else path.inside
    return inside if path.outside is not None else None, path.outside


def _outside(number: int, end: L2tpEnd) -> str:
    """By what name its channel is kept."""
    return f"call-{number}-l2tp-{end.leg}-{end.tunnel}-{end.call}"


def _frames(number: int, device: int) -> list[PathEvent]:
    return [FrameHeard(number, frame) for frame in _read_all(device)]


def _of_link(number: int, device: int) -> list[PathEvent]:
    return [LinkHeard(number, frame) for frame in _read_all(device)]


def _read_all(device: int) -> list[bytes]:
    found: list[bytes] = []
    try:
        while len(found) < AT_ONCE:
            found.append(os.read(device, ppp_channels.LARGEST))
    except OSError:
        pass  # nothing left; or the channel is gone, which whoever ended it knows
    return found


def _near(server: bytes) -> bytes:
    """Our address on the way to a server, as the routes are now."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect((socket.inet_ntoa(server), 9))
        return socket.inet_aton(asking.getsockname()[0])
