"""Road code: both ends of one session, between a tun interface and the wire.

The client's is ESP in UDP and L2TP, the server's is GRE; PPP in both. Whoever is measured stands
between them, so they do no more than is needed: what comes is not authenticated here, since the TCP
inside notices what is wrong. Each runs in a process of its own until it is ended.
"""

import os
import select
import socket
from collections.abc import Callable
from struct import pack, unpack_from
from typing import Final

from gateway.crypto.cbc import carry_decrypt, carry_encrypt
from gateway.crypto.mac import keyed
from gateway.esp.suites import find_suite, split_keymat
from tests.pair.peers.esp_pair import EspPair

LARGEST, BATCH = 2048, 32  # bytes; packets from one source before the other has its turn
PPP_IP: Final = b"\xff\x03\x00\x21"
L2TP_PORT, LENGTH_BIT = 1701, 0x4002
SHELL: Final = 8 + 8 + len(PPP_IP)  # UDP, L2TP with its length, PPP
GRE_ACK, GRE_DATA, PPP_IN_GRE = 0x2081, 0x3001, 0x880B


def client(
    tun: int, line: socket.socket, suite_name: str, pair: EspPair, tunnel: int, call: int
) -> None:
    """`line` is connected to the gateway; `tunnel` and `call` are what the gateway named them."""
    suite, spi = find_suite(suite_name), pair.spi_out
    (out_key, out_mac), (in_key, _) = (
        split_keymat(suite, keymat) for keymat in (pair.pair.keymat_out, pair.pair.keymat_in)
    )
    encrypt, decrypt = carry_encrypt(suite.cipher, out_key), carry_decrypt(suite.cipher, in_key)
    state, block = keyed(suite.hash, out_mac), suite.cipher.block
    sent = pair.sent

    def seal(packet: bytes) -> None:
        nonlocal sent
        sent += 1
        size = SHELL + len(packet)
        pad = -(size + 2) % block
        head = pack("!HHHHHHHH", L2TP_PORT, L2TP_PORT, size, 0, LENGTH_BIT, size - 8, tunnel, call)
        tail = bytes(range(1, 1 + pad)) + bytes((pad, 17))
        body = encrypt(os.urandom(block) + head + PPP_IP + packet + tail)
        signed = spi + pack("!I", sent) + body
        mac = state.copy()
        mac.update(signed)
        line.send(signed + mac.finalize()[:12])

    def unseal(packet: bytes) -> None:
        if packet[:4] != pair.spi_in:
            return  # IKE's marker, or a NAT's keepalive
        plain = decrypt(packet[8:-12])[block:]
        if plain[16:20] == PPP_IP:
            os.write(tun, plain[20 : -2 - plain[-2]])

    _pump(tun, line, seal, unseal)


def server(tun: int, gre: socket.socket, peer_call: int, sent: int) -> None:
    """`gre` is connected to the gateway; `sent` packets have gone to it already."""
    number, highest = sent, -1

    def seal(packet: bytes) -> None:
        nonlocal number
        head = pack("!HHHHI", GRE_DATA, PPP_IN_GRE, 4 + len(packet), peer_call, number)
        number += 1
        gre.send(head + PPP_IP + packet)

    def unseal(packet: bytes) -> None:
        nonlocal highest
        flags = unpack_from("!H", packet, 20)[0]
        if flags & 0x1000:
            highest = unpack_from("!I", packet, 28)[0]
            frame = packet[36 if flags & 0x80 else 32 :].removeprefix(PPP_IP[:2])
            if frame[:2] == PPP_IP[2:]:
                os.write(tun, frame[2:])

    def acknowledge() -> None:
        gre.send(pack("!HHHHI", GRE_ACK, PPP_IN_GRE, 0, peer_call, highest))

    _pump(tun, gre, seal, unseal, acknowledge)


def _pump(
    tun: int,
    line: socket.socket,
    seal: Callable[[bytes], None],
    unseal: Callable[[bytes], None],
    read: Callable[[], None] = lambda: None,
) -> None:
    """Both directions for ever; `read` is called when something has come by the line."""
    os.set_blocking(tun, False)
    line.setblocking(False)
    waiting = select.poll()
    for descriptor in (tun, line.fileno()):
        waiting.register(descriptor, select.POLLIN)
    while True:
        for descriptor, _ in waiting.poll():
            try:
                for _ in range(BATCH):
                    packet = os.read(descriptor, LARGEST)
                    (seal if descriptor == tun else unseal)(packet)
            except BlockingIOError:
                pass  # all is read, or a queue is full and TCP sees to it
            if descriptor != tun:
                read()
