"""The control socket, asked as the `postern` command asks it."""

import json
import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from select import select
from typing import Any

import pytest

from gateway.system import control_socket
from gateway.system.control_socket import (
    LARGEST_ANSWER,
    LOOK,
    MOST_CLIENTS,
    PATIENCE,
    AlreadyRunning,
    ControlSocket,
    Flow,
    Later,
    Peer,
)

NOW = 100.0
Ask = Callable[[bytes], socket.socket]


def handler(request: dict[str, Any]) -> dict[str, Any]:
    answers: dict[str, Callable[[], dict[str, Any]]] = {
        "status": lambda: {"up": True},
        "much": lambda: {"x": "x" * LARGEST_ANSWER},
        "large": lambda: {"x": "x" * 2_000_000},
    }
    return answers[request["command"]]()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "control.sock"


@pytest.fixture
def control(path: Path) -> Iterator[ControlSocket]:
    made = ControlSocket(path, handler)
    yield made
    made.close()


@pytest.fixture
def ask(path: Path, control: ControlSocket) -> Iterator[Ask]:
    """Connect and send; the client is then known to the server."""
    clients = []

    def connect(request: bytes) -> socket.socket:
        client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        clients.append(client)
        client.connect(str(path))
        client.settimeout(2)
        client.sendall(request)
        control.serve(NOW)
        return client

    yield connect
    for client in clients:
        client.close()


def answer(control: ControlSocket, client: socket.socket) -> Any:
    text = b""
    while not text.endswith(b"\n"):
        control.serve(NOW)
        text += client.recv(65536)
    assert client.recv(1) == b""
    return json.loads(text)


def test_one_line_in_one_line_out(control: ControlSocket, ask: Ask) -> None:
    assert answer(control, ask(b'{"command": "status"}\n')) == {"up": True}


def test_a_request_may_come_in_pieces(control: ControlSocket, ask: Ask) -> None:
    client = ask(b'{"command": ')
    control.serve(NOW)
    client.sendall(b'"status"}\n')
    assert answer(control, client) == {"up": True}


@pytest.mark.parametrize("text", [b"hello\n", b"[1]\n", b"\xff\xff\n", b"\n", b"[" * 5000 + b"\n"])
def test_what_is_no_request_is_said_to_be_none(
    control: ControlSocket, ask: Ask, text: bytes
) -> None:
    said = answer(control, ask(text))
    assert "one JSON object on one line" in said["error"]
    assert said["ok"] is False


