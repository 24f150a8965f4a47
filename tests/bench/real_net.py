"""The pair tests' net, with the kernel's wire and the real clock: scripted peers against a daemon.

Clients are in one network namespace and speak through its sockets, NATs are in memory; the PPTP
server is in another one and speaks TCP and GRE. Everything is driven by one thread that waits.
"""

import selectors
import socket
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, ExitStack
from struct import unpack
from typing import Final, NamedTuple

from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_GRE, host_bytes, host_text, parse_ipv4
from gateway.wire.udp import Datagram, Endpoint
from tests.pair.nat import Nat
from tests.pair.net import Node
from tests.pair.peers.inside_server import InsideServer, Line

TIMESTAMPS: Final = 35  # SO_TIMESTAMPNS, and the kind of message that brings one
LONGEST_WAIT: Final = 0.25  # seconds
now = time.monotonic


class Seen(NamedTuple):
    """A datagram and when the kernel got it, in seconds of its own clock."""

    when: float
    datagram: Datagram


class RealNet:
    """`seen` collects what reaches the clients while `watching`."""

    def __init__(
        self, outside: AbstractContextManager[object], inside: AbstractContextManager[object]
    ) -> None:
        """Each is entered to be in that namespace."""
        self.watching = False
        self.seen: list[Seen] = []
        self._outside, self._inside = outside, inside
        self._open = ExitStack()
        self._selector = selectors.DefaultSelector()
        self._sockets: dict[Endpoint, socket.socket] = {}
        self._nodes: list[Node] = []
        self._by_host: dict[bytes, Node] = {}
        self._nats: dict[bytes, Nat] = {}  # by the host that is behind it
        self._open.callback(self._selector.close)

    def close(self) -> None:
        self._open.close()

    def join(self, node: Node, *hosts: str, nat: Nat | None = None) -> None:
        """A client, or several; their host, or their NAT's, is an address of the outside
        namespace."""
        self._nodes.append(node)
        for host in map(host_bytes, hosts):
            self._by_host[host] = node
            if nat is not None:
                self._nats[host] = nat

    def serve(self, server: InsideServer) -> None:
        """The server, at its address in the inside namespace."""
        self._nodes.append(server)
        host = host_text(server.here.host)
        with self._inside:
            gre = self._opened(socket.SOCK_RAW, PROTOCOL_GRE)
            listener = self._opened(socket.SOCK_STREAM, 0)
        gre.bind((host, 0))
        listener.bind((host, 1723))
        listener.listen(64)
        self._sockets[server.here] = gre
        self._watch(gre, lambda: self._from_gre(server, gre))
        self._watch(listener, lambda: self._from_listener(server, listener))

    def send(self, datagrams: Iterable[Datagram]) -> None:
        for datagram in datagrams:
            nat = self._nats.get(datagram.source.host)
            out = nat.leave(datagram, now()) if nat else datagram
            sending = self._sockets.get(out.source) or self._outside_socket(out.source)
            sending.sendto(out.payload, (host_text(out.target.host), out.target.port))

    def line(self, here: Endpoint, there: Endpoint) -> socket.socket:
        """The socket by which what a node sends from `here` to `there` leaves."""
        nat = self._nats.get(here.host)
        out = Datagram(here, there, b"")
        return self._sockets[(nat.leave(out, now()) if nat else out).source]

    def run_for(self, seconds: float) -> None:
        self.run_until(lambda: False, seconds)

    def run_until(self, done: Callable[[], bool], patience: float) -> bool:
        """Work until `done`, at most `patience` seconds; whether it was done."""
        end = now() + patience
        while not done():
            if now() >= end:
                return False
            times = [end, now() + LONGEST_WAIT]
            times += [due for node in self._nodes if (due := node.deadline()) is not None]
            for key, _ in self._selector.select(max(0.0, min(times) - now())):
                key.data()
            for node in self._nodes:
                due = node.deadline()
                if due is not None and due <= now():
                    self.send(node.handle_timeout(now()))
        return True

    def _opened(self, kind: int, protocol: int) -> socket.socket:
        made = self._open.enter_context(socket.socket(socket.AF_INET, kind, protocol))
        made.setblocking(False)
        return made

    def _watch(self, watched: socket.socket, handle: Callable[[], None]) -> None:
        self._selector.register(watched, selectors.EVENT_READ, handle)

    def _outside_socket(self, here: Endpoint) -> socket.socket:
        """UDP, or ESP as it is where there is no port."""
        with self._outside:
            plain = here.port == 0
            made = self._opened(
                *((socket.SOCK_RAW, PROTOCOL_ESP) if plain else (socket.SOCK_DGRAM, 0))
            )
        made.setsockopt(socket.SOL_SOCKET, TIMESTAMPS, 1)
        made.bind((host_text(here.host), here.port))
        self._sockets[here] = made
        self._watch(made, lambda: self._from_outside(made, here))
        return made

    def _from_outside(self, source: socket.socket, here: Endpoint) -> None:
        try:
            data, extra, _, (host, port) = source.recvmsg(4096, 128)
        except OSError:
            return  # an ICMP error about something sent before
        if here.port == 0:
            header = parse_ipv4(data)
            data, port = data[header.start : header.end], 0
        datagram = Datagram(Endpoint(host_bytes(host), port), here, data)
        if self.watching:
            seconds, nanoseconds = unpack("@ll", extra[0][2][:16])
            self.seen.append(Seen(seconds + nanoseconds * 1e-9, datagram))
        for nat in dict.fromkeys(self._nats.values()):
            if nat.host == here.host:
                inside = nat.enter(datagram, now())
                break
        else:
            inside = datagram
        if inside is not None:
            self.send(self._by_host[inside.target.host].receive(inside, now()))

    def _from_gre(self, server: InsideServer, gre: socket.socket) -> None:
        packet = gre.recv(4096)
        header = parse_ipv4(packet)
        payload = packet[header.start : header.end]
        datagram = Datagram(Endpoint(header.source, 0), server.here, payload)
        self.send(server.receive(datagram, now()))

    def _from_listener(self, server: InsideServer, listener: socket.socket) -> None:
        accepted, _ = listener.accept()
        made = self._open.enter_context(accepted)
        line = server.accept(made.fileno())
        self._watch(made, lambda: self._from_tcp(server, line, made))

    def _from_tcp(self, server: InsideServer, line: Line, made: socket.socket) -> None:
        try:
            data = made.recv(4096)
        except OSError:
            data = b""
        if not data:
            line.open = False
            self._selector.unregister(made)
            made.close()
        for answer in server.hear(line, data, now()) if data else ():
            made.sendall(answer)
