"""PPP channels of the kernel: calls of L2TP and PPTP, and joining two of them, or one of them and
the interface of a pppd.

Python's socket module does not know the address family, so `connect` and `bind` go through ctypes.
Structs: linux/if_pppox.h, linux/if_pppol2tp.h, linux/ppp-ioctl.h.
"""

import ctypes
import errno
import fcntl
import os
import socket
from collections.abc import Callable
from struct import Struct
from typing import Final, NamedTuple

from gateway.system.line import CHANNEL, number_of
from gateway.wire.udp import Endpoint

AF_PPPOX: Final = 24
PROTOCOL_L2TP, PROTOCOL_PPTP = 1, 2
DEVICE: Final = "/dev/ppp"
SOL_PPPOL2TP, LNS_MODE = 273, 4
ATTACH, JOIN, PART = 0x40047438, 0x40047435, 0x7434  # PPPIOC…CHAN
CONNECT, DISCONNECT = 0x4004743A, 0x7439  # PPPIOCCONNECT, PPPIOCDISCONN
L2TP_COUNTS: Final = 0x80487436  # PPPIOCGL2TPSTATS
NO_CHECK: Final = 11  # SO_NO_CHECK
LARGEST: Final = 2048  # bytes of a frame

_L2TP: Final = Struct("=HIii")  # family, protocol, process, descriptor
_INET: Final = Struct("!H4s8x")  # port and host of a sockaddr_in
_FAMILY: Final = Struct("=H")
_IDS: Final = Struct("=HHHH")
_PPTP: Final = Struct("=HIHxx4s16x")
_INT: Final = Struct("=i")
_COUNTS: Final = Struct("=8x8Q")
_libc = ctypes.CDLL(None, use_errno=True)


class Counts(NamedTuple):
    """Of an L2TP call since it was opened; bytes are those of frames with L2TP's header."""

    sent: int
    sent_bytes: int
    send_errors: int
    received: int
    received_bytes: int
    late: int
    out_of_order: int
    receive_errors: int


def open_udp(near: Endpoint, peer: Endpoint) -> socket.socket:
    """The UDP socket of a tunnel: many have the same port of ours, and each one peer.

    Without checksums: inside ESP in UDP the NATs have made them wrong (RFC 3948, 3.1.2).
    """
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        made.setblocking(False)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.setsockopt(socket.SOL_SOCKET, NO_CHECK, 1)
        made.bind(_address(near))
        made.connect(_address(peer))
    except OSError:
        made.close()
        raise
    return made


def adopt_udp(descriptor: int) -> socket.socket:
    """One that an earlier process has opened by `open_udp`; so do the next two."""
    return _adopt(descriptor, socket.AF_INET, socket.SOCK_DGRAM, 0)


def adopt_l2tp(descriptor: int) -> socket.socket:
    return _adopt(descriptor, AF_PPPOX, socket.SOCK_DGRAM, PROTOCOL_L2TP)


def adopt_pptp(descriptor: int) -> socket.socket:
    return _adopt(descriptor, AF_PPPOX, socket.SOCK_STREAM, PROTOCOL_PPTP)


def open_l2tp(udp: socket.socket, peer: Endpoint, ids: tuple[int, int, int, int]) -> socket.socket:
    """A call of the tunnel that has `udp`; `ids` are our tunnel and call, then the peer's.

    The tunnel is made with its first call, and goes with its UDP socket. The kernel finds tunnels
    by our number alone; OSError if it has one of this number with another peer.
    """
    tunnel, call, peer_tunnel, peer_call = ids
    with socket.socket(AF_PPPOX, socket.SOCK_DGRAM, PROTOCOL_L2TP) as first:
        # Without call ids this makes the tunnel, and without it a call could not be made.
        _connect(first, _l2tp(udp, peer, (tunnel, 0, peer_tunnel, 0)))
        made = socket.socket(AF_PPPOX, socket.SOCK_DGRAM, PROTOCOL_L2TP)
        try:
            _connect(made, _l2tp(udp, peer, (tunnel, call, peer_tunnel, peer_call)))
            if _peer_of(made) != peer:
                raise OSError(errno.EEXIST, f"tunnel {tunnel} of the kernel is somebody else's")
            made.setsockopt(SOL_PPPOL2TP, LNS_MODE, 1)
        except OSError:
            made.close()
            raise
    return made


