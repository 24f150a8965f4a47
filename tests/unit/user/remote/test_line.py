"""A line to machines that misbehave in ways in which no real sshd does: paramiko's, on loopback."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.user.client import DaemonError
from gateway.user.remote.boxes import Where
from gateway.user.remote.outcomes import NotTrusted, RefusedThere, Unreachable

paramiko: Any = pytest.importorskip("paramiko", reason="needs requirements/remote.txt")
pytest.importorskip("fabric", reason="needs requirements/remote.txt")

from gateway.user.remote import connection  # noqa: E402
from gateway.user.remote import line as lines  # noqa: E402
from gateway.user.remote.connection import seen_key  # noqa: E402
from gateway.user.remote.line import Line, open_line  # noqa: E402

pytestmark = [pytest.mark.slow, pytest.mark.long]  # some wait for what never comes
PATIENCE = 60.0  # seconds until a test that went wrong ends
SHORT = 0.5  # seconds, where what is waited for never comes
Does = Callable[[Any], None]
Interface: Any = paramiko.ServerInterface


class Server(Interface):  # type: ignore[misc]  # paramiko has no types
    """Lets anybody in, and does with a command what the test says."""

    def __init__(self, does: Does, lets_in: bool) -> None:
        self.came: list[str] = []
        self.told = threading.Event()  # the test is over
        self._does, self._lets_in = does, lets_in

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: object) -> int:
        self.came.append(username)
        good, bad = paramiko.AUTH_SUCCESSFUL, paramiko.AUTH_FAILED
        return int(good if self._lets_in else bad)

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return int(paramiko.OPEN_SUCCEEDED)

    def check_channel_exec_request(self, channel: object, command: bytes) -> bool:
        threading.Thread(target=self._do, args=(channel,), daemon=True).start()
        return True

    def _do(self, channel: object) -> None:
        with suppress(OSError, EOFError):  # whoever asked has gone
            self._does(channel)


class Silent(Server):
    """Takes the command, and never says whether it does."""

    def check_channel_exec_request(self, channel: object, command: bytes) -> bool:
        self.told.wait(PATIENCE)
        return False


class Box:
    """A machine with a key, and what knows it."""

    def __init__(self, home: Path, server: Server) -> None:
        self.server = server
        self.key = paramiko.ECDSAKey.generate()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self.where = Where("gw-1", "127.0.0.1", self.port, "ada", str(home / "mine"))
        threading.Thread(target=self._serve, daemon=True).start()

    @property
    def known(self) -> str:
        return f"[127.0.0.1]:{self.port} {self.key.get_name()} {self.key.get_base64()}\n"

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            transport = paramiko.Transport(connection)
            transport.add_server_key(self.key)
            try:
                transport.start_server(server=self.server)
            except (paramiko.SSHException, EOFError, OSError):
                transport.close()  # whoever came went again at the sight of our key

    def close(self) -> None:
        self.server.told.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Ours, with a key and nothing else."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    paramiko.ECDSAKey.generate().write_private_key_file(str(tmp_path / "mine"))
    return tmp_path


Start = Callable[..., Box]


def nothing(channel: Any) -> None:
    """Says nothing, and stays."""


@pytest.fixture
def start(home: Path) -> Iterator[Start]:
    boxes: list[Box] = []

    def started(does: Does = nothing, lets_in: bool = True, kind: type[Server] = Server) -> Box:
        boxes.append(Box(home, kind(does, lets_in)))
        return boxes[-1]

    yield started
    for box in boxes:
        box.close()


def ends(status: int, out: bytes = b"", err: bytes = b"") -> Does:
    def does(channel: Any) -> None:
        channel.recv(1)  # the end of what it is given: by then it has been told that we do it
        channel.sendall(out)
        channel.sendall_stderr(err)
        channel.send_exit_status(status)
        channel.close()

    return does


def closes(channel: Any) -> None:
    channel.recv(1)
    channel.close()


@contextmanager
def opened(box: Box) -> Iterator[Line]:
    line = open_line(box.where, box.known)
    try:
        yield line
    finally:
        line.close()


def test_what_a_command_says_and_returns_is_told(start: Start) -> None:
    long = b"x" * 300_000  # more than a window, on both streams
    with opened(start(ends(7, long, long))) as line:
        said = line.run(["postern", "status"])
    assert (said.status, len(said.out), len(said.err)) == (7, len(long), len(long))


def test_a_box_whose_key_was_not_claimed_is_not_even_called(start: Start) -> None:
    box = start()
    with pytest.raises(NotTrusted, match="never claimed") as error:
        open_line(box.where, "[127.0.0.1]:1 ssh-ed25519 AAAA\n")
    assert "postern remote claim gw-1" in error.value.hint
    assert box.server.came == []


def test_a_box_with_another_key_than_the_claimed_one_is_not_logged_in_to(start: Start) -> None:
    box, other = start(), start()
    known = other.known.replace(str(other.port), str(box.port))
    with pytest.raises(
        NotTrusted, match=r"^127\.0\.0\.1 answers with another key than .* claimed, SHA256:"
    ):
        open_line(box.where, known)
    assert box.server.came == []


@pytest.mark.parametrize(
    "row", ["{name} ssh-dance AAAA", "{name} ssh-ed25519 no-base64!", "{name}"]
)
def test_a_line_that_is_no_key_makes_nobody_known(start: Start, row: str) -> None:
    box = start()
    with pytest.raises((NotTrusted, Unreachable)):
        open_line(box.where, row.format(name=f"[127.0.0.1]:{box.port}") + "\n")
    assert box.server.came == []


def test_who_does_not_let_us_in_refuses(start: Start) -> None:
    box = start(lets_in=False)
    with pytest.raises(RefusedThere, match="does not let you in"):
        open_line(box.where, box.known)
    assert box.server.came == ["ada"]


def test_keys_that_cannot_be_read_do_not_hide_that_nobody_was_let_in(
    start: Start, home: Path
) -> None:
    """paramiko tries every kind of key on every file, and tells of the last try."""
    box = start(lets_in=False)
    (home / ".ssh").mkdir()
    (home / ".ssh/config").write_text(f"Host 127.0.0.1\n IdentityFile {home}/mine\n")
    with pytest.raises(RefusedThere, match="does not let you in"):
        open_line(replace(box.where, key=""), box.known)


@pytest.mark.parametrize("name", ["nowhere", "none"])
def test_a_key_of_ours_that_is_none_is_said(start: Start, home: Path, name: str) -> None:
    (home / "none").write_text("no key\n")
    box = start()
    with pytest.raises(DaemonError, match="is no SSH key"):
        open_line(replace(box.where, key=str(home / name)), box.known)


def test_a_key_with_a_passphrase_is_left_to_the_agent(start: Start, home: Path) -> None:
    box = start()
    paramiko.ECDSAKey.generate().write_private_key_file(str(home / "mine"), password="secret")
    with pytest.raises(RefusedThere, match="does not let you in"):
        open_line(box.where, box.known)


def test_the_key_of_a_box_is_seen_without_logging_in(start: Start) -> None:
    box = start()
    found = seen_key(box.where)
    assert found == (f"[127.0.0.1]:{box.port}", box.key.get_name(), box.key.get_base64())
    assert box.server.came == []


def test_a_command_that_is_never_taken_is_given_up(start: Start) -> None:
    with opened(start(kind=Silent)) as line, pytest.raises(Unreachable, match=r"within 0\.5 s"):
        line.run(["postern", "box"], patience=SHORT)


def test_a_command_that_says_nothing_is_given_up(start: Start) -> None:
    with (
        opened(start()) as line,
        pytest.raises(Unreachable, match=r"has not answered within 0\.5 s"),
    ):
        line.run(["postern", "box"], patience=SHORT)


def test_files_that_nobody_gives_are_given_up(start: Start) -> None:
    with opened(start(kind=Silent)) as line, pytest.raises(Unreachable):
        line.fetch("/run/postern-files/x", SHORT)


def test_a_line_that_ends_in_the_middle_is_no_answer(start: Start) -> None:
    def does(channel: Any) -> None:
        channel.recv(1)
        channel.sendall(b"half")
        channel.get_transport().close()

    with opened(start(does)) as line, pytest.raises(Unreachable, match="ended in the middle"):
        line.run(["postern", "box"], patience=PATIENCE)


def test_a_command_without_a_status_is_no_answer(start: Start) -> None:
    with (
        opened(start(closes)) as line,
        pytest.raises(Unreachable, match="no word how"),
    ):
        line.run(["postern", "box"], patience=PATIENCE)


def test_an_answer_that_does_not_end_is_cut_off(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MOST", 100_000)

    def does(channel: Any) -> None:
        while True:
            channel.sendall(b"x" * 1000)

    with opened(start(does)) as line, pytest.raises(RefusedThere, match="does not end"):
        line.run(["postern", "box"], patience=PATIENCE)


def test_nobody_there_is_unreachable(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    where = Where("gw-1", "127.0.0.1", port, "ada", str(home / "mine"))
    key = paramiko.ECDSAKey.generate()
    known = f"[127.0.0.1]:{port} {key.get_name()} {key.get_base64()}\n"
    with pytest.raises(Unreachable, match="cannot be reached"):
        open_line(where, known)
    with pytest.raises(Unreachable, match="cannot be reached"):
        seen_key(where)


def test_who_takes_the_call_and_says_nothing_is_given_up(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "CONNECT", 1.0)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        where = Where("gw-1", "127.0.0.1", listener.getsockname()[1], "ada", str(home / "mine"))
        with pytest.raises(Unreachable, match="cannot be reached"):
            seen_key(where)


def test_who_talks_something_else_is_given_up(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_talk_http, args=(listener,), daemon=True).start()
        where = Where("gw-1", "127.0.0.1", listener.getsockname()[1], "ada", str(home / "mine"))
        with pytest.raises(Unreachable, match="cannot be reached"):
            seen_key(where)


def _talk_http(listener: socket.socket) -> None:
    connection, _ = listener.accept()
    with connection:
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n" * 5)


def test_a_jump_host_is_no_more_believed_than_a_box(
    start: Start, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jump, box = start(), start()
    (home / ".ssh").mkdir()
    settings = f"Host 127.0.0.1\n ProxyJump root@localhost:{jump.port}\n IdentityFile {home}/mine\n"
    (home / ".ssh/config").write_text(settings)
    with pytest.raises(NotTrusted, match="not found in known_hosts"):
        open_line(box.where, box.known)
    assert (jump.server.came, box.server.came) == ([], [])
