"""The button at the case, and what everybody hears before the box stops."""

from pathlib import Path

import pytest

from gateway.control.button import Meant
from gateway.system.box import view
from tests.unit.system.box.machine import ADA, KEY
from tests.unit.system.box.whole import Whole

NEXT = "grub-editenv /boot/efi/grub/grubenv set NEXT=R"


@pytest.fixture
def box(tmp_path: Path) -> Whole:
    found = Whole(tmp_path).start()
    found.result("claim", name="ada", ssh_key=KEY)
    found.tools.asked.clear()
    found.said.clear()
    found.who = ADA
    return found


def test_a_short_press_restarts_once_into_the_rescue_system(box: Whole) -> None:
    box.desk.stops.press(Meant.RESCUE)
    assert box.tools.asked == [NEXT, "systemctl reboot --no-block"]
    assert "somebody at the case (button): the button asked for the rescue system" in box.audit()
    assert box.said == ["the box restarts into its rescue system: its button was pressed"]


def test_a_long_press_makes_the_box_as_new(box: Whole) -> None:
    box.desk.stops.press(Meant.RESET)
    assert box.tools.asked == ["systemctl reboot --no-block"]
    assert not (box.root / "data/postern/saved.toml").exists()
    assert list((box.root / "data/postern/sealed").iterdir())


def test_a_press_that_means_nothing_does_nothing(box: Whole) -> None:
    box.desk.stops.press(Meant.NOTHING)
    assert (box.tools.asked, box.said) == ([], [])


def test_while_an_update_is_written_the_button_does_nothing_but_is_noted(
    box: Whole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(box.desk.stops, "_installing", lambda: True)
    box.desk.stops.press(Meant.RESET)
    assert box.tools.asked == []
    assert "while an update was written: no" in box.audit()
    for verb in ("reboot", "poweroff", "factory-reset"):
        assert box.ask(verb, typed=view.hostname())["error"] == "an update is being installed"


def test_everybody_hears_of_it_before_the_box_stops(box: Whole) -> None:
    box.result("restart-gateway")
    box.result("reboot", reason="new \n kernel\x1b")
    box.result("reboot", rescue=True)
    box.result("poweroff", reason=7)
    assert box.said == [
        "ada (ssh) restarts the gateway: sessions to PPTP servers go on, others end",
        "ada (ssh) restarts the box: new kernel\\x1b",
        "ada (ssh) restarts the box into its rescue system",
        "ada (ssh) switches the box off",
    ]
    assert box.tools.asked.count(NEXT) == 1


def test_a_reset_with_the_wrong_name_is_not_announced(box: Whole) -> None:
    assert not box.ask("factory-reset", typed="y")["ok"]
    assert box.said == []
