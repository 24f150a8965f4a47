"""The verbs of the box agent, asked of a whole one."""

from pathlib import Path
from typing import Any

import pytest

from gateway.control.changes_outputs import Who
from gateway.system.box import view
from gateway.system.box.desk import NETWORK_WAIT, PROOF_WAIT, STICK_WAIT
from gateway.system.box.health import boot_notes
from gateway.system.box.places import Places
from gateway.system.box.slots import Slot
from gateway.system.run import ToolFailed
from tests.unit.system.box.machine import ADA, CONFIG, CONSOLE, KEY, OTHER_KEY, SECRET, Tools, put
from tests.unit.system.box.whole import Whole

CLAIM: dict[str, Any] = {"name": "ada", "ssh_key": KEY}
LATER = Who("ada", "ssh", "ssh:200", remote=True)


@pytest.fixture
def box(tmp_path: Path) -> Whole:
    return Whole(tmp_path).start()


@pytest.fixture
def claimed(box: Whole) -> Whole:
    box.result("claim", **CLAIM)
    box.tools.asked.clear()
    box.who = ADA
    return box


def test_a_box_from_the_factory_says_that_it_is_nobodys(box: Whole) -> None:
    found = box.result("status")
    assert not found["claimed"]
    assert found["board"]["id"] == "emulated"
    assert found["fingerprints"] == ["256 SHA256:x"]
    assert found["notes"] == ["a note of the boot"]
    assert (found["pending"], found["changed"]) == (None, 0)
    assert set(found["addresses"]) >= {"outside", "inside"}


def test_a_claim_makes_the_user_pins_the_ports_and_is_saved_at_once(box: Whole) -> None:
    assert box.result("claim", **CLAIM) == {}
    assert any(line.startswith("useradd") for line in box.tools.asked)
    saved = (box.root / "data/postern/saved.toml").read_text()
    assert KEY in saved
    assert saved.count("[[port]]") == 3
    assert box.result("status")["claimed"]
    assert "console (console): claim name=ada" in box.audit()


def test_a_box_is_claimed_only_at_its_console(box: Whole) -> None:
    box.who = ADA
    assert "at its own console" in box.ask("claim", **CLAIM)["error"]
    assert not box.result("status")["claimed"]


def test_somebody_who_has_lost_the_key_gets_in_at_the_console_and_all_can_see_it(
    claimed: Whole,
) -> None:
    claimed.result("config.edit", text=CONFIG)
    claimed.who = CONSOLE
    claimed.result("claim", name="bob", ssh_key=OTHER_KEY)
    found = claimed.result("status")
    assert "bob was let in at the console of a claimed box: see the audit" in found["notes"]
    candidate = claimed.result("config.show", which="candidate", masked=False)["text"]
    assert OTHER_KEY in candidate
    assert SECRET in candidate  # edits that were under way are not lost


def test_a_change_is_applied_and_confirmed_by_a_new_connection(claimed: Whole) -> None:
    claimed.result("config.edit", text=CONFIG)
    assert claimed.result("config.apply", comment="x", deadline_s=300)["deadline_s"] == 300
    assert claimed.result("status")["pending"]["by"] == "ada"
    assert "proves nothing" in claimed.ask("config.confirm")["error"]
    claimed.who = LATER
    claimed.result("config.confirm")
    assert claimed.result("status")["pending"] is None
    assert SECRET not in claimed.audit()


def test_a_change_nobody_confirms_is_taken_back_by_the_clock(claimed: Whole) -> None:
    claimed.result("config.edit", text=CONFIG)
    claimed.result("config.apply", comment="x", deadline_s=60)
    gateway = claimed.parts.places.gateway
    assert SECRET in gateway.read_text()
    claimed.now += 61
    assert claimed.desk.deadline() <= claimed.now
    claimed.desk.handle_timeout(claimed.now)
    assert SECRET not in gateway.read_text()
    assert "nobody confirmed the change" in claimed.audit()


