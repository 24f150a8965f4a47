"""Interfaces in /proc, and what is remembered of what was thrown there."""

import os
from pathlib import Path

import pytest

from gateway.system.pppd_links import Links
from gateway.wire.ipv4 import host_bytes

# As Linux 6.18 shows it (cat /proc/net/route), with the addresses of documents.
ROUTES = """\
Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
eth0\t4D000A0A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
postern0\t96000A0A\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0
postern0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
postern1
"""


class Kernel:
    def __init__(self, folder: Path) -> None:
        self.root, self.note = folder / "root", folder / "pppd.opened"

    def has(self, **switches: str) -> "Kernel":
        for name, text in switches.items():
            path = self.root / "proc/sys/net/ipv4/conf" / name / "forwarding"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text + "\n")
        return self

    def switch(self, name: str) -> str:
        path = self.root / "proc/sys/net/ipv4/conf" / name / "forwarding"
        return path.read_text().strip()

    def links(self) -> Links:
        return Links(self.note, self.root)


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path)


def test_the_interfaces_of_calls_are_known_by_their_names(kernel: Kernel) -> None:
    assert kernel.links().there() == set()
    kernel.has(eth1="0", postern0="1", postern17="0")
    assert kernel.links().there() == {"postern0", "postern17"}


def test_the_address_of_a_call_is_the_host_behind_its_interface(kernel: Kernel) -> None:
    assert kernel.links().addresses() == {}
    place = kernel.root / "proc/net/route"
    place.parent.mkdir(parents=True)
    place.write_text(ROUTES)
    assert kernel.links().addresses() == {"postern0": host_bytes("10.10.0.150")}


def test_what_was_closed_is_opened_and_closed_again(kernel: Kernel) -> None:
    links = kernel.has(eth1="0", eth2="1").links()
    assert links.closed("eth1") == ("eth1",)
    assert links.closed("eth2") == links.closed("eth9") == ()
    for name in ("eth1", "eth2", "eth9"):
        links.open_inside(name)
    assert kernel.note.read_text() == "eth1\n"
    assert oct(kernel.note.stat().st_mode & 0o777) == "0o600"
    assert links.closed("eth2") == ("eth1",)
    links.close()
    assert (kernel.switch("eth1"), kernel.switch("eth2")) == ("0", "1")
    assert not kernel.note.exists()


def test_a_successor_knows_what_one_that_was_killed_has_opened(kernel: Kernel) -> None:
    kernel.has(eth1="0").links().open_inside("eth1")
    links = kernel.links()
    assert links.closed("eth1") == ("eth1",)
    links.close()
    assert kernel.switch("eth1") == "0"


def test_a_note_of_somebody_else_or_of_nonsense_is_not_believed(kernel: Kernel) -> None:
    kernel.has(eth1="1").note.write_text("../eth1 .. eth1/forwarding\n")
    assert kernel.links().closed("eth1") == ()
    real = kernel.note.with_name("real")
    real.write_text("eth1\n")
    kernel.note.unlink()
    os.symlink(real, kernel.note)
    assert kernel.links().closed("eth1") == ()


def test_a_calls_interface_is_opened_if_it_is_there(kernel: Kernel) -> None:
    links = kernel.has(postern0="0").links()
    assert links.open_call("postern0")
    assert kernel.switch("postern0") == "1"
    assert not links.open_call("postern1")
    assert not kernel.note.exists()
