"""What the kernel tells of security associations unasked: limits reached, peers come elsewhere."""

import errno
import socket
from typing import Final

from gateway.system.netlink.line import LARGEST, XFRM
from gateway.wire.netlink import Message, parse_messages
from gateway.wire.xfrm import (
    EXPIRED,
    GROUP_EXPIRED,
    GROUP_MAPPING,
    MAPPING,
    Expired,
    Mapped,
    parse_expired,
    parse_mapping,
)

LIMIT: Final = 64  # reads at a time
WAITING: Final = 1 << 20  # bytes of events that may wait
_SOL_NETLINK, _ADD_MEMBERSHIP, _SO_RCVBUFFORCE = 270, 1, 33


class Events:
    """`missed` counts the times the kernel had more to tell than could wait."""

    def __init__(self) -> None:
        self.missed = 0
        self._socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, XFRM)
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, WAITING)
        self._socket.bind((0, 0))
        for group in (GROUP_EXPIRED, GROUP_MAPPING):
            self._socket.setsockopt(_SOL_NETLINK, _ADD_MEMBERSHIP, group)

    def fileno(self) -> int:
        return self._socket.fileno()

    def close(self) -> None:
        self._socket.close()

    def take(self, limit: int = LIMIT) -> list[Expired | Mapped]:
        """What has come, without waiting."""
        found: list[Expired | Mapped] = []
        for _ in range(limit):
            try:
                data = self._socket.recv(LARGEST)
            except BlockingIOError:
                break
            except OSError as error:
                if error.errno != errno.ENOBUFS:
                    raise
                self.missed += 1
                continue
            for message in parse_messages(data):
                found += _read(message)
        return found


def _read(message: Message) -> list[Expired | Mapped]:
    if message.kind == EXPIRED:
        return [parse_expired(message.body)]
    if message.kind == MAPPING:
        return [parse_mapping(message.body)]
    return []
