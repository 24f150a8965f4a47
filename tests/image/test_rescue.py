"""The rescue system is started once when it is asked for, as the button at a case does it."""

from pathlib import Path

import pytest

from tests.image.appliance import Appliance, make_box

pytestmark = pytest.mark.image
SLOW = 240.0  # seconds from GRUB to the menu, in emulation


def test_a_box_starts_once_into_its_rescue_system_and_then_as_before(
    settled: Path, place: Path
) -> None:
    with Appliance(make_box(settled, place)) as box:
        box.confirmed()
        box.console.forget()
        box.ask("reboot", reason="the test wants it", rescue=True)
        assert box.boot().slot == "R"
        box.console.wait("1) Claim this box", SLOW)  # as plain text
        box.console.forget()
        box.machine.reset()
        assert box.boot().slot == "A"
        box.confirmed()
        assert box.environment()["NEXT"] == ""
