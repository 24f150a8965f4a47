"""Over SSH nothing is believed at first sight: fabric's own habit of adding a key does not apply.

The other machine is a real SSH server, paramiko's, on loopback.
"""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from image.programs import Failed

paramiko: Any = pytest.importorskip("paramiko", reason="needs requirements/image.txt")
pytest.importorskip("fabric", reason="needs requirements/image.txt")

Interface: Any = paramiko.ServerInterface
PATIENCE = 20.0  # seconds until a test that went wrong ends


class Server(Interface):  # type: ignore[misc]  # paramiko has no types
    """Lets anybody in who has a key, and notes that somebody came so far."""

    def __init__(self) -> None:
        self.came: list[str] = []

    def get_allowed_auths(self, username: str) -> str:
        return "publickey"

    def check_auth_publickey(self, username: str, key: object) -> int:
        self.came.append(username)
        return int(paramiko.AUTH_SUCCESSFUL)


class Machine:
    """One machine with a host key, for one connection."""

    def __init__(self) -> None:
        self.key = paramiko.ECDSAKey.generate()
        self.server = Server()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(PATIENCE)
        self.port = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        line, _ = self._listener.accept()
        transport = paramiko.Transport(line)
        transport.add_server_key(self.key)
        try:
            transport.start_server(server=self.server)
            transport.join(PATIENCE)
        except (paramiko.SSHException, EOFError, OSError):
            pass  # whoever came went again at the sight of our key
        finally:
            transport.close()

    def close(self) -> None:
        self._thread.join(PATIENCE)
        self._listener.close()


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    """And our own home, with a key of ours and nothing known."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    (tmp_path / ".ssh").mkdir()
    paramiko.ECDSAKey.generate().write_private_key_file(str(tmp_path / ".ssh/id_ecdsa"))
    found = Machine()
    yield found
    found.close()


def know(machine: Machine, key: Any, home: Path) -> None:
    line = f"[127.0.0.1]:{machine.port} {key.get_name()} {key.get_base64()}\n"
    (home / ".ssh/known_hosts").write_text(line)


def reach(machine: Machine, known_hosts: Path | None = None) -> None:
    from image.remote import connect

    connect(f"root@127.0.0.1:{machine.port}", known_hosts).close()


def test_a_machine_whose_key_is_not_known_is_not_logged_in_to(
    machine: Machine, tmp_path: Path
) -> None:
    with pytest.raises(Failed, match="not found in known_hosts") as failure:
        reach(machine)
    assert "compare the fingerprint on its console first" in failure.value.hint
    assert machine.server.came == []
    assert not (tmp_path / ".ssh/known_hosts").exists()


def test_a_machine_with_another_key_than_the_known_one_is_not_either(
    machine: Machine, tmp_path: Path
) -> None:
    know(machine, paramiko.ECDSAKey.generate(), tmp_path)
    with pytest.raises(Failed, match="does not match"):
        reach(machine)
    assert machine.server.came == []


def test_a_machine_that_is_known_is(machine: Machine, tmp_path: Path) -> None:
    know(machine, machine.key, tmp_path)
    reach(machine)
    assert machine.server.came == ["root"]


def test_where_a_file_of_known_keys_is_named_ones_own_does_not_count(
    machine: Machine, tmp_path: Path
) -> None:
    know(machine, machine.key, tmp_path)
    (tmp_path / "known_hosts").write_text("# nobody\n")
    with pytest.raises(Failed, match="not found in known_hosts"):
        reach(machine, tmp_path / "known_hosts")
    assert machine.server.came == []


def test_who_is_in_the_named_file_is_known(machine: Machine, tmp_path: Path) -> None:
    know(machine, machine.key, tmp_path)
    (tmp_path / ".ssh/known_hosts").rename(tmp_path / "claimed")
    reach(machine, tmp_path / "claimed")
    assert machine.server.came == ["root"]


def test_a_named_file_that_is_not_there_knows_nobody(machine: Machine, tmp_path: Path) -> None:
    know(machine, machine.key, tmp_path)
    with pytest.raises(Failed, match="none cannot be read"):
        reach(machine, tmp_path / "none")
    reach(machine)  # the machine waits for one connection
