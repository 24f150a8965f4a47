"""From one daemon to the next on this very machine: descriptors, memory, a connection."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.bridge.gateway import Gateway
from gateway.outputs import Keep
from gateway.succession import Succession
from gateway.system.service import Service
from gateway.system.tcp import Connections
from tests.pair.gateway_world import TODAY, configure
from tests.pair.net import seeded

NOW = 1000.0


class Life:
    """A daemon, as far as it has to do with others of its kind."""

    def __init__(self, folder: Path) -> None:
        self.succession = Succession(Service({}), folder, {})
        self.tcp = Connections(self.succession.keeper)
        self.gateway = Gateway(configure(), seeded(1), NOW, TODAY)
        self.outputs = self.succession.take_up(self.gateway, self.tcp, NOW, TODAY)

    def dies(self) -> None:
        self.succession.keeper._line.close()  # type: ignore[attr-defined]  # a process of ours
        self.tcp.close_all()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    Succession(Service({}), tmp_path, {}).end()


def test_the_first_of_its_kind_finds_nothing(folder: Path) -> None:
    first = Life(folder)
    assert (first.outputs, first.succession.said) == ([], [])
    assert first.succession.kept is not None
    assert list(first.succession.chores) == [first.succession.kept]
    first.dies()


def test_what_cannot_be_read_is_told_and_dropped(folder: Path) -> None:
    first = Life(folder)
    assert first.succession.kept is not None
    first.succession.kept.carry_out(Keep(7, b"what nobody has sealed"))
    first.dies()
    second = Life(folder)
    assert second.succession.said == ["1 of 1 clients could not be taken up"]
    for output in second.outputs:
        second.succession.kept.carry_out(output)  # type: ignore[union-attr,arg-type]
    second.dies()
    third = Life(folder)
    assert third.succession.said == []
    third.dies()


def test_a_connection_that_nobody_wants_is_closed(folder: Path) -> None:
    first = Life(folder)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        ours = socket.create_connection(listening.getsockname())
        accepted, _ = listening.accept()
    first.succession.keeper.keep("tcp-5", ours.fileno())
    first.dies()
    ours.close()
    accepted.settimeout(0.05)
    with pytest.raises(TimeoutError):
        accepted.recv(1)  # it is open, while nobody has come
    second = Life(folder)
    for output in second.outputs:
        second.tcp.close(output, NOW)  # type: ignore[arg-type]  # there is nothing else to do
    accepted.settimeout(2)
    assert accepted.recv(1) == b""
    accepted.close()
    second.dies()


def test_where_nobody_keeps_anything_that_is_said(tmp_path: Path) -> None:
    alone = Life(tmp_path / "nowhere")
    assert alone.succession.said == ["nobody keeps anything for us: sessions end when Postern does"]
    assert list(alone.succession.chores) == []
    assert alone.gateway.keeping.deadline() is None
    alone.tcp.close_all()
    alone.succession.end()
