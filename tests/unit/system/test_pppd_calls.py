"""Local calls that run: their addresses, interfaces and rules, and what is left of them."""

import errno
import os
import select
import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.control.values_reach import NONE, Reach, reach
from gateway.system import pppd_calls
from gateway.system.line import make_line, take
from gateway.system.pppd_calls import BEGINS_WITHIN, ENDS_WITHIN, LOOK, SOON
from gateway.system.pppd_rules import Allowed
from gateway.wire.ipv4 import host_bytes
from tests.unit.control.test_relations_local import POOL, RADIUS
from tests.unit.system.pppd_machine import LINE, Make, configured, machines

FIRST, SECOND, FRAMED = map(host_bytes, ("10.10.0.150", "10.10.0.151", "10.10.0.77"))
PLACES = (reach("10.10.0.2"),)


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Make]:
    with machines(tmp_path, monkeypatch) as found:
        yield found


def test_each_call_has_an_address_and_an_interface_and_both_come_back(make: Make) -> None:
    machine = make(POOL)
    for _ in range(2):
        machine.ask()
    assert "10.10.0.1:10.10.0.151" in machine.started[1]
    assert "postern1" in machine.started[1]
    machine.programs[0].status = 16
    machine.turn()
    assert machine.table.calls == {"postern1": Allowed(PLACES, SECOND)}
    machine.ask()
    assert "10.10.0.1:10.10.0.150" in machine.started[2]
    assert sorted(machine.table.calls) == ["postern0", "postern1"]


def test_a_client_of_whom_nothing_is_said_reaches_nothing_by_the_kernel_too(make: Make) -> None:
    machine = make(POOL)
    machine.config = configured(POOL, 'route = "lan"')
    machine.ask()
    assert machine.table.calls == {"postern0": Allowed((NONE,), FIRST)}


@pytest.mark.parametrize(
    ("entry", "wanted"),
    [
        ('route = "lan"\nreach = ["10.10.0.9"]', (reach("10.10.0.9"),)),
        ('route = "lan"\nreach = ["nothing"]', (NONE,)),
        ('route = "lan"\nreach = ["10.10.0.9"]\nrevoked = true', (NONE,)),
    ],
)
def test_a_new_list_holds_for_calls_that_run(
    make: Make, entry: str, wanted: tuple[Reach, ...]
) -> None:
    machine = make(POOL)
    machine.ask()
    machine.config = configured(POOL, entry)
    machine.turn()
    assert machine.table.calls == {"postern0": Allowed(wanted, FIRST)}


def test_a_client_that_is_taken_out_reaches_nothing_from_then_on(make: Make) -> None:
    machine = make(POOL)
    machine.ask()
    machine.config = replace(configured(POOL), clients=())
    machine.turn()
    assert machine.table.calls == {"postern0": Allowed((NONE,), FIRST)}


def test_a_configuration_that_is_wrong_changes_nothing_and_is_told_once(make: Make) -> None:
    machine = make(POOL)
    machine.ask()
    machine.config = "postern.toml is wrong"
    assert machine.ask().recv(100) == b"started 3 17\n"
    assert machine.table.calls["postern0"] == Allowed(PLACES, FIRST)
    told = [line for line in machine.told if "wrong" in line]
    assert told == ["postern.toml is wrong: what was read before it still holds"]


