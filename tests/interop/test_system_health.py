"""`postern health` against a real daemon and this machine's kernel, in a namespace of its own."""

import sys
from collections.abc import Iterator
from pathlib import Path
from subprocess import DEVNULL, Popen

import pytest

from gateway.system.run import ToolFailed, run
from tests.interop.netns import Namespace, need_root
from tests.unit.system.box.machine import CONFIG as SITE
from tests.unit.system.box.machine import put
from tests.unit.system.box.test_recordings import GOOD

pytestmark = pytest.mark.root
CONFIG = '[outside]\ninterface = "outside"\nnetwork = "dhcp"\n'


@pytest.fixture
def space() -> Iterator[Namespace]:
    need_root()
    made = Namespace()
    yield made
    made.close()


def health(space: Namespace, socket: Path, wait: str) -> str:
    """With the machine's files beside the socket."""
    command = [sys.executable, "-P", "-m", "gateway.health", "--socket", str(socket)]
    home = f"PYTHONPATH={Path(__file__).parents[2]}"
    with space:
        words = ["--wait", wait, "--root", str(socket.parent)]
        return run(["env", home, *command, *words], timeout=300).stdout


def test_a_box_without_address_or_client_answers_its_own_dial(
    space: Namespace, tmp_path: Path
) -> None:
    config, socket = tmp_path / "postern.toml", tmp_path / "control.sock"
    config.write_text(CONFIG)
    config.chmod(0o600)
    put(tmp_path, "data/postern/saved.toml", SITE)
    put(tmp_path, "data/postern/recordings/press-3.toml", GOOD)
    command = [sys.executable, "-m", "gateway.daemon", "--config", str(config)]
    with space:
        daemon = Popen([*command, "--socket", str(socket)], stderr=DEVNULL)
    try:
        for _ in range(2):
            said = health(space, socket, "30")
            assert "the gateway answered a dial by loopback" in said
            assert "recorded handshakes go as they went: press-3" in said
    finally:
        daemon.terminate()
        daemon.wait(60)
    with pytest.raises(ToolFailed, match="the gateway does not run"):
        health(space, socket, "0")
