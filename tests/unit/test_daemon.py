"""What the daemon adds to its parts: reading the configuration, and reading it again."""

import json
import subprocess
import sys
from pathlib import Path

from gateway.bridge.gateway import Gateway
from gateway.control.config import Config
from gateway.daemon import FAILED, Desk, main, read_config
from gateway.outputs import Fact, What
from gateway.wire.ipv4 import host_bytes
from tests.pair.net import seeded
from tests.unit.control.written import CLIENT, GOOD, OUTSIDE, ROUTE

INSIDE = '[inside]\naddress = "10.10.0.1"\n'


def written(path: Path, text: str) -> Path:
    file = path / "postern.toml"
    file.write_text(text)
    file.chmod(0o600)
    return file


def desk(path: Path, text: str = GOOD) -> Desk:
    file = written(path, text)
    config = read_config(file)
    assert isinstance(config, Config)
    return Desk(Gateway(config, seeded(1), 0.0), file)


def test_a_bad_configuration_leaves_the_old_one_and_says_why(tmp_path: Path) -> None:
    at_work = desk(tmp_path)
    before = at_work.gateway.config
    written(tmp_path, GOOD.replace("hunter2-hunter2", ""))
    [fact] = at_work.reload(1.0)
    assert isinstance(fact, Fact)
    assert fact.details["problems"]
    assert at_work.gateway.config is before
    assert "psk" in str(at_work.answer({"verb": "status"}))


def test_a_good_configuration_is_used_from_now_on(tmp_path: Path) -> None:
    at_work = desk(tmp_path)
    written(tmp_path, GOOD.replace("press-3", "press-4"))
    [fact] = at_work.reload(1.0)
    assert fact == Fact(What.RELOADED)
    assert [client.name for client in at_work.gateway.config.clients] == ["press-4"]


def test_places_stay_until_a_restart_however_often_they_are_asked_for(tmp_path: Path) -> None:
    """GRE is heard only at the address the daemon began with: a call from another would be deaf."""
    at_work = desk(tmp_path, GOOD + INSIDE)
    written(tmp_path, OUTSIDE.replace("eth0", "eth9") + CLIENT + ROUTE)
    for moment in (1.0, 2.0):
        [_, trouble] = at_work.reload(moment)
        assert isinstance(trouble, Fact)
        assert "restarted" in trouble.details["what"]
    config = at_work.gateway.config
    assert (config.outside.interface, config.inside.address) == ("eth0", host_bytes("10.10.0.1"))


def test_a_smaller_mtu_needs_no_restart(tmp_path: Path) -> None:
    at_work = desk(tmp_path)
    written(tmp_path, OUTSIDE + "mtu = 1400\n" + CLIENT + ROUTE)
    assert at_work.reload(1.0) == [Fact(What.RELOADED)]
    assert at_work.gateway.config.outside.mtu == 1400


def test_what_clients_hear_of_us_and_the_ways_of_nat_traversal_need_no_restart(
    tmp_path: Path,
) -> None:
    at_work = desk(tmp_path)
    written(tmp_path, OUTSIDE + 'nat_d = "parrot"\nnatt = ["draft-02n"]\n' + CLIENT + ROUTE)
    assert at_work.reload(1.0) == [Fact(What.RELOADED)]
    outside = at_work.gateway.config.outside
    assert (outside.nat_d, outside.natt) == ("parrot", ("draft-02n",))


def test_what_the_control_socket_hears_can_be_said_in_json(tmp_path: Path) -> None:
    at_work = desk(tmp_path)
    for verb in ("status", "sessions", "session", "disconnect", "sing", None):
        json.dumps(at_work.answer({"verb": verb, "id": 1}))


def test_a_daemon_without_a_configuration_does_not_start(tmp_path: Path) -> None:
    missing, socket = tmp_path / "none.toml", tmp_path / "control.sock"
    assert main(["--config", str(missing), "--socket", str(socket)]) == FAILED
    assert not socket.exists()


def test_the_daemon_loads_no_second_openssl() -> None:
    """Python's own would cost 4 MB beside cryptography's, a tenth of what the daemon may use."""
    asked = "import sys, gateway.daemon; print(sorted({'_hashlib', '_ssl'} & set(sys.modules)))"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
