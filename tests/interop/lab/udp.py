"""A datagram into the dark: does anybody, or anything, react?"""

import socket

from tests.interop.lab.world import Node


def reaction(node: Node, address: str, port: int, seconds: float = 0.5) -> str:
    """ "answer", "refused" (an ICMP port unreachable), or "silence"."""
    with node.spaces, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        handle.settimeout(seconds)
        handle.connect((address, port))
        handle.send(bytes(28))
        try:
            handle.recv(2048)
        except TimeoutError:
            return "silence"
        except ConnectionRefusedError:
            return "refused"
    return "answer"
