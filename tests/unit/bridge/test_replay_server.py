"""The server of a replay takes a call, byte by byte as PPTP has it (RFC 2637, 2)."""

import pytest

from gateway.bridge.replay_server import CALL, Server
from gateway.pptp.errors import PptpError
from gateway.pptp.events import CallOpened, Send
from gateway.pptp.machine import Caller
from tests.pair.net import seeded


def test_our_own_caller_gets_its_call_in_whatever_pieces() -> None:
    caller, server = Caller(0x2222, seeded(1)), Server()
    waiting = list(caller.start(0.0))
    opened = []
    while waiting:
        event = waiting.pop(0)
        opened += [event] if isinstance(event, CallOpened) else []
        data = event.data if isinstance(event, Send) else b""
        answers = [server.receive(data[place : place + 50]) for place in range(0, len(data), 50)]
        waiting += caller.receive(b"".join(answers), 0.0)
    assert [event.peer_call for event in opened] == [CALL]


def test_what_is_no_pptp_is_the_gateways_mistake() -> None:
    with pytest.raises(PptpError):
        Server().receive(bytes(16))
