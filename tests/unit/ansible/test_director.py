"""The program on a director. keepalived and IPVS themselves: tests/interop."""

import runpy
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.bridge.directors import answer
from gateway.outputs import SendIp
from gateway.wire.ipv4 import host_bytes, parse_ipv4
from gateway.wire.udp import Datagram, Endpoint, parse_udp
from tests.pair.net import seeded

ROLE = (
    Path(__file__).parents[3] / "ansible/collections/ansible_collections/postern/gateway/roles/ha"
)
PLACE = ROLE / "files/postern_director.py"
PROGRAM: dict[str, Any] = runpy.run_path(str(PLACE))
GONE, DRAINED, HERE = PROGRAM["GONE"], PROGRAM["DRAINED"], PROGRAM["HERE"]
# As the kernel writes it (net/netfilter/ipvs/ip_vs_ctl.c): two gateways, of which one has weight 0.
TABLE = """\
IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port Forward Weight ActiveConn InActConn
FWM  000001F4 mh mh-fallback
  -> CB007103:0000      Route   0      0          2
  -> CB007102:0000      Route   1      0          0
"""
ONE, TWO = "203.0.113.2", "203.0.113.3"


@pytest.fixture
def gateway() -> Iterator[int]:
    """A port of loopback at which the gateway's own answer is given, until the test ends."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        here = Endpoint(host_bytes("127.0.0.1"), line.getsockname()[1])
        serving = threading.Thread(target=_serve, args=(line, here))
        serving.start()
        yield here.port
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", here.port))
        serving.join(timeout=60)


def _serve(line: socket.socket, here: Endpoint) -> None:
    while True:
        message, (host, port) = line.recvfrom(0xFFFF)
        if not message:
            return
        for output in answer(Datagram(Endpoint(host_bytes(host), port), here, message), seeded(1)):
            assert isinstance(output, SendIp)
            header = parse_ipv4(output.packet)
            line.sendto(parse_udp(output.packet[header.start : header.end])[2], (host, port))


def test_a_gateway_that_answers_is_there(gateway: int) -> None:
    assert PROGRAM["is_there"]("127.0.0.1", gateway)


@pytest.mark.long
def test_where_nobody_is_nobody_is_there() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        assert not PROGRAM["is_there"]("127.0.0.1", silent.getsockname()[1], 2, 1 / 16)
        closed = silent.getsockname()[1]
    assert not PROGRAM["is_there"]("127.0.0.1", closed, 2, 1 / 16)


def test_its_own_question_or_anothers_answer_is_no_answer() -> None:
    cookie = bytes(range(8, 16))
    question = PROGRAM["question"](cookie)
    assert not PROGRAM["is_answer"](question, cookie)
    reply = question[:8] + bytes(7) + b"\1" + question[16:]
    assert PROGRAM["is_answer"](reply, cookie)
    assert not PROGRAM["is_answer"](reply, bytes(8))
    assert not PROGRAM["is_answer"](reply[:-1], cookie)


def test_weights_are_read_from_what_the_kernel_tells() -> None:
    assert PROGRAM["weights"](TABLE) == {ONE: 1, TWO: 0}
    assert PROGRAM["weights"]("") == {}


def test_keepalived_takes_two_off_for_the_weight() -> None:
    assert (GONE, DRAINED - 2, HERE - 2) == (1, 0, 1)


def told(tmp_path: Path, *words: str) -> int:
    table = tmp_path / "ip_vs"
    table.write_text(TABLE)
    options = ["--folder", str(tmp_path / "drained"), "--table", str(table), "--patience", "0"]
    status: int = PROGRAM["main"]([*words, *options])
    return status


def test_whom_it_drains_is_written_down_and_done_when_ipvs_has_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(tmp_path, "drain", TWO) == 0
    assert told(tmp_path, "drain", TWO) == 0
    assert capsys.readouterr().out == f"{TWO} is drained now\n{TWO} is drained already\n"
    assert told(tmp_path, "list") == 0
    assert capsys.readouterr().out == f"{ONE}  there\n{TWO}  there, drained\n"


def test_one_that_still_gets_clients_is_not_called_drained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(tmp_path, "drain", ONE) == 1
    assert "is not drained after 0 s: does keepalived run here" in capsys.readouterr().err


def test_one_that_is_not_there_gets_nobody_and_has_not_returned(tmp_path: Path) -> None:
    assert told(tmp_path, "drain", "203.0.113.9") == 0
    assert told(tmp_path, "return", "203.0.113.9") == 1


def test_only_an_address_can_be_meant(tmp_path: Path) -> None:
    with pytest.raises(SystemExit):
        told(tmp_path, "drain", "../../etc/passwd")
    with pytest.raises(SystemExit):
        told(tmp_path, "drain")
