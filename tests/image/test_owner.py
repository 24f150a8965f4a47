"""A box gets its owner by a file, lets that owner in by SSH alone, and forgets both when reset."""

import shutil
import subprocess
from pathlib import Path

import pytest

from image.places import Places
from image.provision import with_provision
from image.qemu import Net
from tests.image.appliance import Appliance, make_box
from tests.image.files import HOSTNAME, OWNER, make_key, provision, stick
from tests.image.log_in import log_in
from tests.interop.lab.ike import Profile

pytestmark = pytest.mark.image
SSH_PORT = 20222  # of loopback
SLOW = 60.0  # seconds for a page or a change, in emulation


def ssh(
    key: Path, user: str, *words: str, port: int = SSH_PORT
) -> subprocess.CompletedProcess[str]:
    """As from outside; through the port that stands inside."""
    options = ["-F", "none", "-i", str(key), "-p", str(port), "-o", "BatchMode=yes"]
    options += ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    options += ["-o", "IdentitiesOnly=yes", "-o", "ConnectTimeout=30"]
    command = ["ssh", *options, f"{user}@127.0.0.1", *words]
    return subprocess.run(
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False
    )


def reachable(key: str) -> str:
    """A provisioning file of a box whose ports ask QEMU for their addresses."""
    dhcp = 'network = "dhcp"\n'
    lines = provision(key).splitlines()
    left_out = ("network", "address", "prefix")
    text = "\n".join(line for line in lines if not line.startswith(left_out))
    return text.replace('interface = "outside"\n', f'interface = "outside"\n{dhcp}').replace(
        'interface = "inside"\n', f'interface = "inside"\n{dhcp}'
    )


def test_a_file_on_a_stick_gives_a_box_its_owner_who_comes_in_by_key_alone(
    places: Places, settled: Path, place: Path
) -> None:
    mine, other = make_key(place / "mine"), make_key(place / "other")
    usb = stick(places, place / "stick.img", {"provision.toml": reachable(mine)})
    nets = (Net(), Net(forward=f"tcp:127.0.0.1:{SSH_PORT}-:22"))
    with Appliance(make_box(settled, place, nets=nets, drives=(usb,))) as box:
        box.confirmed()
        status = box.ask("status")
        assert (status["claimed"], status["hostname"]) == (True, HOSTNAME)
        assert any("provisioning file on the stick" in note for note in status["notes"])
        assert box.probe("hostname").strip() == HOSTNAME
        assert Profile().psk not in box.probe("journalctl -b --no-pager")
        box.probe.until("systemctl -q is-active ssh.service", SLOW)
        for key, user in (("other", OWNER), ("mine", "root")):
            assert "Permission denied (publickey)" in ssh(place / key, user, "true").stderr
        came = ssh(place / "mine", OWNER, "postern", "config", "show")
        assert "old-nt4" in came.stdout, came.stderr
        assert Profile().psk not in came.stdout
        assert other not in box.probe("cat /data/postern/saved.toml")
        assert box.probe("awk -F: '$2 ~ /^[^!*]/' /etc/shadow") == ""


def test_a_file_put_into_the_image_when_it_is_flashed_is_taken_up_and_leaves_no_key(
    places: Places, image: Path, place: Path
) -> None:
    file = place / "provision.toml"
    file.write_text(provision(make_key(place / "mine")))
    own = place / "own.img"
    shutil.move(with_provision(image, file, places), own)
    with Appliance(make_box(own, place)) as box:
        box.confirmed()
        assert box.ask("status")["claimed"] is True
        assert box.probe("ls /data /boot/efi").count("provision.toml") == 0
        assert "taken up" in box.probe("cat /data/provision.result.txt")
        secret = box.probe.ask(f"grep -c {Profile().psk} /dev/postern/esp")[1]
        assert secret.strip() == "0"


def test_a_reset_box_belongs_to_nobody_and_keeps_one_sealed_copy(
    places: Places, settled: Path, place: Path
) -> None:
    usb = stick(places, place / "stick.img", {"provision.toml": provision(make_key(place / "k"))})
    with Appliance(make_box(settled, place, drives=(usb,))) as box:
        box.confirmed()
        identity = box.ask("status")["fingerprints"]
        saved = box.probe("cat /data/postern/saved.toml")
        box.machine.power_cut()
    with Appliance(make_box(settled, place)) as box:  # without the stick
        box.confirmed()
        assert box.probe("cat /data/postern/saved.toml") == saved
        log_in(box)
        box.console.choose("13", "Factory reset", SLOW)
        box.console.choose("4", "To go on, type the name", SLOW)
        box.console.form({"Name of this box": "wrong"}, "Factory reset", f"is not {HOSTNAME}", SLOW)
        box.console.keys("\x1b", settle=2)
        box.console.choose("4", "To go on, type the name", SLOW)
        box.console.forget()
        box.console.form({"Name of this box": HOSTNAME}, "Factory reset", "booting slot", 200)
        box.console.wait("Welcome to Postern", 240)
        box.confirmed()
        status = box.ask("status")
        assert status["claimed"] is False
        assert status["fingerprints"] != identity
        assert "old-nt4" not in box.probe("cat /data/postern/running.toml")
        sealed = box.probe("cat /data/postern/sealed/last.age")
        assert sealed.startswith("-----BEGIN AGE ENCRYPTED FILE-----")
        assert box.probe("ls /data/postern/history").strip() == ""
        assert box.probe("stat -c %a:%U /data/postern/sealed/last.age").strip() == "600:root"
