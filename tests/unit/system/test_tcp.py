"""TCP connections, on the loopback."""

import errno
import os
import select
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.outputs import CloseTcp, OpenPppd, OpenTcp, SendTcp
from gateway.system.line import give, make_line
from gateway.system.tcp import (
    CLOSE_WITHIN,
    CONNECT_WITHIN,
    LARGEST_BACKLOG,
    Connections,
    TcpClosed,
    TcpEvent,
    TcpOpened,
    TcpReceived,
    reason_of,
)
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.unit.system.test_line import replace

LOOPBACK = host_bytes("127.0.0.1")
NOW = 100.0


@pytest.fixture
def connections() -> Iterator[Connections]:
    made = Connections()
    yield made
    made.close_all()


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=1) as listening:
        listening.settimeout(2)
        yield listening


def endpoint(server: socket.socket) -> Endpoint:
    return Endpoint(LOOPBACK, server.getsockname()[1])


def soon(connections: Connections) -> list[TcpEvent]:
    """What happens next."""
    select.select([connections], [], [], 2)
    return connections.take()


@pytest.fixture
def peer(connections: Connections, server: socket.socket) -> Iterator[socket.socket]:
    """The server's end of connection 1."""
    connections.open(OpenTcp(1, LOOPBACK, endpoint(server)), NOW)
    accepted, _ = server.accept()
    assert soon(connections) == [TcpOpened(1)]
    with accepted:
        accepted.settimeout(2)
        yield accepted


def test_data_goes_both_ways_in_order(connections: Connections, peer: socket.socket) -> None:
    connections.send(SendTcp(1, b"one "))
    connections.send(SendTcp(1, b"two"))
    assert peer.recv(7, socket.MSG_WAITALL) == b"one two"
    peer.sendall(b"answer")
    assert soon(connections) == [TcpReceived(1, b"answer")]


def test_small_messages_leave_at_once(connections: Connections, server: socket.socket) -> None:
    connections.open(OpenTcp(5, None, endpoint(server)), NOW)
    [sock] = [made.socket for made in connections._by_key.values()]
    assert isinstance(sock, socket.socket)
    assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_what_is_sent_while_connecting_waits(
    connections: Connections, server: socket.socket
) -> None:
    connections.open(OpenTcp(1, None, endpoint(server)), NOW)
    connections.send(SendTcp(1, b"early"))
    assert not connections.idle()
    accepted, _ = server.accept()
    assert soon(connections) == [TcpOpened(1)]
    with accepted:
        assert accepted.recv(100) == b"early"
    assert connections.idle()


def test_a_connection_comes_from_the_address_asked_for(
    connections: Connections, server: socket.socket
) -> None:
    connections.open(OpenTcp(1, host_bytes("127.0.0.77"), endpoint(server)), NOW)
    accepted, (host, _) = server.accept()
    accepted.close()
    assert host == "127.0.0.77"


def test_a_server_that_refuses_is_told_as_such(connections: Connections) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        nobody = endpoint(gone)
    connections.open(OpenTcp(1, None, nobody), NOW)
    assert soon(connections) == [TcpClosed(1, "connection refused")]
    assert connections.deadline() is None


def test_an_address_that_is_not_ours_is_told_and_not_from_within_open(
    connections: Connections, server: socket.socket
) -> None:
    connections.open(OpenTcp(1, host_bytes("192.0.2.99"), endpoint(server)), NOW)
    assert connections.deadline() == 0.0
    assert connections.handle_timeout(NOW) == [
        TcpClosed(1, "the source address is not on this machine")
    ]
    assert connections.deadline() is None


def test_no_answer_is_waited_for_ten_seconds(
    connections: Connections, server: socket.socket
) -> None:
    # A backlog of 1 that is full: the kernel lets further connections wait.
    fillers = [socket.socket() for _ in range(3)]
    for filler in fillers:
        filler.setblocking(False)
        filler.connect_ex(server.getsockname())
    connections.open(OpenTcp(1, None, endpoint(server)), NOW)
    assert connections.deadline() == NOW + CONNECT_WITHIN
    assert connections.handle_timeout(NOW + CONNECT_WITHIN - 0.5) == []
    assert connections.handle_timeout(NOW + CONNECT_WITHIN) == [
        TcpClosed(1, "no answer within 10 s")
    ]
    for filler in fillers:
        filler.close()


def test_a_server_that_hangs_up_is_told(connections: Connections, peer: socket.socket) -> None:
    peer.sendall(b"last words")
    peer.close()
    events = soon(connections) + soon(connections)
    assert events == [
        TcpReceived(1, b"last words"),
        TcpClosed(1, "the server closed the connection"),
    ]
    assert connections.take() == []


