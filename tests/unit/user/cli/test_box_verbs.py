"""The thin verbs: each asks the box what the menu asks it."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.user.box_client import Box
from gateway.user.cli import exits
from gateway.user.cli.main import main
from gateway.user.cli.ports import LOOKS, find
from gateway.user.client import DaemonError
from tests.unit.user.console.agents import FakeBox, FakeDaemon, both

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMmsZQVHFCxFfOSiCDC048uH1f8XaDZzDpgFtvjED4tj ada"


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeBox]:
    found = FakeBox()
    with both(tmp_path, found, FakeDaemon()) as (box_path, daemon_path):
        monkeypatch.setenv("POSTERN_BOX_SOCKET", box_path)
        monkeypatch.setenv("POSTERN_SOCKET", daemon_path)
        yield found


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("ports", "port 1  outside  up 1000"),
        ("clients", "scale-7  old-nt4  198.51.100.0/24"),
        ("routes", "old-nt4  pptp  10.10.0.2"),
        ("admins", "ada   ssh-ed25519"),
        ("box", "up for"),
        ("board", "name: QEMU"),
        ("board --report", "/data/report.txt"),
        ("slots", "slot A  good  0.1.0  <- runs now"),
        ("upgrade --status", "idle 0%"),
        ("support usb", "  journal.txt"),
        ("support --list", "journal.txt"),
        ("upgrade usb", "0.2.0 is installed"),
        ("ping 10.10.0.2", "3 of 3 answers"),
        ("link", "3 of 3 answers"),
        ("capture eth0 --seconds 5", "/run/capture.pcap"),
    ],
)
def test_it_tells(
    box: FakeBox, capsys: pytest.CaptureFixture[str], command: str, words: str
) -> None:
    assert main(command.split()) == exits.OK
    assert words in capsys.readouterr().out


@pytest.mark.parametrize(
    "command",
    [
        "ports",
        "clients",
        "routes",
        "admins",
        "box",
        "board",
        "slots",
        "upgrade --status",
        "support usb",
    ],
)
def test_it_tells_json_without_a_secret(
    box: FakeBox, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert main([*command.split(), "--json"]) == exits.OK
    told = capsys.readouterr().out
    assert json.loads(told) is not None
    assert "it is long" not in told


def test_a_self_test_that_finds_something_says_so_to_the_shell(
    box: FakeBox, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["selftest"]) == exits.PROBLEM
    assert "BAD  watchdog: there is none" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("command", "request_there"),
    [
        ("restart --name gw-lab-1", {"verb": "restart-gateway"}),
        ("reboot --name gw-lab-1 --reason fan", {"verb": "reboot", "reason": "fan"}),
        ("reboot --name gw-lab-1 --rescue", {"verb": "reboot", "reason": "", "rescue": True}),
        ("poweroff --name gw-lab-1", {"verb": "poweroff", "reason": ""}),
        ("rollback --name gw-lab-1", {"verb": "rollback"}),
        ("reset --name gw-lab-1", {"verb": "factory-reset", "typed": "gw-lab-1", "wipe": False}),
        (
            "ports assign 3=inside",
            {"verb": "ports.assign", "assignments": {"pci0000:00/0000:00:03.0": "inside"}},
        ),
        (
            "ports blink eth1",
            {"verb": "ports.blink", "path": "pci0000:00/0000:00:02.0", "seconds": 10},
        ),
    ],
)
def test_it_does(box: FakeBox, command: str, request_there: dict[str, object]) -> None:
    assert main(command.split()) == exits.OK
    assert box.asked[-1] == request_there


def test_a_port_is_found_by_its_cable(box: FakeBox, capsys: pytest.CaptureFixture[str]) -> None:
    box.plugged_at_look = 2  # the first look is the command's own
    assert main(["ports", "find"]) == exits.OK
    assert capsys.readouterr().out == "port 3 has a cable now\n"


def test_who_puts_no_cable_in_is_not_waited_for_all_day(box: FakeBox) -> None:
    waited: list[float] = []
    with pytest.raises(DaemonError, match="no cable"):
        find(Box(), Box().ports(), waited.append)
    assert sum(waited) == LOOKS


@pytest.mark.parametrize("verb", ["restart", "reboot", "poweroff", "rollback", "reset"])
def test_the_wrong_box_is_left_alone(
    box: FakeBox, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    assert main([verb, "--name", "gw-2"]) == exits.PROBLEM
    assert main([verb]) == exits.USAGE
    assert box.asked == []
    assert "this box is not called gw-2" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    ["ports assign 1=sideways", "ports assign 9=inside", "ports blink ghost", "upgrade"],
)
def test_what_makes_no_sense_is_refused_with_a_hint(box: FakeBox, command: str) -> None:
    assert main(command.split()) == exits.PROBLEM


def test_an_update_is_named_by_its_whole_path(
    box: FakeBox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["upgrade", "new.raucb"]) == exits.OK
    assert box.asked[0] == {"verb": "upgrade", "path": str(tmp_path / "new.raucb")}
    assert main(["upgrade", "usb", "--older"]) == exits.OK
    assert {"verb": "upgrade", "path": "usb", "older": True} in box.asked


def test_before_an_update_the_boards_own_dangers_are_told(
    box: FakeBox, capsys: pytest.CaptureFixture[str]
) -> None:
    box.status = {"board": {"upgrade": ["it may not start again: have a spare"]}}
    assert main(["upgrade", "usb"]) == exits.OK
    assert capsys.readouterr().err == "of this box: it may not start again: have a spare\n"


def test_a_box_is_claimed_with_a_key_from_a_file(box: FakeBox, tmp_path: Path) -> None:
    (tmp_path / "id.pub").write_text(f"{KEY}\n")
    assert main(["claim", "ada", "--key", str(tmp_path / "id.pub")]) == exits.OK
    assert box.asked == [{"verb": "claim", "name": "ada", "ssh_key": KEY}]
    assert main(["claim", "ada", "--key", str(tmp_path / "none")]) == exits.PROBLEM


def test_an_empty_table_is_said(box: FakeBox, capsys: pytest.CaptureFixture[str]) -> None:
    box.answer({"verb": "config.edit", "text": "[box]\n"})
    assert main(["clients"]) == exits.OK
    assert capsys.readouterr().out == "there is no client\n"


def test_without_the_agent_the_shell_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTERN_BOX_SOCKET", "/nobody/here")
    assert main(["slots"]) == exits.NOT_RUNNING
