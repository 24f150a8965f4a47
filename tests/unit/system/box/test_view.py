"""What the box says of itself, from files as Linux writes them."""

from pathlib import Path

import pytest

from gateway import __version__
from gateway.control.ports import Port
from gateway.system.box import view
from tests.unit.system.box.machine import KEY, put


def test_the_version_is_the_images_or_the_programs(tmp_path: Path) -> None:
    assert view.version(tmp_path) == __version__
    put(tmp_path, "usr/lib/os-release", "ID=debian\nVERSION_ID=13\n")
    assert view.version(tmp_path) == __version__
    put(tmp_path, "usr/lib/os-release", 'ID=postern\n\nVERSION_ID="1.2"\n')
    assert view.version(tmp_path) == "1.2"


def test_memory_in_use_is_what_a_program_could_not_have(tmp_path: Path) -> None:
    assert view.ram_used_kb(tmp_path) == 0
    put(tmp_path, "proc/meminfo", "MemTotal:  500000 kB\nMemFree: 1 kB\nMemAvailable: 380000 kB\n")
    assert view.ram_used_kb(tmp_path) == 120_000


def test_starts_are_told_apart_and_the_rescue_system_is_known(tmp_path: Path) -> None:
    assert (view.boot_id(tmp_path), view.is_rescue(tmp_path), view.uptime(tmp_path)) == (
        "",
        False,
        0.0,
    )
    put(tmp_path, "proc/sys/kernel/random/boot_id", "9c6d\n")
    put(tmp_path, "proc/cmdline", "quiet postern.rescue\n")
    put(tmp_path, "proc/uptime", "12.5 20.0\n")
    assert (view.boot_id(tmp_path), view.is_rescue(tmp_path), view.uptime(tmp_path)) == (
        "9c6d",
        True,
        12.5,
    )


def test_fingerprints_are_those_of_the_hosts_keys(tmp_path: Path) -> None:
    """The key is that of `machine.KEY`; its fingerprint is what ssh-keygen -l says of it."""
    put(tmp_path, "data/ssh/ssh_host_ed25519_key.pub", f"{KEY}\n")
    put(tmp_path, "data/ssh/ssh_host_ed25519_key", "secret")
    told = "256 SHA256:U8jRq/m6ys/Usa2FbH5+9XyFpzdIX2s1D7nFsmLhqb4 ada (ED25519)"
    assert view.fingerprints(tmp_path) == [told]


@pytest.mark.parametrize("text", ["", "x", "ssh-ed25519 ???", "ssh-rsa AAAA x", "ssh-ed25519  x"])
def test_what_is_no_key_has_no_fingerprint(tmp_path: Path, text: str) -> None:
    put(tmp_path, "data/ssh/ssh_host_ed25519_key.pub", text)
    assert view.fingerprints(tmp_path) == []


def test_addresses_are_told_by_role() -> None:
    ports = [Port("1", "a", "outside"), Port("2", "b", "unused")]
    found = view.by_role(ports, {"outside": "a", "inside": "c"}, {"a": ["1"], "b": ["2"]})
    assert found == {"outside": ["1"], "inside": [], "b": ["2"]}


def test_notes_are_told_once_each(tmp_path: Path) -> None:
    told = view.status({"claimed": True}, ["a", "", "b", "a"], tmp_path, lambda: "gw")
    assert told["notes"] == ["a", "b"]
    assert (told["hostname"], told["claimed"], told["rescue"]) == ("gw", True, False)


def test_the_host_has_a_name() -> None:
    assert view.hostname()