def test_ports_are_told_assigned_and_blinked(claimed: Whole) -> None:
    found = claimed.result("ports")
    assert [port["role"] for port in found] == ["outside", "inside", "unused"]
    paths = [port["path"] for port in found]
    claimed.result("ports.assign", assignments={paths[2]: "outside", paths[1]: "inside"})
    assert claimed.result("status")["changed"] > 0
    assert claimed.result("ports.blink", path=paths[0], seconds=1) == {}
    assert not claimed.ask("ports.blink", path="nowhere", seconds=1)["ok"]
    assert not claimed.ask("ports.blink", path=paths[0], seconds=100)["ok"]
    assert not claimed.ask("ports.assign", assignments=[])["ok"]
    assert not claimed.ask("ports.assign", assignments={})["ok"]
    assert not claimed.ask("ports.assign", assignments={"x": "cat"})["ok"]


def test_a_port_that_comes_late_is_taken_up_by_itself(tmp_path: Path) -> None:
    box = Whole(tmp_path).start()
    late = box.nics.pop(1)
    box.result("claim", **CLAIM)
    box.nics.insert(1, late)
    box.result("ports.assign", assignments={n.path: r for n, r in _roles(box)})
    box.result("config.apply", comment="", deadline_s=0)
    box.nics.remove(late)
    again = Whole(tmp_path, boot="boot-2", nics=box.nics).start()
    assert "the inside port is gone" in str(again.result("status")["notes"])
    again.nics.insert(1, late)
    again.now += NETWORK_WAIT
    again.desk.handle_timeout(again.now)
    assert "is gone" not in str(again.result("status")["notes"])
    assert "networkctl reconfigure enp0s3" in again.tools.asked


def _roles(box: Whole) -> list[tuple[Any, str]]:
    return list(zip(box.nics, ("outside", "inside", "unused"), strict=True))


def test_the_board_is_told_and_its_report_is_written(claimed: Whole) -> None:
    assert claimed.result("board")["evidence"]
    path = Path(claimed.result("board.report")["path"])
    assert path.read_text().startswith("Postern board report")
    assert not claimed.ask("board.report", path="/etc/x")["ok"]
    assert not claimed.ask("board.report", path=7)["ok"]


def test_a_system_on_trial_is_looked_at_again_until_it_is_good(claimed: Whole) -> None:
    claimed.slots = [Slot("A", "trying", booted=True)]
    claimed.parts.slot_cache.forget()
    claimed.parts.slot_cache.wait()
    assert claimed.result("status")["slots"]["a"]["state"] == "trying"
    claimed.slots = [Slot("A", "good", booted=True)]
    claimed.now += PROOF_WAIT
    claimed.desk.handle_timeout(claimed.now)
    claimed.parts.slot_cache.wait()
    assert claimed.result("status")["slots"]["a"]["state"] == "good"


def test_restarts_are_in_the_audit_with_their_reason(claimed: Whole) -> None:
    claimed.result("restart-gateway")
    claimed.result("reboot", reason="new kernel")
    claimed.result("poweroff", reason="moving house")
    assert [line.split()[1] for line in claimed.tools.asked] == ["restart", "reboot", "poweroff"]
    assert "ada (ssh): reboot reason=new kernel" in claimed.audit()


def test_a_factory_reset_wants_the_name_and_keeps_a_sealed_copy(claimed: Whole) -> None:
    assert "not that of this box" in claimed.ask("factory-reset", typed="y")["error"]
    assert claimed.result("factory-reset", typed=view.hostname()) == {"sealed": True}
    assert not (claimed.root / "data/postern/saved.toml").exists()
    assert (claimed.root / "data/postern/sealed/last.age").read_text() == "sealed for 1"
    assert claimed.tools.asked[-1] == "systemctl reboot --no-block"


