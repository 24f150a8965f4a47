"""The rescue system has no urwid: nothing but the full screen may want it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.user.console.agents import FakeBox, FakeDaemon, both
from tests.unit.user.console.pty_menu import PYTHON, ROOT

WITHOUT = """
import sys
sys.modules["urwid"] = None
from gateway.user.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def console(folder: Path, typed: str, *more: str) -> subprocess.CompletedProcess[str]:
    """The menu in a process that cannot import urwid."""
    with both(folder, FakeBox(), FakeDaemon()) as (box, daemon):
        command = [sys.executable, "-c", WITHOUT, "console", "--box-socket", box]
        return subprocess.run(
            [*command, "--socket", daemon, *more],
            input=typed,
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
            timeout=60,
            env={"TERM": "vt220", "LC_ALL": "C", **PYTHON},
        )


def test_a_script_can_use_the_menu_without_urwid(tmp_path: Path) -> None:
    done = console(tmp_path, "1\n7\n0\n0\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert "how it came up:" in done.stdout


def test_plain_can_be_asked_for(tmp_path: Path) -> None:
    assert "0) Log out" in console(tmp_path, "", "--plain").stdout


@pytest.mark.long
def test_every_command_but_the_screen_does_without_urwid() -> None:
    code = "import sys, gateway.user.cli.main; sys.exit('urwid' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, timeout=60)
