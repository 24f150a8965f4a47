"""Lines with fields: as systemd's journal reads them from its socket."""

import io
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.outputs import Fact, What
from gateway.system.journal import INFO, NOTICE, Journal
from gateway.system.journal_fields import MOST_MACHINES, Machines, Native, build_entry, fields_of

PEER = "203.0.113.7:4500"
PROVED = Fact(What.AUTHENTICATED, 3, PEER, {"client": "press-3"})


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[socket.socket]:
    """What stands in the journal's place."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as here:
        here.bind(str(tmp_path / "journal"))
        here.settimeout(5.0)
        yield here


def read(reader: socket.socket) -> dict[str, str]:
    lines = reader.recv(65536).decode().splitlines()
    return dict(line.split("=", 1) for line in lines)


def test_a_fact_has_its_dial_its_peer_and_its_kind() -> None:
    assert fields_of(PROVED, "press-3") == {
        "POSTERN_FACT": "authenticated",
        "POSTERN_MACHINE": "press-3",
        "POSTERN_SESSION": "3",
        "POSTERN_PEER": PEER,
    }


def test_a_refusal_has_its_cause_and_a_session_its_route() -> None:
    refused = Fact(What.REFUSED, 4, PEER, {"reason": "wrong key"})
    assert fields_of(refused, "")["POSTERN_CAUSE"] == "wrong-key"
    opened = Fact(What.SESSION_OPENED, 4, PEER, {"route": "nt4", "server": "192.0.2.20:1723"})
    found = fields_of(opened, "")
    assert (found["POSTERN_ROUTE"], found["POSTERN_SERVER"]) == ("nt4", "192.0.2.20:1723")


def test_the_machine_is_known_for_the_rest_of_its_dial() -> None:
    machines = Machines()
    assert machines.of(Fact(What.OFFERED, 3, PEER)) == ""
    assert machines.of(PROVED) == "press-3"
    assert machines.of(Fact(What.PPP_UP, 3, PEER)) == "press-3"
    assert machines.of(Fact(What.PPP_UP, 4, PEER)) == ""
    assert machines.of(Fact(What.RELOADED)) == ""


def test_only_so_many_dials_are_remembered() -> None:
    machines = Machines()
    for dial in range(1, MOST_MACHINES + 3):
        machines.of(Fact(What.AUTHENTICATED, dial, PEER, {"client": f"m{dial}"}))
    assert len(machines) == MOST_MACHINES
    assert machines.of(Fact(What.PPP_UP, 2, PEER)) == ""
    assert machines.of(Fact(What.PPP_UP, 3, PEER)) == "m3"


def test_a_value_with_a_line_break_cannot_be_a_field_of_its_own() -> None:
    # "Native Journal Protocol": the name, a line feed, the size as 64 bits, the value
    assert build_entry({"A": "x\nB=1", "C": "y"}) == (
        b"A\n" + b"\x05\0\0\0\0\0\0\0" + b"x\nB=1" + b"\n" + b"C=y\n"
    )
    strange = Fact(What.OFFERED, 1, "203.0.113.7\nPRIORITY=0")
    assert "\n" not in fields_of(strange, "")["POSTERN_PEER"]


def test_the_journal_gets_facts_with_fields_and_nothing_is_written_twice(
    reader: socket.socket, tmp_path: Path
) -> None:
    stream, native = io.StringIO(), Native(str(tmp_path / "journal"))
    journal = Journal(stream, lambda: 0.0, levels=True, native=native)
    journal(PROVED)
    found = read(reader)
    assert found["MESSAGE"].startswith("dial 3: Client 203.0.113.7:4500 has proved")
    assert (found["PRIORITY"], found["SYSLOG_IDENTIFIER"]) == (str(INFO), "postern")
    assert (found["POSTERN_MACHINE"], found["POSTERN_SESSION"]) == ("press-3", "3")
    journal.line("a plain line", NOTICE)
    assert read(reader)["MESSAGE"] == "a plain line"
    assert stream.getvalue() == ""
    native.close()


def test_what_the_journal_does_not_take_is_written_as_before(tmp_path: Path) -> None:
    stream, native = io.StringIO(), Native(str(tmp_path / "nobody"))
    Journal(stream, lambda: 0.0, levels=True, native=native)(Fact(What.PPP_UP, 1))
    assert stream.getvalue() == "<6>dial 1: PPP is up.\n"
    native.close()
