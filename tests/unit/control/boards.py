"""Profiles for tests, as somebody would write them."""

from gateway.control.board import Nic
from gateway.control.profile import Profile, load_profile

PATHS = ("pci0000:00/0000:00:02.2/0000:01:00.0", "pci0000:00/0000:00:02.3/0000:02:00.0")
OTHER = "pci0000:00/0000:00:02.4/0000:03:00.0"
MACS = ("00:00:5e:00:53:01", "00:00:5e:00:53:02")
BOARD = """
[board]
id = "example"
name = "Example board"
"""
MATCH = """
[[match]]
product_name = ["Example*"]
"""
PORTS = f"""
[[port]]
label = "WAN"
role = "outside"
paths = ["{PATHS[0]}", "{OTHER}"]
[[port]]
label = "LAN"
role = "inside"
place = 2
driver = "igb"
"""
EVIDENCE = """
[evidence]
state = "from documents"
sources = ["its manual"]
unconfirmed = ["LED names"]
"""
GOOD = BOARD + MATCH + PORTS + EVIDENCE
NICS = (
    Nic("eth0", PATHS[0], MACS[0], "igb", "8086:1539"),
    Nic("eth1", PATHS[1], MACS[1], "igb", "8086:1539"),
)


def profile_of(text: str = GOOD, stem: str = "example") -> Profile:
    found = load_profile(text.encode(), stem)
    assert isinstance(found, Profile), found
    return found


def told(text: str, stem: str = "example") -> list[str]:
    """`where: what` of every problem, the hints left out."""
    found = load_profile(text.encode(), stem)
    assert isinstance(found, list), found
    return [f"{one.where}: {one.what}" for one in found]