def open_pptp(near: bytes, call: int) -> socket.socket:
    """Reserve the number of a call, before the server is told of it."""
    made = socket.socket(AF_PPPOX, socket.SOCK_STREAM, PROTOCOL_PPTP)
    try:
        _check(_libc.bind, made, _pptp(near, call))
    except OSError:
        made.close()
        raise
    return made


def connect_pptp(reserved: socket.socket, server: bytes, peer_call: int) -> None:
    """The server has answered: from now on frames go."""
    _connect(reserved, _pptp(server, peer_call))


def attach(channel: socket.socket) -> int:
    """A descriptor by which frames of this channel are read and written."""
    return _attach(number_of(channel.fileno(), CHANNEL))


def join(attached: int, other: socket.socket) -> None:
    """Frames go between the two channels, both ways, until one of them is closed."""
    fcntl.ioctl(attached, JOIN, _INT.pack(number_of(other.fileno(), CHANNEL)))


def join_again(attached: int, other: socket.socket) -> None:
    """The same of two that an earlier process has joined, or was about to."""
    try:
        join(attached, other)
    except OSError as refused:
        if refused.errno != errno.EALREADY:
            raise


def part(attached: int) -> None:
    """Frames come to us again."""
    fcntl.ioctl(attached, PART)


def lead_in(attached: int, interface: int, terminal: int) -> None:
    """The channel is one of the PPP interface with this number, and the one by which that sends; it
    has sent by the channel `terminal`. What negotiates the link itself is read by `attached`.

    OSError if there is no such interface, or that is not its channel.
    """
    unit, own = _INT.pack(interface), _attach(terminal)
    try:
        fcntl.ioctl(attached, CONNECT, unit)
        # It sends by the channel that it has had for longest; and by its terminal, which stays the
        # other one, it hears what is under way there.
        fcntl.ioctl(own, DISCONNECT)
        fcntl.ioctl(own, CONNECT, unit)
    finally:
        os.close(own)


def lead_out(attached: int) -> None:
    """The interface has this channel no more."""
    fcntl.ioctl(attached, DISCONNECT)


def l2tp_counts(channel: socket.socket) -> Counts:
    asked = bytearray(_COUNTS.size)
    fcntl.ioctl(channel.fileno(), L2TP_COUNTS, asked, True)
    return Counts(*_COUNTS.unpack(asked))


def _adopt(descriptor: int, family: int, kind: int, protocol: int) -> socket.socket:
    made = socket.socket(family, kind, protocol, fileno=descriptor)
    made.setblocking(False)
    return made


def _peer_of(channel: socket.socket) -> Endpoint:
    """The UDP peer of the tunnel that a call is in."""
    name = ctypes.create_string_buffer(_L2TP.size + 16 + _IDS.size)
    length = ctypes.c_uint(len(name))
    if _libc.getpeername(channel.fileno(), name, ctypes.byref(length)) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    port, host = _INET.unpack_from(name.raw, _L2TP.size + _FAMILY.size)
    return Endpoint(host, port)


def _attach(number: int) -> int:
    """A descriptor of the channel that has this number."""
    device = os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        fcntl.ioctl(device, ATTACH, _INT.pack(number))
    except OSError:
        os.close(device)
        raise
    return device


def _address(endpoint: Endpoint) -> tuple[str, int]:
    return socket.inet_ntoa(endpoint.host), endpoint.port


def _l2tp(udp: socket.socket, peer: Endpoint, ids: tuple[int, int, int, int]) -> bytes:
    return (
        _L2TP.pack(AF_PPPOX, PROTOCOL_L2TP, 0, udp.fileno())
        + _FAMILY.pack(socket.AF_INET)
        + _INET.pack(peer.port, peer.host)
        + _IDS.pack(*ids)
    )


def _pptp(host: bytes, call: int) -> bytes:
    return _PPTP.pack(AF_PPPOX, PROTOCOL_PPTP, call, host)


def _connect(channel: socket.socket, address: bytes) -> None:
    _check(_libc.connect, channel, address)


def _check(function: Callable[..., int], channel: socket.socket, address: bytes) -> None:
    if function(channel.fileno(), address, len(address)) < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