def test_a_request_without_end_is_cut_short(
    control: ControlSocket, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(control_socket, "LARGEST_REQUEST", 60_000)  # what a socket's buffer holds
    client = ask(b"x" * 60_000)
    assert "at most" in answer(control, client)["error"]


def test_an_answer_larger_than_a_buffer_comes_whole(control: ControlSocket, ask: Ask) -> None:
    assert len(answer(control, ask(b'{"command": "large"}\n'))["x"]) == 2_000_000


def test_an_answer_without_measure_is_not_sent(control: ControlSocket, ask: Ask) -> None:
    assert "larger than" in answer(control, ask(b'{"command": "much"}\n'))["error"]


def test_an_error_of_ours_closes_that_client_and_no_other(control: ControlSocket, ask: Ask) -> None:
    other = ask(b'{"command": ')
    unlucky = ask(b'{"command": "unknown"}\n')
    with pytest.raises(KeyError):
        control.serve(NOW)
    assert unlucky.recv(1) == b""
    other.sendall(b'"status"}\n')
    assert answer(control, other) == {"up": True}
    assert control.deadline() is None


def test_who_neither_asks_nor_reads_is_left_after_a_while(control: ControlSocket, ask: Ask) -> None:
    silent = ask(b"")
    assert control.deadline() == NOW + PATIENCE
    control.handle_timeout(NOW + PATIENCE - 1)
    control.handle_timeout(NOW + PATIENCE)
    assert silent.recv(1) == b""
    assert control.deadline() is None


def test_who_hangs_up_is_forgotten(control: ControlSocket, ask: Ask) -> None:
    ask(b'{"comm').close()
    control.serve(NOW)
    control.serve(NOW)
    assert control.deadline() is None


def test_too_many_at_once_make_way_the_oldest_first(control: ControlSocket, ask: Ask) -> None:
    clients = [ask(b"") for _ in range(MOST_CLIENTS + 1)]
    assert clients[0].recv(1) == b""
    clients[-1].sendall(b'{"command": "status"}\n')
    assert answer(control, clients[-1]) == {"up": True}


def test_it_is_readable_when_somebody_asks(control: ControlSocket, path: Path) -> None:
    assert select([control], [], [], 0) == ([], [], [])
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(str(path))
        assert select([control], [], [], 1) == ([control], [], [])


def test_only_the_owner_may_ask(control: ControlSocket, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_second_daemon_is_told_that_there_is_one(control: ControlSocket, path: Path) -> None:
    with pytest.raises(AlreadyRunning, match="it holds"):
        ControlSocket(path, handler)


def test_somebody_else_who_answers_is_left_alone(path: Path) -> None:
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as theirs:
        theirs.bind(str(path))
        theirs.listen(1)
        with pytest.raises(AlreadyRunning, match="it answers"):
            ControlSocket(path, handler)
    assert path.exists()


def test_what_a_crashed_daemon_left_is_replaced(path: Path) -> None:
    path.parent.mkdir()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as crashed:
        crashed.bind(str(path))
    ControlSocket(path, handler).close()
    assert not path.exists()


def test_a_file_that_is_no_socket_is_not_touched(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("precious")
    with pytest.raises(FileExistsError, match="is no socket"):
        ControlSocket(path, handler)
    assert path.read_text() == "precious"


def test_a_path_that_cannot_be_had_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / ("x" * 120)
    with pytest.raises(OSError, match="too long"):
        ControlSocket(path, handler)


def test_a_group_may_ask_too_if_one_is_given(tmp_path: Path) -> None:
    path = tmp_path / "box.sock"
    control = ControlSocket(path, handler, group=os.getgid())
    assert stat.S_IMODE(path.stat().st_mode) == 0o660
    control.close()


def test_the_handler_can_see_who_asks(path: Path) -> None:
    seen: list[Peer | None] = []

    def noting(request: dict[str, Any]) -> dict[str, Any]:
        seen.append(own.peer)
        return {}

    own = ControlSocket(path, noting)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(str(path))
        client.sendall(b"{}\n")
        own.serve(NOW)
        assert answer(own, client) == {}
    assert seen == [Peer(os.getpid(), os.getuid(), os.getgid())]
    assert own.peer is None
    own.close()


def test_what_takes_long_is_answered_when_it_is_there(path: Path) -> None:
    found: list[dict[str, Any]] = []
    control = ControlSocket(path, lambda request: Later(lambda: found[0] if found else None))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(str(path))
        client.sendall(b"{}\n")
        for turn in range(3):
            control.serve(NOW + turn)
        assert control.deadline() == NOW + 1 + LOOK
        control.handle_timeout(NOW + 100)  # far beyond the patience for a client that says nothing
        found.append({"done": True})
        control.handle_timeout(NOW + 101)
        assert answer(control, client) == {"done": True}
    control.close()


def test_who_hangs_up_before_the_answer_is_forgotten(path: Path) -> None:
    control = ControlSocket(path, lambda request: Later(lambda: None))
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.connect(str(path))
    client.sendall(b"{}\n")
    control.serve(NOW)
    control.serve(NOW)
    client.close()
    control.serve(NOW)
    assert control.deadline() is None
    control.close()


class Spring:
    """A source as a `Flow` has one; what is put into it comes out in pieces."""

    def __init__(self, *pieces: bytes) -> None:
        self.pieces = list(pieces)
        self.over = False
        self.closed = 0

    def take(self) -> bytes:
        return self.pieces.pop(0) if self.pieces else b""

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def spring() -> Spring:
    return Spring()


@pytest.fixture
def flowing(path: Path, spring: Spring) -> Iterator[ControlSocket]:
    made = ControlSocket(path, lambda request: Flow({"ok": True}, spring, spring.close))
    yield made
    made.close()


@pytest.fixture
def drinker(path: Path, flowing: ControlSocket) -> Iterator[socket.socket]:
    """Has asked, and has read the answer: what comes now is the flow."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(str(path))
        client.settimeout(2)
        client.sendall(b"{}\n")
        for _ in range(3):
            flowing.serve(NOW)
        assert client.recv(100) == b'{"ok": true}\n'
        yield client


def test_behind_an_answer_may_come_bytes_as_they_come(
    flowing: ControlSocket, spring: Spring, drinker: socket.socket
) -> None:
    for moment, piece in ((NOW + 1, b"first"), (NOW + 60, b"second")):
        flowing.handle_timeout(moment)  # nothing is there
        assert flowing.deadline() == moment + LOOK
        spring.pieces.append(piece)
        flowing.handle_timeout(moment + LOOK)
        flowing.serve(moment + LOOK)
        assert drinker.recv(100) == piece
    assert spring.closed == 0


def test_a_flow_that_is_over_ends_the_connection_behind_its_last_byte(
    flowing: ControlSocket, spring: Spring, drinker: socket.socket
) -> None:
    spring.pieces, spring.over = [b"last"], True
    flowing.handle_timeout(NOW)
    assert spring.closed == 0
    flowing.serve(NOW)
    assert drinker.recv(100) == b"last"
    flowing.handle_timeout(NOW)
    assert drinker.recv(100) == b""
    assert spring.closed == 1
    assert flowing.deadline() is None


def test_what_waits_is_sent_without_a_pause(
    flowing: ControlSocket, spring: Spring, drinker: socket.socket
) -> None:
    spring.pieces += [b"1", b"2", b"3"]
    for _ in range(3):
        assert flowing.deadline() == NOW
        flowing.handle_timeout(NOW)
        flowing.serve(NOW)
    assert drinker.recv(100) == b"123"


def test_who_does_not_take_what_comes_is_given_up_and_nothing_piles_up(
    flowing: ControlSocket, spring: Spring, drinker: socket.socket
) -> None:
    spring.pieces += [bytes(1 << 20)] * 5
    flowing.handle_timeout(NOW)
    for turn in range(5):
        flowing.serve(NOW + turn)
        flowing.handle_timeout(NOW + turn / 2)
    assert len(spring.pieces) == 4  # not one more was taken while the first waits
    flowing.handle_timeout(NOW + PATIENCE)
    assert spring.closed == 1
    assert flowing.deadline() is None


@pytest.mark.parametrize("waiting", [[], [bytes(1 << 20)]])
def test_who_hangs_up_ends_the_flow_once(
    flowing: ControlSocket, spring: Spring, drinker: socket.socket, waiting: list[bytes]
) -> None:
    spring.pieces += waiting
    flowing.handle_timeout(NOW)
    flowing.serve(NOW)
    drinker.close()
    flowing.serve(NOW)
    flowing.serve(NOW)
    assert spring.closed == 1
    assert flowing.deadline() is None


def test_a_socket_that_closes_ends_its_flows(path: Path, spring: Spring) -> None:
    control = ControlSocket(path, lambda request: Flow({"ok": True}, spring, spring.close))
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(str(path))
        client.sendall(b"{}\n")
        control.serve(NOW)
        control.serve(NOW)
        control.close()
    assert spring.closed == 1


def test_it_goes_on_while_somebody_has_to_be_told_and_no_longer(
    control: ControlSocket, ask: Ask
) -> None:
    client, times = ask(b""), iter([100.0, 100.0, 100.0, 101.0, 102.0, 103.0])
    client.sendall(b'{"command": "status"}\n')
    asked = iter([True, False])
    control.linger(lambda: next(asked), 102.0, lambda: next(times))
    assert answer(control, client) == {"up": True}


def test_nobody_who_asks_does_not_hold_it_up_for_ever(control: ControlSocket) -> None:
    times = iter([100.0, 102.0, 102.0])
    control.linger(lambda: True, 102.0 - 1e-9, lambda: next(times))
    assert list(times) == []
