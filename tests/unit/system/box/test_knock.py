"""Whether the gateway is there, by one packet. A real daemon: tests/interop/test_system_pair.py."""

import socket
import subprocess
import sys
from collections.abc import Iterator

import pytest

from gateway.bridge.directors import answer
from gateway.outputs import SendIp
from gateway.system.box.knock import is_answer, is_there, question
from gateway.wire.ipv4 import host_bytes, parse_ipv4
from gateway.wire.udp import Datagram, Endpoint, parse_udp
from tests.pair.net import seeded

COOKIE = bytes(range(8, 16))
HERE = Endpoint(host_bytes("127.0.0.1"), 500)


@pytest.fixture
def silent() -> Iterator[int]:
    """A port at which somebody takes packets and says nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        yield line.getsockname()[1]


def test_what_it_asks_a_gateway_answers_and_it_knows_the_answer() -> None:
    asked = question(COOKIE)
    (back,) = answer(Datagram(Endpoint(HERE.host, 40000), HERE, asked), seeded(1))
    assert isinstance(back, SendIp)
    header = parse_ipv4(back.packet)
    reply = parse_udp(back.packet[header.start : header.end])[2]
    assert is_answer(reply, COOKIE)
    assert not is_answer(asked, COOKIE)
    assert not is_answer(reply, bytes(8))
    assert not is_answer(reply[:-1], COOKIE)


def test_silence_is_nobody(silent: int) -> None:
    assert not is_there(silent, tries=2, wait=1 / 16)


def test_it_imports_nothing_of_ours() -> None:
    from gateway.system.box import knock

    code = f"import runpy, sys; runpy.run_path({knock.__file__!r}); print(*sys.modules)"
    command = [sys.executable, "-I", "-S", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert not [name for name in done.stdout.split() if name.startswith("gateway")]
