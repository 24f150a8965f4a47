"""A client of NAT traversal drafts 00 and 01, which no IKE daemon speaks any more.

IKE is the scripted initiator of the pair tests, on a real socket. ESP is the kernel's, in UDP 500
behind eight zero bytes: Linux 6.1 is the last long-lived one that can (UDP_ENCAP_ESPINUDP_NON_IKE),
and here the second opinion on that form.
"""

import os
import socket
import time
from collections.abc import Callable

from gateway.wire.ipv4 import host_bytes, host_text
from gateway.wire.udp import Datagram, Endpoint
from tests.interop.lab.ike import IkeFailed, Profile
from tests.interop.lab.world import Node
from tests.pair.peers.ike_initiator import Initiator
from tests.pair.peers.ike_profiles import offering
from tests.pair.peers.ike_state import Pair

PORT = 500
UDP_ENCAP, NON_IKE = 100, 1  # linux/udp.h
PATIENCE = 40.0  # seconds
CIPHER_KEY = 24  # bytes of 3DES; the rest of the key material is SHA-1's


class FirstDraft:
    """The client end. It answers nothing once it is up, which nobody expects of it either."""

    def __init__(self, node: Node, gateway: str, profile: Profile, way: str) -> None:
        self.node, self.gateway = node, gateway
        here, there = host_bytes(node.address), host_bytes(gateway)
        psk = profile.psk.encode()
        self.ike = Initiator(offering(way), here, there, psk, os.urandom)
        with node.spaces:
            self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, NON_IKE)
        self._socket.bind((node.address, PORT))
        self._socket.settimeout(0.05)

    def up(self) -> None:
        self._send(self.ike.dial(time.monotonic()))
        self._until(lambda: self.ike.up)
        self._install(self.ike.pairs[-1])

    def down(self) -> None:
        self._send(self.ike.hang_up(time.monotonic()))
        self.node.sh("ip xfrm state flush; ip xfrm policy flush")

    def rekey_phase1(self) -> None:
        phases = len(self.ike.phase1s)
        self._send(self.ike.rekey_phase1(time.monotonic()))
        self._until(lambda: len(self.ike.phase1s) > phases and not self.ike.phase1s[-1].step)

    def rekey_phase2(self) -> None:
        self._send(self.ike.rekey_pair(time.monotonic()))
        old = self.ike.pairs[-1]
        self._until(lambda: self.ike.pairs[-1] is not old)
        self.node.sh("ip xfrm state flush")
        self._install(self.ike.pairs[-1])

    def suites(self) -> str:
        return self.node.ask("ip xfrm state")[1]

    def kill(self) -> None:
        self._socket.close()

    def _until(self, done: Callable[[], bool]) -> None:
        """Answer the gateway until that is so."""
        end = time.monotonic() + PATIENCE
        while not done():
            if self.ike.errors or time.monotonic() > end:
                raise IkeFailed("; ".join(self.ike.errors) or "no answer")
            try:
                data, (host, port) = self._socket.recvfrom(4096)
            except TimeoutError:
                self._send(self.ike.handle_timeout(time.monotonic()))
                continue
            source, target = Endpoint(host_bytes(host), port), Endpoint(self.ike.here, PORT)
            self._send(self.ike.receive(Datagram(source, target, data), time.monotonic()))

    def _send(self, datagrams: list[Datagram]) -> None:
        for datagram in datagrams:
            target = datagram.target
            self._socket.sendto(datagram.payload, (host_text(target.host), target.port))

    def _install(self, pair: Pair) -> None:
        """Both security associations, and policies that want them for L2TP."""
        here, there = self.node.address, self.gateway
        lines = []
        for source, target, spi, keymat, way in (
            (here, there, pair.spi_out, pair.keymat_out, "out"),
            (there, here, pair.spi_in, pair.keymat_in, "in"),
        ):
            cipher, auth = keymat[:CIPHER_KEY].hex(), keymat[CIPHER_KEY:].hex()
            lines.append(
                f"ip xfrm state add src {source} dst {target} proto esp spi 0x{spi.hex()}"
                f" mode transport reqid 1 enc 'cbc(des3_ede)' 0x{cipher}"
                f" auth-trunc 'hmac(sha1)' 0x{auth} 96 encap espinudp-nonike 500 500 0.0.0.0"
            )
            lines.append(
                f"ip xfrm policy update src {source} dst {target} proto udp sport 1701 dport 1701"
                f" dir {way} tmpl src {source} dst {target} proto esp reqid 1 mode transport"
            )
        self.node.sh(" && ".join(lines))
