"""Against a real desk behind a socket."""

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.user.cli import exits
from gateway.user.cli.main import main
from tests.pair.disk import ADA, ANEW, NEW, OLD, REMOTE
from tests.unit.user.cli.desk import Desk


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    found = Desk(tmp_path / "box.sock")
    monkeypatch.setenv("POSTERN_BOX_SOCKET", str(found.path))
    yield found
    found.close()


def told(capsys: pytest.CaptureFixture[str], *words: str, status: int = exits.OK) -> str:
    assert main(["config", *words]) == status
    out, err = capsys.readouterr()
    return out + err


def test_a_key_is_set_looked_at_and_put_in_force(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told(capsys, "diff") == "no difference\n"
    assert "kept" in told(capsys, "set", "outside.mtu", "1400")
    assert told(capsys, "check") == "ok: it can be applied\n"
    assert told(capsys, "diff") == "  [outside]\n+ mtu = 1400\ntouches: gateway, network\n"
    assert told(capsys, "status") == "1 table edited, last by ada\n"
    desk.who = REMOTE
    assert "taken back in 300 s" in told(capsys, "apply", "--comment", "smaller")
    assert "proves nothing" in told(capsys, "confirm", status=exits.PROBLEM)
    desk.who = ANEW
    assert told(capsys, "confirm") == "saved, as number 2 of the history\n"
    assert "mtu = 1400" in desk.box.state[0]
    assert "smaller" in told(capsys, "history")


def test_a_client_is_added_with_a_key_from_the_standard_input(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("hunter3-hunter3\n"))
    told(capsys, "add", "client", "name=press.4", "route=old-nt4", "psk=-", "esp=3des-sha1")
    told(capsys, "set", "client.press.4.esp", "3des-sha1,aes128-sha1")
    told(capsys, "unset", "client.press.4.esp")
    assert 'name = "press.4"\nroute = "old-nt4"\npsk = "hunter3-hunter3"' in desk.box.state[2]
    assert "hunter3" not in told(capsys, "show")
    assert "hunter3" not in told(capsys, "diff")
    assert "hunter3-hunter3" in told(capsys, "show", "--secrets")
    told(capsys, "remove", "client.press.4")
    assert told(capsys, "diff") == "no difference\n"


def test_problems_are_told_and_the_edit_is_kept(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    found = told(capsys, "set", "outside.mtu", "14")
    assert "outside.mtu: is 14, and should be between 576 and 9000" in found
    assert "outside.mtu" in told(capsys, "check", status=exits.PROBLEM)
    assert "outside.mtu" in told(capsys, "apply", status=exits.PROBLEM)
    assert told(capsys, "discard") == "the edits are forgotten\n"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        (["set", "outsid.mtu", "1"], "there is no table 'outsid'"),
        (["set", "outside.mut", "1"], "there is no key 'mut' in [outside]"),
        (["set", "client.nobody.psk", "x"], "there is no client 'nobody'"),
        (["remove", "client.nobody"], "there is no client 'nobody'"),
        (["add", "client", "name"], "'name' has no equals sign"),
        (["add", "client", "name=press-3"], "there is a client 'press-3'"),
        (["unset", "outside.mtu"], "outside has no mtu"),
        (["restore", "9"], "the history has no such number"),
        (["apply", "--deadline", "1"], "there is nothing to apply"),
        (["load", "/nowhere"], "/nowhere cannot be read: no such file"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_with_a_hint(
    desk: Desk, capsys: pytest.CaptureFixture[str], words: list[str], what: str
) -> None:
    lines = told(capsys, *words, status=exits.PROBLEM).splitlines()
    assert lines[0].startswith(f"postern: {what}")
    assert lines[1].startswith("  ")


def test_a_whole_file_is_loaded_and_an_old_one_restored(
    desk: Desk, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "new.toml").write_text(NEW)
    told(capsys, "load", str(tmp_path / "new.toml"))
    assert told(capsys, "apply", "--now") == "in force and saved\n"
    assert desk.box.state == (NEW, NEW, NEW, False)
    assert told(capsys, "diff", "--number", "1").startswith("  [outside]\n- mtu = 1400\n")
    told(capsys, "restore", "1")
    assert desk.box.state[2] == OLD
    monkeypatch.setattr("sys.stdin", io.StringIO("[broken"))
    assert "this is no TOML" in told(capsys, "load", "-", status=exits.PROBLEM)
    assert desk.box.state[2] == OLD


def test_more_time_and_taking_back(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "set", "outside.mtu", "1400")
    told(capsys, "apply", "--deadline", "60")
    assert told(capsys, "extend", "--deadline", "900") == "taken back in 900 s unless confirmed\n"
    assert "the change of ada is taken back in 15m" in told(capsys, "status")
    assert told(capsys, "revert") == "taken back; the edits are kept\n"


def test_what_somebody_else_has_edited_meanwhile_is_not_overwritten(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    seen = json.loads(told(capsys, "diff", "--json"))["revision"]
    desk.who = REMOTE
    told(capsys, "set", "outside.mtu", "1400")
    desk.who = ADA
    found = told(capsys, "set", "outside.mtu", "1300", "--base", seen, status=exits.PROBLEM)
    assert found.startswith("postern: ada (ssh) has edited it 0 s ago\n")


@pytest.mark.parametrize("verb", ["show", "check", "diff", "status", "history"])
def test_everything_that_is_looked_at_is_there_as_json(
    desk: Desk, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    json.loads(told(capsys, verb, "--json"))


def test_a_plain_gateway_has_no_box_to_ask(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["show", "--box-socket", str(tmp_path / "none")]
    assert "is not running" in told(capsys, *words, status=exits.NOT_RUNNING)


def test_a_plan_keeps_nothing_and_a_wish_becomes_the_edits(
    desk: Desk, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def wish(text: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(text))

    wish("[outside]\nmtu = 1400\n")
    assert told(capsys, "plan", "-", "--merge").endswith("  [outside]\n+ mtu = 1400\n")
    assert desk.box.state[2] == OLD
    wish("[outside]\nmtu = 14\n")
    assert "outside.mtu" in told(capsys, "plan", "-", "--merge", status=exits.PROBLEM)
    wish(OLD)
    assert told(capsys, "plan", "-") == "ok: it can be applied\nno difference\n"
    wish("[outside]\nmtu = 1400\n")
    found = json.loads(told(capsys, "plan", "-", "--merge", "--json"))
    assert (found["changed"], found["problems"]) == (1, [])
    wish("[outside]\nmtu = 1400\n")
    told(capsys, "wish", "-", "--merge", "--base", found["revision"])
    assert "mtu = 1400" in desk.box.state[2]