def test_a_reset_is_told(connections: Connections, peer: socket.socket) -> None:
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    peer.close()
    assert soon(connections) == [TcpClosed(1, "connection reset by the server")]


def test_closing_waits_until_all_has_left(connections: Connections, peer: socket.socket) -> None:
    fill(connections)
    connections.send(SendTcp(1, b"goodbye"))
    connections.close(CloseTcp(1), NOW)
    assert not connections.idle()
    received = b""
    while not received.endswith(b"goodbye"):
        received = (received + peer.recv(65536))[-7:]
        assert connections.take() == []
    assert peer.recv(1) == b""


def test_closing_gives_up_on_a_server_that_takes_nothing(
    connections: Connections, peer: socket.socket
) -> None:
    fill(connections)
    connections.close(CloseTcp(1), NOW)
    assert connections.deadline() == NOW + CLOSE_WITHIN
    assert connections.handle_timeout(NOW + CLOSE_WITHIN) == []
    assert connections.idle()
    assert connections.deadline() is None


def test_what_comes_after_closing_is_not_told(
    connections: Connections, peer: socket.socket
) -> None:
    fill(connections)
    connections.close(CloseTcp(1), NOW)
    peer.sendall(b"too late")
    assert soon(connections) == []


def test_a_key_is_free_as_soon_as_it_is_closed(
    connections: Connections, server: socket.socket, peer: socket.socket
) -> None:
    connections.close(CloseTcp(1), NOW)
    connections.open(OpenTcp(1, None, endpoint(server)), NOW)
    assert soon(connections) == [TcpOpened(1)]


def test_a_key_in_use_is_our_mistake(
    connections: Connections, server: socket.socket, peer: socket.socket
) -> None:
    with pytest.raises(ValueError, match="a connection 1 already"):
        connections.open(OpenTcp(1, None, endpoint(server)), NOW)


def test_a_server_that_takes_nothing_ends_the_connection_at_a_bound(
    connections: Connections, peer: socket.socket
) -> None:
    for _ in range(80):
        connections.send(SendTcp(1, b"x" * LARGEST_BACKLOG))
    assert connections.handle_timeout(NOW) == [TcpClosed(1, "the server takes nothing any more")]
    assert connections.idle()


def test_connections_that_are_gone_are_asked_in_vain(connections: Connections) -> None:
    connections.send(SendTcp(9, b"to nobody"))
    connections.close(CloseTcp(9), NOW)
    assert connections.take() == []


def test_reasons_are_words() -> None:
    assert reason_of(errno.EHOSTUNREACH) == "no route to host"
    assert reason_of(errno.EACCES) == "permission denied"
    assert reason_of(None) == "success"


def fill(connections: Connections) -> None:
    """Send until the kernel takes no more on connection 1."""
    while connections.idle():
        connections.send(SendTcp(1, b"x" * 65536))