def test_a_configuration_that_was_never_right_and_a_pppd_that_is_not_there_are_told(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = make(POOL)
    good, machine.config = machine.config, "postern.toml is wrong"
    assert b"postern.toml is wrong" in machine.ask().recv(500)
    machine.config = good
    monkeypatch.setattr(pppd_calls, "PPPD", "/nowhere/pppd")
    assert b"install the Debian package ppp" in machine.ask().recv(500)


def test_a_pppd_that_cannot_be_started_ends_the_line_and_leaves_no_rules(make: Make) -> None:
    machine = make(POOL)
    machine.missing = True
    assert b"no such file" in machine.ask().recv(500)
    assert (machine.calls.running, machine.table.calls) == ({}, {})


def test_a_line_that_nobody_takes_is_told_and_hung_up(make: Make) -> None:
    machine = make(POOL)
    machine.ask(hang_up=True)
    assert machine.told[-1] == "its line was not taken: Broken pipe"
    assert list(machine.calls.running) == ["postern0"]
    assert os.read(machine.programs[0].line, 1) == b""  # a terminal that was hung up


def test_who_asks_is_answered_when_pppd_has_an_interface_and_not_before(make: Make) -> None:
    machine = make(POOL)
    machine.interface = None
    asking = machine.ask()
    machine.now += BEGINS_WITHIN / 2
    machine.turn()
    assert machine.calls.wait() == SOON
    assert select.select([asking], [], [], 0.0)[0] == []
    machine.interface = (0, 4)
    machine.turn()
    assert asking.recv(100) == b"started 0 4\n"
    assert machine.calls.wait() == SOON


def test_what_pppd_says_first_is_waited_for_and_left_to_whoever_asked(make: Make) -> None:
    machine = make(POOL)
    machine.interface = None
    asking = machine.ask()
    assert machine.waits(0.02)
    os.write(machine.programs[0].line, b"~first~")
    assert not machine.waits(1.0)
    machine.turn()
    assert machine.waits(0.02)  # it has said something, and has no interface: no reason to hurry
    machine.interface = (0, 4)
    machine.turn()
    answer, line = take(asking, 100)
    assert (answer, line and line.recv(100)) == (b"started 0 4\n", b"~first~")
    assert line is not None
    line.close()


def test_a_pppd_that_ends_before_that_is_told_with_its_status(make: Make) -> None:
    machine = make(POOL)
    machine.interface = None
    asking = machine.ask()
    machine.programs[0].status = 2
    machine.turn()
    assert asking.recv(100) == b"pppd has ended with status 2\n"
    assert asking.recv(100) == b""
    assert (machine.calls.running, machine.table.calls) == ({}, {})


def test_a_pppd_that_makes_no_interface_is_ended(make: Make) -> None:
    machine = make(POOL)
    machine.interface = None
    asking = machine.ask()
    machine.now += BEGINS_WITHIN
    machine.turn()
    assert asking.recv(100) == b"pppd had no interface within 20 s\n"
    assert machine.programs[0].status == -15


def test_who_waits_when_all_ends_is_let_go(make: Make) -> None:
    machine = make(POOL)
    machine.interface = None
    asking = machine.ask()
    machine.stop()
    assert asking.recv(100) == b""
    machine.begin()


def test_without_a_terminal_there_is_no_call(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left() -> tuple[int, int]:
        raise OSError(errno.ENOSPC, "No space left on device")

    machine = make(POOL)
    monkeypatch.setattr(os, "openpty", none_left)
    assert b"No space left on device" in machine.ask().recv(500)
    assert (machine.started, machine.rules) == ([], [])


def test_where_nobody_could_wait_for_the_answer_the_line_is_closed_again(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_left(asking: socket.socket) -> socket.socket:
        raise OSError(errno.EMFILE, "Too many open files")

    machine, ends = make(POOL), make_line()
    monkeypatch.setattr(socket.socket, "dup", none_left)
    monkeypatch.setattr(pppd_calls, "make_line", lambda: ends)
    assert b"Too many open files" in machine.ask().recv(500)
    assert (machine.started, machine.rules) == ([], [])
    for end in ends:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(end)


def test_without_rules_no_call_begins(make: Make) -> None:
    machine = make(POOL)
    machine.refusing = True
    assert b"nft" in machine.ask().recv(500)
    assert machine.started == []
    assert machine.switch("eth1") == "0"


def test_rules_that_cannot_be_changed_are_told_and_end_nothing(make: Make) -> None:
    machine = make(POOL)
    machine.ask()
    machine.refusing, machine.config = True, configured(POOL, 'route = "lan"')
    machine.turn()
    assert machine.told[-1].startswith("the rules of postern0 are as they were")
    assert list(machine.calls.running) == ["postern0"]


def test_a_full_pool_is_told(make: Make) -> None:
    machine = make('pool = "10.10.0.150-10.10.0.150"\n')
    machine.ask()
    assert b"no address of the pool of lan is free" in machine.ask().recv(500)


def test_with_radius_nothing_passes_until_the_address_is_seen(make: Make) -> None:
    machine = make(POOL + RADIUS)
    machine.ask()
    assert machine.table.calls == {"postern0": Allowed(PLACES, None)}
    assert machine.calls.wait() == SOON
    machine.gives("postern0", "10.10.0.77")
    machine.turn()
    assert machine.table.calls == {"postern0": Allowed(PLACES, FRAMED)}
    assert machine.calls.wait() == LOOK


def test_an_address_that_chap_secrets_has_for_a_user_is_the_one_that_counts(make: Make) -> None:
    machine = make(POOL)
    machine.ask()
    assert machine.table.calls == {"postern0": Allowed(PLACES, FIRST)}
    machine.gives("postern0", "10.10.0.77")
    machine.turn()
    assert machine.table.calls == {"postern0": Allowed(PLACES, FRAMED)}


def test_forwarding_is_on_for_the_two_interfaces_and_off_again_at_the_end(make: Make) -> None:
    machine = make(POOL)
    machine.ask()
    machine.ask()
    assert machine.table._place == ("eth1", ("eth1",))
    assert machine.switch("eth1") == "1"
    machine.switch("postern0", "0")
    machine.turn()
    assert machine.switch("postern0") == "1"
    machine.stop()
    assert machine.switch("eth1") == "0"
    assert machine.programs[0].status == -15


def test_what_was_on_before_stays_on(make: Make) -> None:
    machine = make(POOL)
    machine.switch("eth1", "1")
    machine.ask()
    assert machine.table._place == ("eth1", ())
    machine.stop()
    assert machine.switch("eth1") == "1"


def test_what_a_program_that_was_killed_has_opened_is_closed_by_the_next(make: Make) -> None:
    machine = make(POOL)
    machine.ask()
    machine.killed()
    machine.begin()
    machine.ask()
    assert machine.table._place == ("eth1", ("eth1",))
    machine.stop()
    assert machine.switch("eth1") == "0"


def test_an_inside_interface_that_is_another_now_leaves_the_old_one_closed(make: Make) -> None:
    machine = make(POOL)
    machine.ask()
    machine.switch("eth2", "0")
    given = configured(POOL)
    machine.config = replace(given, inside=replace(given.inside, interface="eth2"))
    machine.ask()
    assert machine.table._place == ("eth2", ("eth1", "eth2"))


def test_without_a_firewall_of_ours_the_inside_interface_is_the_owners_business(make: Make) -> None:
    machine = make(POOL)
    machine.killed()
    machine.begin(rules=False)
    machine.ask()
    assert machine.switch("eth1") == "0"
    assert any("set net.ipv4.conf.eth1.forwarding to 1" in line for line in machine.told)
    machine.switch("postern0", "0")
    machine.turn()
    assert machine.switch("postern0") == "1"


def test_what_a_pppd_of_an_earlier_program_has_is_given_to_nobody(make: Make) -> None:
    machine = make(POOL)
    machine.ask()
    machine.switch("postern0", "1")
    machine.gives("postern0", "10.10.0.150")
    machine.killed()
    machine.begin()
    machine.ask()
    assert "10.10.0.1:10.10.0.151" in machine.started[1]
    assert machine.table.calls == {"postern1": Allowed(PLACES, SECOND)}


def test_at_the_end_pppds_have_their_time_and_then_they_are_killed(make: Make) -> None:
    machine = make(POOL)
    machine.ask()
    machine.ask()
    polite, stubborn = machine.programs
    stubborn.stubborn = True
    machine.stop()
    assert (polite.status, stubborn.status) == (-15, -9)
    assert stubborn.waited[0] == ENDS_WITHIN
    assert machine.rules[-1].count("delete table") == 2
    assert any("did not end and is killed" in line for line in machine.told)


def test_the_files_for_radius_are_for_root_alone_and_go_at_the_end(make: Make) -> None:
    machine = make(RADIUS)
    machine.ask()
    folder = machine.path.with_suffix(".radius")
    assert oct(folder.stat().st_mode & 0o777) == "0o700"
    modes = {path.name: oct(path.stat().st_mode & 0o777) for path in folder.iterdir()}
    assert modes == dict.fromkeys(["lan.conf", "lan.servers", "lan.dictionary", "lan.map"], "0o600")
    assert not any("between-us" in word for word in machine.started[0])
    (folder / "gone.servers").write_text("10.10.0.5 of-a-route-that-was-removed\n")
    machine.stop()
    assert list(machine.path.parent.iterdir()) == []


def test_where_postern_keeps_accounts_pppds_own_go_to_this_machine_and_nowhere_else(
    make: Make,
) -> None:
    kept = '[accounting]\nserver = "10.10.0.9"\nsecret = "a-long-random-text"\n'
    machine = make(RADIUS)
    files = machine.path.with_suffix(".radius")
    machine.ask()
    assert "acctserver 10.10.0.5:1813\n" in (files / "lan.conf").read_text()
    machine.config = configured(RADIUS + kept)
    machine.ask()
    assert "acctserver 127.0.0.77:40000\n" in (files / "lan.conf").read_text()


def test_rules_that_cannot_be_taken_away_are_told(make: Make) -> None:
    machine = make(POOL)
    machine.ask(LINE)
    machine.refusing = True
    machine.stop()
    assert machine.told[-1].startswith("the rules of the calls stay")
    assert machine.switch("eth1") == "0"
