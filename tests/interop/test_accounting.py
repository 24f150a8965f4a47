"""`postern accounting` and Debian's FreeRADIUS with the example's SQL table: who was on when."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from gateway.bridge.session_states import State
from gateway.system.clock import wall
from tests.interop.freeradius import SECRET, TREE, FreeRadius, disconnect, until
from tests.pair.gateway_world import World
from tests.unit.accountant import Accountant, accounted_world, desk
from tests.unit.test_metrics import answering, free_port

MACHINE = "old-pc"
MEMORY = "/dev/shm"
IPV4 = 0x0021  # as a protocol of PPP
WRONG = "another-long-random-text"

pytestmark = pytest.mark.skipif(
    not (TREE / "usr/bin/radclient").exists(),
    reason="no FreeRADIUS here: run `make setup` as root",
)


@pytest.fixture
def server() -> Iterator[FreeRadius]:
    """Its table in memory: the schema costs a write to the disk for each of its lines."""
    with TemporaryDirectory(dir=MEMORY) as folder:
        yield FreeRadius(Path(folder), free_port())


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A gateway that answers at its control socket."""
    world = accounted_world()
    with answering(desk(world, tmp_path), tmp_path):
        yield world


def row(server: FreeRadius) -> dict[str, Any]:
    [found] = server.rows()
    return found


def test_a_session_is_in_the_table_from_its_beginning_to_the_end_that_radclient_makes(
    tmp_path: Path, server: FreeRadius, world: World
) -> None:
    port = free_port()
    more = f"disconnect = true\ndisconnect_port = {port}\n"
    accountant = Accountant(tmp_path, server.port, more)
    client = world.call_up()
    with server.running():
        with accountant.running():
            until(server.rows, "Start")
        begun = row(server)
        world.net.send(client.send_data(IPV4, bytes(1000)))
        world.net.run_for(1.0)
        with accountant.running():
            until(lambda: row(server)["acctinputoctets"] > 1000, "Interim")
            name = f'Acct-Session-Id = "{begun["acctsessionid"]}"'
            refused = disconnect(port, WRONG, name)
            other = disconnect(port, SECRET, 'Acct-Session-Id = "0-0-0"')
            unproved = disconnect(port, SECRET, 'User-Name = "nobody"')
            still_on = row(server)["acctstoptime"]
            done = disconnect(port, SECRET, name)
            until(lambda: row(server)["acctstoptime"], "Stop")
        again = row(server)
    living = list(world.core.sessions.values())
    assert "Received Disconnect-ACK" not in refused + other + unproved
    assert "Error-Cause = Session-Context-Not-Found" in other
    assert "Error-Cause = Missing-Attribute" in unproved
    assert still_on is None
    assert "Received Disconnect-ACK" in done
    assert [one.state for one in living] == [State.CLOSING]
    assert again["acctterminatecause"] == "Admin-Reset"
    assert again["acctinputoctets"] > 1000
    assert again["acctoutputoctets"] > 0
    assert again["callingstationid"] == "203.0.113.7"
    assert again["framedipaddress"] == "10.1.0.2"
    assert begun["acctterminatecause"] == ""
    assert "a request of 127.0.0.1 to end a session was dropped: the request" in accountant.said
    [told] = server.who_was_on()
    assert (told["machine"], told["how"]) == (MACHINE, "Admin-Reset")


def test_while_the_server_is_away_nothing_is_lost_and_times_are_those_of_the_sessions(
    tmp_path: Path, server: FreeRadius, world: World
) -> None:
    accountant = Accountant(tmp_path, server.port)
    before = wall()
    clients = [world.call_up()]
    with accountant.running():
        until(lambda: (tmp_path / "state/accounts.sqlite").exists(), "the file")
        world.net.send(clients[0].hang_up(world.net.now))
        world.net.run_for(2.0)
        clients.append(world.call_up())
    assert server.rows() == []
    assert "wait for the next start" in accountant.said
    with server.running(), accountant.running():
        until(lambda: len(server.rows()) == 2, "both sessions")
        until(lambda: server.rows()[0]["acctstoptime"], "the end of the first")
    first, second = server.rows()
    assert (first["acctterminatecause"], second["acctstoptime"]) == ("User-Request", None)
    assert before - 60 < first["acctstarttime"] <= first["acctstoptime"] <= wall() + 1
    assert len({first["acctsessionid"], second["acctsessionid"]}) == 2


def test_a_server_with_another_secret_has_no_account_and_the_owner_hears_of_it(
    tmp_path: Path, server: FreeRadius, world: World
) -> None:
    clients = server.folder / "clients.conf"
    clients.write_text(clients.read_text().replace(SECRET, WRONG))
    accountant = Accountant(tmp_path, server.port)
    world.call_up()
    with server.running(), accountant.running():
        until(lambda: "invalid Request Authenticator" in server.said(), "FreeRADIUS' word")
    assert server.rows() == []
    assert "wait for the next start" in accountant.said
