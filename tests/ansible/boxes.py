"""A box of the site in the emulator, on the lab's cables, and what its stories have in common.

The test stands on the cable inside, where whoever runs Ansible does.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from image.places import Places
from tests.ansible.site import BOX, Site
from tests.image.appliance import Appliance, make_box
from tests.image.cables import Cables, cables
from tests.image.dialling import Dialled
from tests.image.files import stick
from tests.interop.netns import need_root

SLOW = 300.0  # seconds, in emulation
START = 1200.0  # seconds for a start: six times what it takes when nobody else is busy
OWN = "10.10.0.5"  # where Ansible runs
SECRET = "a long random text"  # of the example


@contextmanager
def provisioned(
    site: Site, places: Places, settled: Path, place: Path
) -> Iterator[tuple[Appliance, Cables]]:
    """A new box that has found a stick with the file from the site."""
    need_root()
    assert site.play("provision").changed == 2
    text = (site.folder / "provision" / f"{BOX}.toml").read_text()
    assert SECRET in text
    usb = stick(places, place / "stick.img", {"provision.toml": text})
    with ExitStack() as stack:
        wires = stack.enter_context(cables())
        wires.stand("inside", f"{OWN}/24")
        stack.enter_context(wires.space)
        made = make_box(settled, place, nets=wires.nets, drives=(usb,))
        box = stack.enter_context(Appliance(made))
        box.confirmed(START)
        assert box.ask("status")["claimed"] is True
        box.probe.until("systemctl -q is-active ssh.service", SLOW)
        yield box, wires


def as_the_example(dialled: Dialled) -> None:
    """It came up as press-3, and reached its shares and nothing beside them."""
    assert dialled.session["client"] == "press-3"
    assert dialled.session["natt"] == "rfc3947"
    assert dialled.reached == [True, False]


def known(site: Site, box: Appliance) -> str:
    """Its fingerprint, typed into the site as a person would who stands at its console."""
    line = box.ask("status")["fingerprints"][0]
    return f"postern_fingerprint: {line!r}\n"
