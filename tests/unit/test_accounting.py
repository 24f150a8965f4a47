"""`postern accounting` as a process: a RADIUS server of our own beside it, on loopback."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import pytest

from gateway.radius.numbers import HEADER, NOBODY, Code, Kind, Status
from gateway.radius.packet import Packet, build_packet, parse_packet, signed_request, text
from gateway.radius.sink import answer
from gateway.system.account_store import AccountStore
from gateway.system.clock import now
from gateway.system.radius_socket import RadiusSocket
from gateway.wire.cursor import WireError
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.pair.gateway_world import World, meet
from tests.unit.accountant import (
    CHECKOUT,
    LOOPBACK,
    SECRET,
    Accountant,
    accounted_world,
    desk,
    settings,
)
from tests.unit.control.written import GOOD
from tests.unit.test_daemon import written
from tests.unit.test_metrics import answering, free_port

pytestmark = [pytest.mark.slow, pytest.mark.long]  # each starts a program
PATIENCE = 60.0  # seconds: on a busy machine
HERE = host_bytes(LOOPBACK)


@dataclass
class Server:
    """It takes what it is told and remembers it."""

    port: int = 0
    heard: list[Packet] = field(default_factory=list)
    changed: Event = field(default_factory=Event)

    @contextmanager
    def running(self) -> Iterator[None]:
        here = RadiusSocket(HERE, self.port)
        self.port, going = here.port, [True]

        def serve() -> None:
            import select

            while going:
                select.select([here], [], [], 0.02)
                for data, source in here.receive():
                    try:
                        here.send(answer(data, SECRET.encode()), source)
                    except WireError:
                        continue
                    self.heard.append(parse_packet(data))
                    self.changed.set()

        thread = Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            going.clear()
            thread.join()
            here.close()

    def statuses(self) -> list[int]:
        return [int.from_bytes(one.values(Kind.ACCT_STATUS_TYPE)[0]) for one in self.heard]

    def wait_for(self, *statuses: int) -> None:
        until = now() + PATIENCE
        while self.statuses() != list(statuses):
            assert now() < until, self.statuses()
            self.changed.wait(0.1)
            self.changed.clear()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    with server.running():
        yield server


@pytest.fixture
def world() -> World:
    return accounted_world()


def test_a_session_that_began_and_one_that_ends_are_told_and_written_down(
    tmp_path: Path, server: Server, world: World
) -> None:
    world.call_up()
    at_work = desk(world, tmp_path)
    accountant = Accountant(tmp_path, server.port)
    with answering(at_work, tmp_path), accountant.running():
        server.wait_for(Status.ON, Status.START)
        at_work.answer({"verb": "disconnect", "id": 1})
        server.wait_for(Status.ON, Status.START, Status.STOP)
    start, stop = server.heard[1:]
    assert start.values(Kind.ACCT_SESSION_ID) == stop.values(Kind.ACCT_SESSION_ID)
    assert stop.values(Kind.ACCT_TERMINATE_CAUSE) == [bytes((0, 0, 0, 6))]
    assert accountant.said.endswith("stopped\n")
    assert [path.name for path in (tmp_path / "state").iterdir()] == ["accounts.sqlite"]
    assert SECRET.encode() not in (tmp_path / "state/accounts.sqlite").read_bytes()


def test_without_a_gateway_the_last_to_go_says_so(tmp_path: Path, server: Server) -> None:
    with Accountant(tmp_path, server.port).running():
        server.wait_for(Status.ON)
    assert server.statuses() == [Status.ON, Status.OFF]
    store = AccountStore(tmp_path / "state")
    assert store.load().waiting == []  # or the next start would tell it once more
    store.close()


def test_a_server_that_may_end_sessions_ends_one_and_another_machine_does_not(
    tmp_path: Path, server: Server, world: World
) -> None:
    port = free_port()
    world.call_up()
    more = f"disconnect = true\ndisconnect_port = {port}\n"
    accountant = Accountant(tmp_path, server.port, more)
    stranger, asker = RadiusSocket(host_bytes("127.0.0.9")), RadiusSocket(HERE)
    with answering(desk(world, tmp_path), tmp_path), accountant.running():
        server.wait_for(Status.ON, Status.START)
        name = server.heard[1].values(Kind.ACCT_SESSION_ID)[0].decode()
        asked = Packet(Code.DISCONNECT_REQUEST, 1, NOBODY, (text(Kind.ACCT_SESSION_ID, name),))
        data = build_packet(signed_request(asked, SECRET.encode()))
        stranger.send(data, Endpoint(HERE, port))
        asker.send(b"x" * HEADER, Endpoint(HERE, port))
        asker.send(data, Endpoint(HERE, port))
        server.wait_for(Status.ON, Status.START, Status.STOP)
        found = [parse_packet(one).code for one, _ in asker.receive()]
    assert found == [Code.DISCONNECT_ACK]
    assert list(stranger.receive()) == []
    assert "127.0.0.9 may end no session: it is not the server of [accounting]" in accountant.said
    assert "a request of 127.0.0.1 to end a session was dropped" in accountant.said
    assert f"session 1 of old-pc is ended: 127.0.0.1:{server.port} wants it" in accountant.said
    stranger.close()
    asker.close()


def test_a_gateway_that_tells_nobody_is_a_sentence(tmp_path: Path, server: Server) -> None:
    accountant = Accountant(tmp_path, server.port)
    with answering(desk(meet(), tmp_path), tmp_path), accountant.running():
        server.wait_for(Status.ON)
    assert "the gateway does not tell of sessions: nobody keeps accounts" in accountant.said
    assert accountant.said.count("does not tell of sessions") == 1


def refused(tmp_path: Path, text: str, *more: str) -> str:
    path = written(tmp_path, text)
    argv = [sys.executable, "-m", "gateway.accounting", "--config", str(path), *more]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    [line] = done.stderr.splitlines()
    return line


def test_without_a_secret_it_does_not_start_and_says_why_in_one_sentence(tmp_path: Path) -> None:
    said = refused(tmp_path, GOOD + settings(1813).replace(f'secret = "{SECRET}"\n', ""))
    assert said.startswith("not started: accounting.secret: is missing")


def test_a_configuration_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    argv = [sys.executable, "-m", "gateway.accounting", "--config", str(tmp_path / "none.toml")]
    done = subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "cannot be read" in done.stderr


def test_an_address_that_is_not_here_is_a_sentence(tmp_path: Path) -> None:
    text = GOOD + settings(1813).replace(f'address = "{LOOPBACK}"', 'address = "192.0.2.77"')
    said = refused(tmp_path, text, "--state", str(tmp_path / "state"))
    assert said == "not started: UDP at 192.0.2.77: Cannot assign requested address"


def test_a_folder_that_cannot_be_had_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("no folder")
    said = refused(tmp_path, GOOD + settings(1813), "--state", str(tmp_path / "state"))
    assert "accounts.sqlite cannot be used" in said


def test_the_gateways_process_loads_neither_radius_nor_a_database() -> None:
    wanted = "any(one in sys.modules for one in ('sqlite3', 'gateway.radius.packet'))"
    program = f"import sys, gateway.daemon; print({wanted})"
    argv = [sys.executable, "-c", program]
    done = subprocess.run(
        argv, cwd=CHECKOUT, capture_output=True, text=True, check=True, env=dict(os.environ)
    )
    assert done.stdout == "False\n"
