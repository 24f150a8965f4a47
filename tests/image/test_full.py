"""A box whose data partition is full says so, takes no update, and is as it was."""

from pathlib import Path

import pytest

from image.places import Places
from tests.image.appliance import Appliance, make_box
from tests.image.bundles import Update
from tests.image.test_update import plug, said, start_install

pytestmark = pytest.mark.image
FILL = "dd if=/dev/zero of=/data/upload/fill bs=64k 2>/dev/null; df -k --output=avail /data"


def test_a_full_disk_refuses_an_update_and_an_edit_and_changes_nothing(
    places: Places, settled: Path, place: Path
) -> None:
    usb = plug(places, place, Update("9.7.0"))
    with Appliance(make_box(settled, place, drives=(usb,))) as box:
        box.confirmed()
        box.probe(FILL, 300)
        before = (box.environment(), box.probe("sha256sum /dev/postern/root.b", 200))
        start_install(box)
        told = said(box)
        assert "ended 0" not in told
        assert "the data partition is full" in told
        assert (box.environment(), box.probe("sha256sum /dev/postern/root.b", 200)) == before
        status, text = box.probe.ask("postern config set outside.mtu 1300")
        assert status != 0
        assert "could not be written to the disk" in text
        box.probe("rm /data/upload/fill")
        assert box.probe.ask("postern config set outside.mtu 1300")[0] == 0