def test_without_a_descriptor_the_connection_fails_and_nothing_else(
    connections: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(*_: object) -> socket.socket:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("gateway.system.tcp.socket.socket", none_left)
    connections.open(OpenTcp(1, None, Endpoint(LOOPBACK, 9)), NOW)
    assert connections.handle_timeout(NOW) == [TcpClosed(1, "the gateway has no descriptor left")]


@pytest.fixture
def pppd(tmp_path: Path) -> Iterator[tuple[Connections, socket.socket]]:
    """Connections, and the socket of who starts pppd."""
    place = tmp_path / "pppd.sock"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        listening.listen(1)
        listening.settimeout(2)
        made = Connections(pppd=place)
        yield made, listening
        made.close_all()


def test_pppds_end_is_a_connection_as_any_other(pppd: tuple[Connections, socket.socket]) -> None:
    made, listening = pppd
    made.open_pppd(OpenPppd(1), NOW)
    line, _ = listening.accept()
    assert soon(made) == [TcpOpened(1)]
    with line:
        made.send(SendTcp(1, b"request"))
        assert line.recv(100) == b"request"
        line.sendall(b"answer")
        assert soon(made) == [TcpReceived(1, b"answer")]
    assert soon(made) == [TcpClosed(1, "the server closed the connection")]
    made.open_pppd(OpenPppd(2), NOW)
    with pytest.raises(ValueError, match="connection 2"):
        made.open_pppd(OpenPppd(2), NOW)


@pytest.fixture
def line(pppd: tuple[Connections, socket.socket]) -> Iterator[int]:
    """pppd's end of the line that is connection 1."""
    made, listening = pppd
    made.open_pppd(OpenPppd(1), NOW)
    asked, _ = listening.accept()
    assert soon(made) == [TcpOpened(1)]
    outer, inner = make_line()
    with asked, open(inner, "rb", buffering=0) as file:
        give(asked, b"started\n", outer)
        os.close(outer)
        asked.close()
        assert soon(made) == [TcpReceived(1, b"started\n")]
        yield file.fileno()


def test_the_line_to_pppd_takes_the_place_of_the_connection(
    pppd: tuple[Connections, socket.socket], line: int
) -> None:
    made, _ = pppd
    made.send(SendTcp(1, b"~frame~"))
    assert os.read(line, 100) == b"~frame~"
    os.write(line, b"~answer~")
    assert soon(made) == [TcpReceived(1, b"~answer~")]
    assert len(made._by_fd) == 1


def test_the_end_of_pppd_is_the_end_of_its_connection(
    pppd: tuple[Connections, socket.socket], line: int
) -> None:
    made, _ = pppd
    os.write(line, b"~last~")
    replace(line)
    assert soon(made) == [TcpReceived(1, b"~last~")]
    made.send(SendTcp(1, b"~late~"))
    assert soon(made) == [TcpClosed(1, "the server closed the connection")]
    assert (made._by_key, made._by_fd) == ({}, {})


def test_closing_hangs_pppd_up(pppd: tuple[Connections, socket.socket], line: int) -> None:
    made, _ = pppd
    made.close(CloseTcp(1), NOW)
    assert os.read(line, 100) == b""
    assert made.take() == []


def test_a_pppd_that_takes_nothing_costs_frames_and_not_the_connection(
    pppd: tuple[Connections, socket.socket], line: int
) -> None:
    made, _ = pppd
    frame, count = b"x" * 1400, 200
    for _ in range(count):
        made.send(SendTcp(1, frame))
    assert made.dropped > 0
    assert made.handle_timeout(NOW) == []
    wanted, taken = (count - made.dropped) * len(frame), 0
    while taken < wanted and select.select([line], [], [], 10)[0]:
        taken += len(os.read(line, 1 << 16))
        made.take()
    assert taken == wanted
    made.send(SendTcp(1, b"~"))
    assert os.read(line, 100) == b"~"


def test_a_connection_that_an_earlier_process_has_opened_is_taken_up(
    connections: Connections, peer: socket.socket
) -> None:
    descriptor = os.dup(next(iter(connections._by_fd)))
    peer.sendall(b"said meanwhile")
    again = Connections()
    again.adopt(7, descriptor)
    assert soon(again) == [TcpReceived(7, b"said meanwhile")]
    again.send(SendTcp(7, b"an answer"))
    assert peer.recv(100) == b"an answer"
    again.close(CloseTcp(7), NOW)
    assert peer.recv(100) == b""
    again.close_all()


def test_one_that_has_ended_meanwhile_is_told_so(
    connections: Connections, peer: socket.socket
) -> None:
    descriptor = os.dup(next(iter(connections._by_fd)))
    peer.close()
    again = Connections()
    again.adopt(7, descriptor)
    assert soon(again) == [TcpClosed(7, "the server closed the connection")]
    assert again.idle()
    again.close_all()


class Kept:
    """A keeper that remembers what it was given."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def keep(self, name: str, descriptor: int) -> None:
        self.names.append(name)

    def drop(self, name: str) -> None:
        self.names.remove(name)


@pytest.mark.long
def test_a_keeper_has_open_connections_to_servers_and_not_to_pppd(
    server: socket.socket, tmp_path: Path
) -> None:
    kept, place = Kept(), tmp_path / "pppd.sock"
    made = Connections(kept, place)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(place))
        listening.listen(1)
        made.open_pppd(OpenPppd(1), NOW)
        made.open(OpenTcp(2, None, Endpoint(LOOPBACK, server.getsockname()[1])), NOW)
        assert {*soon(made), *soon(made)} == {TcpOpened(1), TcpOpened(2)}
        assert kept.names == ["tcp-2"]
        made.close(CloseTcp(1), NOW)
        made.close(CloseTcp(2), NOW)
        assert kept.names == []
    made.close_all()


def test_without_a_descriptor_there_is_no_pppd_and_nothing_else_happens(
    pppd: tuple[Connections, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    made, _ = pppd

    def full(*_: object) -> socket.socket:
        raise OSError(errno.EMFILE, "Too many open files")

    with monkeypatch.context() as patch:
        patch.setattr(socket, "socket", full)
        made.open_pppd(OpenPppd(1), NOW)
    assert made.handle_timeout(NOW) == [TcpClosed(1, "the gateway has no descriptor left")]


def test_nobody_who_starts_pppd_is_a_reason_in_words(tmp_path: Path) -> None:
    made = Connections(pppd=tmp_path / "nobody.sock")
    made.open_pppd(OpenPppd(1), NOW)
    assert made.deadline() == 0.0
    assert made.handle_timeout(NOW) == [TcpClosed(1, "`postern pppd` does not run")]
    made.close_all()
