"""Updates and the two systems, as the socket asks for them."""

from pathlib import Path
from typing import Any

import pytest

from gateway import __version__
from tests.unit.system.box.machine import ADA, KEY, put
from tests.unit.system.box.whole import Whole

CLAIM: dict[str, Any] = {"name": "ada", "ssh_key": KEY}


@pytest.fixture
def claimed(tmp_path: Path) -> Whole:
    box = Whole(tmp_path).start()
    box.result("claim", **CLAIM)
    box.who = ADA
    return box


def test_slots_are_told_and_going_back_needs_somewhere_to_go(claimed: Whole) -> None:
    claimed.parts.slot_cache.wait()
    assert claimed.result("slots")[0]["name"] == "A"
    assert "no other system" in claimed.ask("rollback")["error"]


def test_an_update_is_installed_while_others_are_answered(claimed: Whole) -> None:
    bundle = put(claimed.root, "home/one.raucb", "x")
    claimed.tools.says["rauc info"] = '{"version": "2"}'
    assert claimed.result("upgrade", path=str(bundle))["version"] == "2"
    assert f"rauc install {bundle}" in claimed.tools.asked
    assert claimed.result("upgrade.status") == {"state": "done", "percent": 100, "error": ""}
    assert "the update to 2 is installed" in claimed.audit()


def test_an_update_that_is_refused_is_one_sentence(claimed: Whole) -> None:
    bundle = put(claimed.root, "home/one.raucb", "x")
    claimed.tools.fails["rauc info"] = "signature verification failed"
    answer = claimed.ask("upgrade", path=str(bundle))
    assert answer == {
        "ok": False,
        "error": "the update is refused: its signature is not one this box trusts",
        "hint": "Nothing has changed",
    }


def test_a_name_that_is_none_is_refused(claimed: Whole) -> None:
    assert "is no text" in claimed.ask("upgrade", path=7)["error"]


def test_an_older_update_is_refused_unless_it_is_asked_for(claimed: Whole) -> None:
    bundle = put(claimed.root, "home/one.raucb", "x")
    claimed.tools.says["rauc info"] = '{"version": "0.0.9"}'
    answer = claimed.ask("upgrade", path=str(bundle))
    assert answer["error"] == f"the update has 0.0.9, which is older than {__version__} here"
    assert "postern upgrade --older" in answer["hint"]
    assert f"rauc install {bundle}" not in claimed.tools.asked
    assert claimed.result("upgrade", path=str(bundle), older=True)["version"] == "0.0.9"
    assert f"rauc install {bundle}" in claimed.tools.asked
