"""The overlay on Debian, and that what is installed is what was locked."""

from pathlib import Path

import pytest

from image.lock import Package
from image.programs import Failed
from image.release import Release
from image.steps.root import _compare, _overlay, _stage

RAUC = Package("rauc", "1.13-1", "root", "main", 1, "ab" * 32, "pool/rauc.deb")


def test_programs_can_be_run_and_nothing_else(tmp_path: Path) -> None:
    keyring = tmp_path / "update.pem"
    keyring.write_text("certificate")
    overlay = _overlay(keyring, tmp_path / "overlay")
    modes = {path: path.stat().st_mode & 0o777 for path in overlay.rglob("*") if path.is_file()}
    programs = {path.name for path, mode in modes.items() if mode == 0o755}
    assert {"console", "disk-setup", "postern-consoles"} <= programs
    assert not any(name.endswith((".service", ".conf", ".toml")) for name in programs)
    assert set(modes.values()) == {0o755, 0o644}


def test_profiles_and_keyring_are_in_the_image(tmp_path: Path) -> None:
    keyring = tmp_path / "update.pem"
    keyring.write_text("certificate")
    overlay = _overlay(keyring, tmp_path / "overlay")
    assert (overlay / "usr/share/postern/hw-profiles/qemu.toml").is_file()
    assert not (overlay / "usr/share/postern/hw-profiles/README.md").exists()
    assert (overlay / "etc/rauc/keyring.pem").read_text() == "certificate"


def test_what_runs_inside_finds_its_facts(tmp_path: Path) -> None:
    wheel = tmp_path / "postern-1.2-py3-none-any.whl"
    wheel.touch()
    stage = _stage(wheel, Release("1.2", 7, ""), tmp_path / "stage") / "image/inside"
    assert '"version": "1.2"' in (stage / "facts.json").read_text()
    assert {"init", "setup.py", "modules.txt", wheel.name} <= {one.name for one in stage.iterdir()}


def test_another_version_than_the_locked_one_is_found_out(tmp_path: Path) -> None:
    told = tmp_path / "packages.txt"
    told.write_text("rauc 1.13-1\n")
    _compare([RAUC], told)
    told.write_text("rauc 1.13-2\n")
    with pytest.raises(Failed, match="rauc 1.13-1, rauc 1.13-2"):
        _compare([RAUC], told)
