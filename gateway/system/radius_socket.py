"""UDP from one address of this machine: what `postern accounting` says and hears."""

import socket
from collections.abc import Iterator
from typing import Final

from gateway.wire.ipv4 import host_bytes, host_text
from gateway.wire.udp import Endpoint

LARGEST: Final = 4096  # bytes (RFC 2865, 3)
AT_ONCE: Final = 64  # packets, then others have their turn


class RadiusSocket:
    """OSError if the address is not here, or somebody has the port."""

    def __init__(self, address: bytes, port: int = 0) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.setblocking(False)
            self._socket.bind((host_text(address), port))
        except BaseException:
            self._socket.close()
            raise
        self.failed = 0  # what could not leave

    def fileno(self) -> int:
        return self._socket.fileno()

    @property
    def port(self) -> int:
        return int(self._socket.getsockname()[1])

    def send(self, packet: bytes, target: Endpoint) -> None:
        """What cannot leave is lost, as on any network."""
        try:
            self._socket.sendto(packet, (host_text(target.host), target.port))
        except OSError:
            self.failed += 1

    def receive(self) -> Iterator[tuple[bytes, Endpoint]]:
        """What has come, some of it."""
        for _ in range(AT_ONCE):
            try:
                data, (host, port) = self._socket.recvfrom(LARGEST)
            except BlockingIOError:
                return
            except OSError:
                continue  # an ICMP error of something sent before
            yield data, Endpoint(host_bytes(host), port)

    def close(self) -> None:
        self._socket.close()
