"""Files that a box is given: USB sticks, and a configuration for the lab's network."""

from collections.abc import Mapping
from pathlib import Path

from image.places import Places
from image.programs import run
from image.steps.tools import Tools
from tests.interop.lab.ike import Profile
from tests.interop.lab.topology import INSIDE, OUTSIDE, SERVER

STICK_MIB = 160  # an update bundle fits
# Of a key pair made for this; the private half was thrown away.
OWNER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMmpAmJrFYE8JSvxs+VPGNPV8jcNEXcbu8iC2eE3V5r owner"
OWNER = "ada"
HOSTNAME = "press-gate"


def make_key(path: Path) -> str:
    """A pair for SSH; the public half."""
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.name, "-f", path])
    return path.with_suffix(".pub").read_text().strip()


def tools(places: Places) -> Tools:
    """The tools tree of the build."""
    return Tools(places.tools, places.build, {})


def stick(places: Places, path: Path, files: Mapping[str, Path | str]) -> Path:
    """A USB stick as people have them, FAT and without partitions, labelled POSTERN."""
    path.unlink(missing_ok=True)
    with open(path, "wb") as file:
        file.truncate(STICK_MIB << 20)
    tool = tools(places)
    tool(["mkfs.vfat", "-n", "POSTERN", path])
    for name, content in files.items():
        source = content if isinstance(content, Path) else path.with_name(f"for-{name}")
        if isinstance(content, str):
            source.write_text(content)
        tool(["mcopy", "-i", path, source, f"::{name}"])
    return path


def provision(key: str = OWNER_KEY) -> str:
    """The file that makes a new box the lab's gateway."""
    return f"""\
hostname = "{HOSTNAME}"

[outside]
interface = "outside"
network = "static"
addresses = ["{OUTSIDE}"]
prefix = 24

[inside]
interface = "inside"
network = "static"
address = "{INSIDE}"
prefix = 24

[[admin]]
name = "{OWNER}"
ssh_key = "{key}"

[[client]]
name = "press"
psk = "{Profile().psk}"
route = "old-nt4"

[[route]]
name = "old-nt4"
kind = "pptp"
server = "{SERVER}"
"""
