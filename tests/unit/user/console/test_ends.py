from pathlib import Path

import pytest

from gateway.user.box_client import Who
from gateway.user.console.ends import Ends, Glance


def test_a_glance_has_both_and_is_kept(ends: Ends) -> None:
    found = ends.glance()
    assert found.box is not None
    assert found.gateway is not None
    assert (found.box.hostname, found.gateway.sessions) == ("gw-lab-1", 2)
    assert ends.latest is found


def test_who_is_not_there_is_no_error_but_words(tmp_path: Path) -> None:
    ends = Ends(str(tmp_path / "b"), str(tmp_path / "d"), Who("ada", "ssh"), tmp_path / "stat")
    found = ends.glance()
    assert (found.box, found.gateway, found.cpu) == (None, None, None)
    assert found.box_trouble.startswith("the box agent is not running")
    assert found.gateway_trouble.startswith("the daemon is not running")


def test_the_cpu_is_what_was_used_since_the_glance_before(tmp_path: Path) -> None:
    stat = tmp_path / "stat"
    ends = Ends(str(tmp_path / "b"), str(tmp_path / "d"), Who("ada", "ssh"), stat)
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
