"""How long we take to serve, beside a plain minimal Debian of the same kernel to its login."""

import time
from pathlib import Path

import pytest

from image.places import Places
from tests.image.appliance import GRUB, Appliance, make_box
from tests.image.figures import Figures
from tests.image.plain import make_plain, started

pytestmark = [pytest.mark.image, pytest.mark.alone]
PATIENCE = 300.0  # seconds


def to_login(loader: Path, root: Path, place: Path) -> float:
    box = make_box(loader, place)
    with started(box, root) as console:
        console.wait_said(GRUB, PATIENCE)
        began = time.monotonic()
        console.wait_said("login:", PATIENCE)
        return time.monotonic() - began


def test_postern_serves_as_soon_as_a_plain_debian_lets_one_log_in(
    places: Places, image: Path, settled: Path, place: Path, figures: Figures
) -> None:
    loader, root = make_plain(places, image, place)
    to_login(loader, root, place / "plain")  # its own first boot makes keys and identity
    plain = to_login(loader, root, place / "plain")
    with Appliance(make_box(settled, place / "ours")) as box:
        began = box.boot().at
        ours = box.accepting() - began
    figures.add("GRUB to accepting dials", ours, "s")
    figures.add("GRUB to login of a plain Debian", plain, "s")
    figures.add("the one divided by the other", ours / plain, "", 1.0)
