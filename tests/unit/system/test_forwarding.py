"""Whether packets are passed on, by the kernel's switches; and no more of them than is wanted."""

from pathlib import Path

import pytest

from gateway.system.forwarding import SWITCHES, forward_from, forwards


def machine(root: Path, **switches: str) -> dict[str, Path]:
    """With an interface for each of these, and what the kernel has for all of them."""
    found = {}
    for name, text in {"all": "0", "default": "0", "lo": "0", **switches}.items():
        found[name] = root / SWITCHES / name / "forwarding"
        found[name].parent.mkdir(parents=True)
        found[name].write_text(f"{text}\n")
    return found


@pytest.mark.parametrize(("outside", "expected"), [("1", True), ("0", False)])
def test_both_sides_must_pass_packets_on(tmp_path: Path, outside: str, expected: bool) -> None:
    machine(tmp_path, eth0=outside, eth1="1")
    assert forwards(["eth0", "eth1"], tmp_path) is expected
    assert forwards(["eth1"], tmp_path)


def test_of_what_cannot_be_read_nothing_bad_is_believed(tmp_path: Path) -> None:
    assert forwards(["eth0"], tmp_path)


def test_only_the_wanted_interfaces_are_on_and_those_of_others_stay_as_they_are(
    tmp_path: Path,
) -> None:
    switches = machine(tmp_path, eth0="0", eth1="1", eth2="1", postern0="1", postern1="0")
    forward_from({"eth0", "eth1", "eth9"}, "postern", tmp_path)
    found = {name: path.read_text().strip() for name, path in switches.items()}
    assert found == {
        **dict.fromkeys(["all", "default", "lo", "eth2", "postern1"], "0"),
        **dict.fromkeys(["eth0", "eth1", "postern0"], "1"),
    }


def test_what_is_so_already_is_not_written_again(tmp_path: Path) -> None:
    switches = machine(tmp_path, eth0="1", eth1="0")
    before = {name: path.stat().st_mtime_ns for name, path in switches.items()}
    forward_from({"eth0"}, "postern", tmp_path)
    assert {name: path.stat().st_mtime_ns for name, path in switches.items()} == before
