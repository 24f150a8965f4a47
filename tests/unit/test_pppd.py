"""`postern pppd` as a process: it answers by its socket, and goes when it is told."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from gateway.pppd import Followed, read_config
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


def test_a_file_that_is_the_same_is_the_same_configuration(tmp_path: Path) -> None:
    path = written(tmp_path, BEFORE + POOL)
    followed = Followed(path)
    first = followed.read()
    assert followed.read() is first
    os.utime(path, ns=(1, 1))
    assert followed.read() is first
    written(tmp_path, BEFORE + POOL.replace("150", "151"))
    second = followed.read()
    assert not isinstance(second, str)
    assert second != first
    path.unlink()
    gone = followed.read()
    assert gone == f"{path} cannot be read: no such file or directory"
    assert followed.read() is gone


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
        child.send_signal(signal.SIGHUP)
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(10)
            line.connect(str(place))
            line.sendall(b"\n")
            assert b"none of the gateway's" in line.recv(500)
        child.send_signal(signal.SIGTERM)
        assert child.wait(timeout=60) == 0
        assert not place.exists()
