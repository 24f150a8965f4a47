"""`postern pppd` as a process: it answers by its socket, and goes when it is told."""

import json
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gateway.control.values_reach import ALL
from gateway.pppd import read_config, setter
from tests.unit.control.test_relations_local import BEFORE, POOL

CHECKOUT = Path(__file__).parents[2]


def written(folder: Path, text: str) -> Path:
    path = folder / "postern.toml"
    path.write_text(text)
    path.chmod(0o600)
    return path


def test_the_configuration_is_read_anew_each_time(tmp_path: Path) -> None:
    path = written(tmp_path, BEFORE + POOL)
    assert not isinstance(read_config(path), str)
    written(tmp_path, BEFORE)
    assert read_config(path) == f"{path} is wrong: see `postern check`"
    path.unlink()
    assert read_config(path) == f"{path} cannot be read: no such file or directory"


@pytest.mark.parametrize("closed", [True, False])
def test_an_inside_interface_that_was_forwarded_before_is_closed_to_nobody(closed: bool) -> None:
    given: list[tuple[list[str], str]] = []
    setter(lambda argv, text: given.append((argv, text)))({"postern0": (ALL,)}, "eth1", closed)
    [(argv, text)] = given
    assert argv == ["nft", "-f", "-"]
    assert 'iifname "postern0" jump postern0' in text
    assert ('iifname "eth1" oifname != "postern*" drop' in text) is closed


def test_it_refuses_what_is_not_in_the_configuration_and_stops_in_order(tmp_path: Path) -> None:
    path, place = written(tmp_path, BEFORE + POOL), tmp_path / "run" / "pppd.sock"
    argv = [sys.executable, "-m", "gateway.pppd", "--config", str(path), "--socket", str(place)]
    with subprocess.Popen(
        [*argv, "--no-rules"], cwd=CHECKOUT, stderr=subprocess.PIPE, text=True
    ) as child:
        assert child.stderr is not None
        assert "ready to start pppd" in child.stderr.readline()
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(str(place))
            asked = {"route": "moon", "client": "press-3", "from": "203.0.113.7", "mru": "1400"}
            line.sendall(json.dumps(asked).encode() + b"\n")
            assert line.recv(500) == b"the configuration has no such route into the LAN\n"
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=10) == 0
        assert not place.exists()
