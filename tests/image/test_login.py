"""An administrator gets a code by SSH, and with it is known at the console of the box."""

import re
from pathlib import Path

import pytest

from image.places import Places
from image.qemu import Net
from tests.image.appliance import Appliance, make_box
from tests.image.files import OWNER, make_key, stick
from tests.image.log_in import SLOW
from tests.image.test_owner import reachable, ssh

pytestmark = pytest.mark.image
PORT = 20223  # of loopback; stories run two at a time


def test_a_code_that_was_shown_by_ssh_opens_the_console_until_its_owner_leaves(
    places: Places, settled: Path, place: Path
) -> None:
    mine = make_key(place / "mine")
    usb = stick(places, place / "stick.img", {"provision.toml": reachable(mine)})
    nets = (Net(), Net(forward=f"tcp:127.0.0.1:{PORT}-:22"))
    with Appliance(make_box(settled, place, nets=nets, drives=(usb,))) as box:
        box.confirmed()
        locked = box.console.wait("-- Log in -", SLOW)
        assert "SHA256:" in locked
        assert "Main menu" not in locked
        box.probe.until("systemctl -q is-active ssh.service", SLOW)
        said = ssh(place / "mine", OWNER, "postern", "console-code", port=PORT).stdout
        code = re.findall(r"[0-9A-Z]{4}-[0-9A-Z]{4}", said)[0]
        box.console.choose("1", "-- Log in with a code", SLOW)
        box.console.form({"Code": code}, "Log in", "-- Main menu", SLOW)
        audit = box.probe("cat /data/postern/state/audit.log")
        assert f"{OWNER} (console): logged in at ttyS0 with a code" in audit
        assert code not in audit
        box.console.choose("14", ":/#", SLOW)  # a shell of root's, on this console
        box.console.keys("postern config status\r")
        box.console.wait("nothing is edited", SLOW)
        box.console.keys("exit\r")
        box.console.wait("-- Main menu", SLOW)
        box.console.choose("0", "-- Log in -", SLOW)