def test_after_a_reset_the_copy_is_there_as_it_was_sealed_and_a_wipe_takes_it(
    claimed: Whole,
) -> None:
    claimed.who = CONSOLE
    claimed.result("factory-reset", typed=view.hostname())
    box = Whole(claimed.root, boot="boot-2").start()
    assert not box.result("status")["claimed"]
    box.result("claim", **CLAIM)
    box.who = ADA
    assert box.result("config.sealed") == {"text": "sealed for 1"}
    assert box.result("factory-reset", typed=view.hostname(), wipe=True) == {"sealed": False}
    assert "no such sealed copy" in box.ask("config.sealed")["error"]


def test_a_file_on_the_disk_sets_up_a_box_without_an_owner(tmp_path: Path) -> None:
    path = put(tmp_path, "data/provision.toml", CONFIG)
    box = Whole(tmp_path).start()
    box.now += STICK_WAIT
    box.desk.handle_timeout(box.now)
    found = box.result("status")
    assert found["claimed"]
    assert "the provisioning file on the data partition was taken up" in found["notes"]
    assert not path.exists()
    assert "hostnamectl set-hostname -- gw-lab-1" in box.tools.asked


def test_a_box_with_an_owner_looks_at_no_file(claimed: Whole) -> None:
    path = put(claimed.root, "data/provision.toml", CONFIG)
    claimed.now += STICK_WAIT
    claimed.desk.handle_timeout(claimed.now)
    assert path.exists()


def test_a_file_the_machine_refuses_leaves_the_box_as_it_was(tmp_path: Path) -> None:
    put(tmp_path, "data/provision.toml", CONFIG)
    box = Whole(tmp_path, Tools(fails={"hostnamectl": "no bus"})).start()
    box.desk.provision()
    found = box.result("status")
    assert not found["claimed"]
    assert "was refused" in str(found["notes"])


def test_what_takes_long_is_answered_later(claimed: Whole) -> None:
    assert claimed.result("selftest", which="watchdog")[0]["name"] == "watchdog"
    assert not claimed.ask("network.ping", host="-f")["ok"]


def test_a_trace_is_taken_for_whoever_asks_and_is_in_the_audit(claimed: Whole) -> None:
    found = claimed.result("trace", target="press-3", seconds=5)
    assert Path(found["path"]).read_text() == f"press-3 for {claimed.who}"
    assert "ada (ssh): trace target=press-3" in claimed.audit()


@pytest.mark.parametrize("verb", ["cat", "config.cat", "", None, 7])
def test_what_is_no_verb_is_refused(claimed: Whole, verb: Any) -> None:
    assert not claimed.ask(verb)["ok"]


def test_nobody_is_answered_nothing(claimed: Whole) -> None:
    claimed.who = Who("", "cli")
    assert not claimed.ask("status")["ok"]


def test_an_error_of_ours_costs_one_answer(claimed: Whole) -> None:
    claimed.nics.append(7)  # no card at all
    answer = claimed.ask("ports")
    assert "an error in Postern itself" in answer["error"]
    assert any("Traceback" in line for line in claimed.told)
    claimed.nics.pop()
    assert claimed.ask("ports")["ok"]


def test_the_time_is_noted_by_and_by(claimed: Whole) -> None:
    claimed.now += 4000
    claimed.desk.handle_timeout(claimed.now)
    assert (claimed.root / "data/postern/state/clock.json").exists()


def test_looking_leaves_no_line_in_the_audit(claimed: Whole) -> None:
    before = claimed.audit()
    for verb in ("status", "ports", "slots", "board", "config.diff", "config.show"):
        claimed.result(verb)
    assert claimed.audit() == before


def test_a_failed_start_is_a_note(tmp_path: Path) -> None:
    put(tmp_path, "data/postern/state/failed-boots/slot-B-ab.log", "x")
    notes = boot_notes(Places(tmp_path), "1.0")
    assert notes[-1] == "the journal of a failed start is kept: slot-B-ab.log"


def test_tools_that_fail_are_sentences(claimed: Whole) -> None:
    claimed.tools.fails["systemctl restart"] = "no such unit"
    answer = claimed.ask("restart-gateway")
    assert answer["error"].startswith("`systemctl restart")
    assert ToolFailed.__name__ not in answer["error"]
