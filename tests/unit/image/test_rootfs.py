"""The overlay: what is laid over Debian says what the issue asks for, and its scripts do."""

import os
import subprocess
from pathlib import Path

import pytest

from image.places import IMAGE
from image.steps.loaders import FIRST, environment_block

ROOT = IMAGE / "rootfs"
SCRIPTS = sorted(
    path for path in ROOT.rglob("*") if path.is_file() and path.read_bytes().startswith(b"#!/bin/")
)


def unit(name: str) -> str:
    return (ROOT / "usr/lib/systemd/system" / name).read_text()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_script_can_be_read_by_sh(path: Path) -> None:
    assert subprocess.run(["sh", "-n", path], check=False).returncode == 0
    assert os.access(path, os.X_OK)


def test_the_gateway_has_two_powers_and_a_user_of_its_own() -> None:
    text = unit("postern.service")
    assert "User=postern\n" in text
    for key in ("AmbientCapabilities", "CapabilityBoundingSet"):
        assert f"{key}=CAP_NET_ADMIN CAP_NET_RAW\n" in text
    assert "NoNewPrivileges=yes" in text
    assert "WatchdogSec=" in text


def test_there_is_no_way_in_by_password() -> None:
    text = (ROOT / "etc/ssh/sshd_config.d/postern.conf").read_text()
    assert "PasswordAuthentication no\n" in text
    assert "KbdInteractiveAuthentication no\n" in text
    assert "PermitRootLogin no\n" in text


def test_what_is_not_allowed_in_is_dropped() -> None:
    text = (ROOT / "etc/nftables.conf").read_text()
    assert text.count("policy drop;") == 2


def test_the_journal_is_bounded_and_in_memory() -> None:
    text = (ROOT / "etc/systemd/journald.conf.d/postern.conf").read_text()
    assert "Storage=volatile\nRuntimeMaxUse=16M\n" in text


def test_a_slot_is_good_only_when_it_has_answered() -> None:
    text = unit("postern-health.service")
    assert "ExecStart=/usr/bin/postern health --keep --mark-good\n" in text
    assert "FailureAction=reboot-force\n" in text


def boot_environment(folder: Path, verb: str) -> int:
    script = ROOT / "usr/lib/postern/boot-environment"
    env = {"PATH": f"{folder}/bin:/usr/bin:/bin", "POSTERN_GRUB": str(folder)}
    return subprocess.run([script, verb], env=env, check=False, capture_output=True).returncode


def grub_folder(folder: Path) -> Path:
    """With a grub-editenv that knows a whole environment by its first line and its size."""
    tool = folder / "bin/grub-editenv"
    tool.parent.mkdir()
    tool.write_text(
        '#!/bin/sh\n[ "$(head -c 24 "$1")" = "# GRUB Environment Block" ] || exit 1\n'
        '[ "$(wc -c <"$1")" = 1024 ]\n'
    )
    tool.chmod(0o755)
    for name in ("grubenv", "grubenv.bak"):
        (folder / name).write_bytes(environment_block(FIRST))
    return folder


def test_a_damaged_environment_is_mended_from_its_copy(tmp_path: Path) -> None:
    folder = grub_folder(tmp_path)
    (folder / "grubenv").write_bytes(b"# GRUB Env")
    assert boot_environment(folder, "mend") == 0
    assert (folder / "grubenv").read_bytes() == environment_block(FIRST)


def test_a_good_environment_is_left_alone_and_then_copied(tmp_path: Path) -> None:
    folder = grub_folder(tmp_path)
    good = environment_block({**FIRST, "A_TRY": "2"})
    (folder / "grubenv").write_bytes(good)
    assert boot_environment(folder, "mend") == 0
    assert (folder / "grubenv").read_bytes() == good
    assert boot_environment(folder, "keep") == 0
    assert (folder / "grubenv.bak").read_bytes() == good


def test_a_damaged_environment_never_becomes_the_copy(tmp_path: Path) -> None:
    folder = grub_folder(tmp_path)
    (folder / "grubenv").write_bytes(b"")
    assert boot_environment(folder, "keep") != 0
    assert (folder / "grubenv.bak").read_bytes() == environment_block(FIRST)


@pytest.mark.parametrize(("offered", "status"), [("schema=1", 0), ("schema=0", 10), ("", 10)])
def test_an_update_that_reads_only_older_configurations_is_refused(
    tmp_path: Path, offered: str, status: int
) -> None:
    (tmp_path / "manifest.raucm").write_text(f"[meta.postern]\n{offered}\n")
    (tmp_path / "schema").write_text("1\n")
    script = (ROOT / "usr/lib/postern/may-install").read_text()
    script = script.replace("/usr/lib/postern/schema", str(tmp_path / "schema"))
    env = {"PATH": "/usr/bin:/bin", "RAUC_BUNDLE_MOUNT_POINT": str(tmp_path)}
    done = subprocess.run(
        ["sh", "-c", script], env=env, check=False, capture_output=True, text=True
    )
    assert done.returncode == status
    assert ("refused" in done.stderr) == bool(status)
