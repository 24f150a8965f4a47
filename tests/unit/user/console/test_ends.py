from pathlib import Path
from threading import Thread

import pytest

from gateway.user.box_client import Who
from gateway.user.client import BadAnswer, Busy, DaemonError, NotAllowed, NotRunning, Silent
from gateway.user.console.ends import Ends, Glance, in_a_line
from tests.unit.user.console.agents import FakeBox, listening


def absent(folder: Path, again: float = 0.0) -> Ends:
    """Ends that nobody is at."""
    who = Who("ada", "ssh")
    return Ends(str(folder / "b"), str(folder / "d"), who, folder / "stat", again=again)


def test_a_glance_has_both_and_is_kept(ends: Ends) -> None:
    found = ends.glance()
    assert found.box is not None
    assert found.gateway is not None
    assert (found.box.hostname, found.gateway.sessions) == ("gw-lab-1", 2)
    assert ends.latest is found


def test_who_is_not_there_is_no_error_but_words(tmp_path: Path) -> None:
    ends = absent(tmp_path)
    found = ends.glance()
    assert (found.box, found.gateway, found.cpu) == (None, None, None)
    assert found.box_trouble.startswith("The box agent is not running")
    assert found.gateway_trouble.startswith("The gateway is not running")


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            Busy("w", "h", "networkctl"),
            "The box agent is busy with networkctl: ask again in a moment.",
        ),
        (NotRunning("w", "h"), "The box agent is not running: see `systemctl status postern-box`."),
        (
            NotAllowed("w", "h"),
            "You have no right to ask the box agent: log in as an administrator.",
        ),
        (
            Silent("w"),
            "The box agent is there, but is busy with something and does not answer yet.",
        ),
        (
            BadAnswer("w"),
            "The box agent gives no answer that makes sense: see `journalctl -u postern-box`.",
        ),
        (
            Busy("w", "h", "a-program-with-a-very-long-name-indeed"),
            "The box agent is busy with a-program-with-a-very-..: ask again in a moment.",
        ),
    ],
)
def test_whatever_is_the_matter_is_a_whole_sentence_that_fits(
    error: DaemonError, line: str
) -> None:
    assert in_a_line(error, "box agent", "postern-box") == line
    assert len(line) <= 80


def test_an_agent_that_starts_anew_is_asked_again(tmp_path: Path) -> None:
    """It comes while the first glance still asks."""
    ends, box = absent(tmp_path, again=30.0), FakeBox()
    found: list[Glance] = []
    asking = Thread(target=lambda: found.append(ends.glance()))
    asking.start()
    with listening(tmp_path / "b", box.answer):
        asking.join(60)
    assert [one.box and one.box.hostname for one in found] == ["gw-lab-1"]


def test_the_cpu_is_what_was_used_since_the_glance_before(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    ends = absent(tmp_path)
    stat.write_text("cpu  100 0 100 700 100 0 0 0 0 0\ncpu0 1\n")
    assert ends.glance().cpu is None
    stat.write_text("cpu  125 0 100 775 100 0 0 0 0 0\ncpu0 1\n")
    assert ends.glance().cpu == 25
    stat.write_text("cpu  125 0 100 775 100 0 0 0 0 0\ncpu0 1\n")
    assert ends.glance().cpu is None


def test_the_name_to_type_is_the_boxs_own(ends: Ends) -> None:
    assert ends.hostname() == "gw-lab-1"


@pytest.mark.parametrize(
    ("connection", "face"), [("", "console"), ("203.0.113.5 50000 203.0.113.9 22", "ssh")]
)
def test_whoever_comes_by_ssh_is_known_to(
    monkeypatch: pytest.MonkeyPatch, connection: str, face: str
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", connection)
    assert Who.here().face == face


def test_at_first_nothing_is_known() -> None:
    assert Glance(None, None).cpu is None
