"""The owner sets up a new box at its serial console, and a change that nobody keeps goes back."""

from pathlib import Path

import pytest

from tests.image.appliance import GATEWAY_SOCKET, Appliance, make_box
from tests.image.files import OWNER, OWNER_KEY
from tests.interop.lab.topology import INSIDE, OUTSIDE, SERVER

pytestmark = pytest.mark.image
SLOW = 60.0  # seconds for a page or a change, in emulation
PSK = "type-of-lead-and-tin"


def claim(box: Appliance) -> None:
    box.console.wait("Welcome to Postern", 240)
    box.console.choose("1", "Your name", SLOW)
    answers = {"Your name": OWNER, "Public SSH key": OWNER_KEY}
    box.console.form(answers, "Claim", "Main menu", SLOW)


def assign_by_cable(box: Appliance) -> None:
    """The second cable is pulled, and its port is the one inside."""
    box.console.choose("2", "Find by cable", SLOW)
    box.console.letter("p", "Waiting for a cable", SLOW)
    box.machine.link(1, up=False)
    box.console.wait("has lost its cable", SLOW)
    box.console.choose("2", "is for inside, once you apply it", SLOW)
    box.machine.link(1, up=True)


def set_addresses(box: Appliance) -> None:
    box.console.letter("a", "Outside: towards", SLOW)
    box.console.choose("1", "Change outside", SLOW)
    outside = {"network": "static", "addresses": OUTSIDE, "prefix": "24"}
    box.console.form(outside, "Save", "Not applied yet", SLOW)
    box.console.choose("2", "Change inside", SLOW)
    inside = {"network": "static", "address": INSIDE, "prefix": "24"}
    box.console.form(inside, "Save", "Not applied yet", SLOW)
    home(box)


def add(box: Appliance, row: str, letter_page: str, answers: dict[str, str], then: str) -> None:
    box.console.choose(row, letter_page, SLOW)
    box.console.letter("n", "Save", SLOW)
    box.console.form(answers, "Save", then, SLOW)
    home(box)


def home(box: Appliance) -> None:
    box.console.choose("0", "Main menu", SLOW)


def apply(box: Appliance, minutes: int) -> str:
    """Review, apply; the page that counts down."""
    review = box.console.choose("6", "Apply these changes", SLOW)
    box.console.choose("1", "Minutes to confirm", SLOW)
    answers = {"What for": "first set-up", "Minutes to confirm": str(minutes)}
    box.console.form(answers, "Apply", "Keep the change", SLOW)
    return review


def test_a_box_is_set_up_at_its_console_and_a_forgotten_change_goes_back(
    settled: Path, place: Path
) -> None:
    with Appliance(make_box(settled, place)) as box:
        claim(box)
        box.confirmed()
        assert box.ask("status")["claimed"] is True
        (place / "main-menu.txt").write_text(box.console.text + "\n")
        assign_by_cable(box)
        set_addresses(box)
        route = {"name": "old-nt4", "kind": "pptp", "server": SERVER}
        add(box, "4", "New route", route, "Not applied yet")
        client = {"name": "press", "psk": PSK, "route": "old-nt4"}
        add(box, "3", "New client", client, "It is shown only now")
        review = apply(box, minutes=5)
        assert "press" in review
        assert PSK not in review
        box.console.choose("1", "Nothing waits to be confirmed", SLOW)
        home(box)
        running = box.probe("cat /data/postern/saved.toml")
        assert PSK in running
        assert f'server = "{SERVER}"' in running
        box.probe.until(f"ip -4 -br address | grep -q {OUTSIDE}", SLOW)
        box.probe.until(f"test -S {GATEWAY_SOCKET}", SLOW)  # it starts anew where it now stands
        assert box.ask_gateway("status")["config_problems"] == []

        box.console.choose("4", "old-nt4", SLOW)
        box.console.choose("1", "Change it", SLOW)
        box.console.choose("1", "Save", SLOW)
        box.console.form({"server": "10.10.0.99"}, "Save", "Not applied yet", SLOW)
        home(box)
        apply(box, minutes=1)
        assert "10.10.0.99" in box.probe("cat /data/postern/running.toml")
        box.console.wait("Nothing waits to be confirmed", 120)
        assert box.probe("cat /data/postern/running.toml") == running
        assert box.probe("cat /data/postern/saved.toml") == running
