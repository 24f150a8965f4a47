"""The targets: every mouth of `tests/mouths.py`, and the whole gateway with a client up.

A target takes one input, whatever it is, and returns; anything it raises is a find. For a machine
the input is messages one after the other, each behind two bytes that say its length.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress

from gateway.bridge.keeping import LABEL
from gateway.crypto import aead
from gateway.wire.cursor import WireError
from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_GRE, PROTOCOL_UDP, build_ipv4, host_bytes
from gateway.wire.udp import build_udp
from tests.mouths import MACHINES, PARSERS, Take
from tests.pair.gateway_world import INSIDE, KEY, OUTSIDE, SERVER, World, meet
from tests.pair.restart_world import MortalWorld

MOST_MESSAGES = 8  # of one input
INPUTS_OF_A_GATEWAY = 200  # then it is made anew: it takes a tenth of a second


def split(data: bytes) -> Iterator[bytes]:
    """The messages in an input; the last one is what is left."""
    for _ in range(MOST_MESSAGES - 1):
        length = int.from_bytes(data[:2], "big")
        if len(data) <= 2 + length:
            break
        yield data[2 : 2 + length]
        data = data[2 + length :]
    yield data[2:]


def framed(*messages: bytes) -> bytes:
    """An input of these messages."""
    return b"".join(len(one).to_bytes(2, "big") + one for one in messages)


def parser(parse: Take) -> Take:
    def run(data: bytes) -> None:
        with suppress(WireError):
            parse(data)

    return run


def machine(make: Callable[[], Take]) -> Take:
    def run(data: bytes) -> None:
        take = make()
        for message in split(data):
            take(message)

    return run


class WholeGateway:
    """Packets from a stranger, from a client under its keys, from the server and its TCP."""

    def __init__(self) -> None:
        self._inputs = 0
        self._world: World

    def __call__(self, data: bytes) -> None:
        if self._inputs % INPUTS_OF_A_GATEWAY == 0:
            self._world = meet()
            self._world.call_up()
        self._inputs += 1
        for message in split(data):
            self._take(message)

    def _take(self, message: bytes) -> None:
        core, now = self._world.core, self._world.net.now
        stranger, here = host_bytes("203.0.113.66"), host_bytes(OUTSIDE)
        for port, head in ((500, b""), (4500, b""), (4500, bytes(4))):
            segment = build_udp(500, port, head + message)
            core.receive_packet(build_ipv4(stranger, here, PROTOCOL_UDP, segment), now)
        core.receive_packet(build_ipv4(stranger, here, PROTOCOL_ESP, message), now)
        core.receive_packet(message, now)
        server, inside = host_bytes(SERVER), host_bytes(INSIDE)
        core.receive_gre(build_ipv4(server, inside, PROTOCOL_GRE, message), now)
        core.receive_inside(build_ipv4(server, inside, PROTOCOL_UDP, message), now)
        (client,) = self._world.clients
        for packet in client.send_udp(build_udp(1701, 1701, message)):
            whole = build_ipv4(
                packet.source.host,
                here,
                PROTOCOL_UDP,
                build_udp(packet.source.port, packet.target.port, packet.payload),
            )
            core.receive_packet(whole, now)
        core.handle_timeout(now)


class TakenUp:
    """A record that an earlier process is said to have sealed: with whatever is in it."""

    def __init__(self) -> None:
        self._mortal: MortalWorld | None = None

    def __call__(self, data: bytes) -> None:
        if self._mortal is None:
            self._mortal = MortalWorld()
            self._mortal.world.call_up()
        sealed = aead.seal(KEY, bytes(aead.NONCE), data, LABEL + (1).to_bytes(8, "big"))
        self._mortal.node.records = {1: sealed}
        self._mortal.node.comes_back(self._mortal.net.now)


TARGETS: dict[str, Take] = {
    **{f"parse {name}": parser(parse) for name, parse in PARSERS.items()},
    **{f"machine {name}": machine(make) for name, make in MACHINES.items()},
    "gateway": WholeGateway(),
    "taken up": TakenUp(),
}


def is_framed(name: str) -> bool:
    return not name.startswith("parse ") and name != "taken up"


def everything(data: bytes) -> None:
    """All targets as one: the first byte says which."""
    names = list(TARGETS)
    name = names[data[0] % len(names)] if data else names[0]
    try:
        TARGETS[name](data[1:])
    except Exception as error:
        error.add_note(f"in the target {name!r}")
        raise
