"""The boot loader's environment and configuration."""

import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.system.box.power import RESCUE_NEXT
from image.places import IMAGE
from image.steps.loaders import ENVIRONMENT_BYTES, FIRST, environment_block


def test_an_environment_has_always_the_same_size() -> None:
    block = environment_block(FIRST)
    assert len(block) == ENVIRONMENT_BYTES
    assert block.startswith(b"# GRUB Environment Block\nORDER=A B\n")
    assert block.rstrip(b"#").endswith(b"B_TRY=0\n")


def test_both_slots_are_counted_to_three() -> None:
    text = (IMAGE / "grub/grub.cfg").read_text()
    for slot in "AB":
        assert f'"${slot}_OK" = 1 -a "${slot}_TRY" != 3' in text
        assert f"set {slot}_TRY=1" in text


def test_the_rescue_system_is_started_once_when_it_is_asked_for() -> None:
    text = (IMAGE / "grub/grub.cfg").read_text()
    asked = text.index('if [ "$NEXT" = R ]')
    assert text.index("save_env --file $environment NEXT") < text.index("boot_rescue", asked)
    assert RESCUE_NEXT[-1] == "NEXT=R"


@pytest.mark.skipif(
    not shutil.which("grub-script-check"),
    reason="no grub-common here: the build of the image checks the same file with its own",
)
def test_grub_can_read_it(tmp_path: Path) -> None:
    done = subprocess.run(
        ["grub-script-check", IMAGE / "grub/grub.cfg"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr
