"""The image starts by both firmwares, to a menu on every console, and takes dials."""

import re
from pathlib import Path

import pytest

from image.qemu import Firmware
from tests.image.appliance import Appliance, make_box
from tests.image.figures import Figures

pytestmark = [pytest.mark.image, pytest.mark.alone]
# Once on it, and not twice.
FIRST_SCREEN = "test $(fold -w 80 /dev/vcs1 | grep -o 'Welcome to Postern' | wc -l) = 1"
# What a kit's floppy is made with, and read.
FLOPPY = "cd /run && mformat -C -f 1440 -i kit.img :: && mcopy -i kit.img /etc/hostname ::HOST.TXT"
SETTLED = "sleep 20; free -m | awk '/^Mem:/{print $3}'"  # after the start, MB used


@pytest.mark.parametrize("firmware", [pytest.param("bios", marks=pytest.mark.quick), "uefi"])
def test_a_new_box_shows_the_claim_on_every_console_and_takes_dials(
    image: Path, place: Path, figures: Figures, firmware: Firmware
) -> None:
    with Appliance(make_box(image, place, firmware)) as box:
        first = box.boot()
        accepting = box.accepting()
        figures.add(f"{firmware}, first boot: GRUB to accepting dials", accepting - first.at, "s")
        box.console.wait("Welcome to Postern", 60)
        box.confirmed()
        box.probe.until(FIRST_SCREEN, 120)
        box.probe(FLOPPY)
        assert "HOST     TXT" in box.probe("mdir -i /run/kit.img ::")
        assert box.ask("status")["claimed"] is False
        assert box.environment() | {"A_OK": "1", "A_TRY": "0"} == box.environment()
        box.off()
    with Appliance(make_box(image, place, firmware)) as box:
        second = box.boot()
        accepting = box.accepting()
        figures.add(f"{firmware}, next boot: GRUB to accepting dials", accepting - second.at, "s")
        box.confirmed()
        used = float(box.probe(SETTLED))
        figures.add(f"{firmware}: RAM used after the start", used, "MB", 200)
        security = box.probe("systemd-analyze security --no-pager postern.service | tail -1")
        exposure = float(re.findall(r": (\d+\.\d+) ", security)[0])
        figures.add(f"{firmware}: exposure of postern.service", exposure, "", 2.0)
        assert box.probe("systemctl --failed --no-legend --plain") == ""
        assert box.probe.ask("systemctl -q is-active postern-pppd.service")[0] != 0
        assert set(box.probe("cat /proc/sys/net/ipv4/conf/*/forwarding").split()) == {"0"}
        assert used <= 200
        assert exposure <= 2.0
