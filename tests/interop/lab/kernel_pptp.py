"""A PPTP server whose data path is the kernel's, for figures: pptpd has its GRE in user space, and
would be what is measured.

Control messages and PPP's negotiation are those of the scripted peers of tests/pair. A call on each
connection, without a password.

    python -m tests.interop.lab.kernel_pptp HERE      (in the host that is the server)
"""

import fcntl
import os
import select
import socket
import subprocess
import sys
import threading
import time
from itertools import count
from struct import pack, unpack
from typing import Final

from gateway.system.ppp_channels import DEVICE, LARGEST, attach, connect_pptp, open_pptp
from gateway.wire.ipv4 import host_bytes
from tests.interop.lab.gateway import CHECKOUT, PYTHON
from tests.interop.lab.pppd import MTU
from tests.interop.lab.pptpd import ADDRESS
from tests.interop.lab.topology import SERVER
from tests.interop.lab.world import Node, until
from tests.pair.peers.ppp_end import PppEnd
from tests.pair.peers.pptp_server import PptpServer

PORT: Final = 1723
CALL: Final = 0x1111  # of the first call; the next has the next
GIVES: Final = "10.30.0.{}"
FIRST, MOST = 10, 200  # addresses: the last byte of the first one, and how many
NEW_UNIT, CONNECT = 0xC004743E, 0x4004743A  # PPPIOC… of linux/ppp-ioctl.h
STEP: Final = 0.5  # seconds between two looks at the clock


class KernelPptp:
    """The server in a host."""

    def __init__(self, node: Node) -> None:
        argv = [PYTHON, "-m", "tests.interop.lab.kernel_pptp", SERVER]
        node.spawn(argv, "kernel-pptp", folder=str(CHECKOUT))
        until(lambda: node.listens(PORT), 20, "the kernel's PPTP listening on TCP 1723")


class _Link:
    """The PPP of one call: a channel, an interface, and who negotiates."""

    def __init__(self, near: str, far: str, number: int, peer_call: int) -> None:
        """`number` counts calls from nought."""
        self.gives = GIVES.format(FIRST + number % MOST)
        self.channel = open_pptp(host_bytes(near), CALL + number)
        connect_pptp(self.channel, host_bytes(far), peer_call)
        self.device = attach(self.channel)
        self.unit = os.open(DEVICE, os.O_RDWR | os.O_NONBLOCK)
        made = bytearray(pack("=i", -1))
        fcntl.ioctl(self.unit, NEW_UNIT, made, True)
        fcntl.ioctl(self.device, CONNECT, bytes(made))
        self.name = f"ppp{unpack('=i', made)[0]}"
        self.ppp = PppEnd(b"kern", host_bytes(ADDRESS), mru=MTU, gives=host_bytes(self.gives))
        self._say(self.ppp.start(time.monotonic()))

    def look(self) -> None:
        """What has come, and what is due."""
        was_up, now = self.ppp.up, time.monotonic()
        for descriptor in (self.device, self.unit):
            for frame in _read(descriptor):
                self._say(self.ppp.receive(frame, now))
        due = self.ppp.deadline()
        if due is not None and due <= now:
            self._say(self.ppp.handle_timeout(now))
        if self.ppp.up and not was_up:
            lines = f"addr add {ADDRESS} peer {self.gives} dev {self.name}\n"
            lines += f"link set {self.name} mtu {MTU} up\n"
            subprocess.run(["ip", "-batch", "-"], input=lines, text=True, check=True)

    def close(self) -> None:
        os.close(self.unit)
        os.close(self.device)
        self.channel.close()

    def _say(self, frames: list[bytes]) -> None:
        for frame in frames:
            os.write(self.device, frame.removeprefix(b"\xff\x03"))


def serve(here: str) -> None:
    with socket.create_server((here, PORT)) as listening:
        for number in count():
            caller, (far, _) = listening.accept()
            threading.Thread(target=_answer, args=(caller, here, far, number)).start()


def _answer(caller: socket.socket, here: str, far: str, number: int) -> None:
    """One connection, and the call on it, from beginning to end."""
    server, link = PptpServer(CALL + number, window=64, vendor="linux"), None
    try:
        while True:
            others: list[int] = [] if link is None else [link.device, link.unit]
            ready, _, _ = select.select([caller.fileno(), *others], [], [], STEP)
            if caller.fileno() in ready:
                data = caller.recv(LARGEST)
                if not data:
                    return
                answers = server.receive(data, time.monotonic())
                if link is None and server.peer:
                    link = _Link(here, far, number, server.peer)
                caller.sendall(b"".join(answers))
            if link is not None:
                link.look()
    finally:
        caller.close()
        if link is not None:
            link.close()


def _read(descriptor: int) -> list[bytes]:
    found: list[bytes] = []
    try:
        while frame := os.read(descriptor, LARGEST):
            found.append(frame)
    except OSError:
        pass  # nothing left
    return found


if __name__ == "__main__":
    serve(sys.argv[1])
