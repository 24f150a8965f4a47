"""Making the machine be as the configuration says, and no more of it than has changed."""

import os
import stat
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from gateway.control.changes_outputs import Activate, ActivationFailed
from gateway.control.config import Config, load
from gateway.control.document import File
from gateway.control.parts import EVERY, Part
from gateway.control.ports import Port
from gateway.system.box.apply import Applier
from gateway.system.box.places import Places
from gateway.system.forwarding import SWITCHES
from tests.unit.control.pki_files import CA, OURS, OWN, Files
from tests.unit.control.test_schema_accounting import SOME as RADIUS
from tests.unit.control.test_schema_metrics import SOME
from tests.unit.control.test_schema_syslog import SOME as COLLECTOR
from tests.unit.system.box.machine import CONFIG, SECRET, Tools
from tests.unit.system.box.test_network import FLEET, LOCAL, PAIR, PORTS

PPPD = "postern-pppd.service"
RELOAD = "systemctl reload-or-restart --no-block postern.service"
FILED = CONFIG.replace(f'psk = "{SECRET}"', 'psk_file = "press-3.psk"')


def no_file(name: str) -> File | str:
    return "no file"


@dataclass
class Box:
    """An applier on a tree of files."""

    root: Path
    tools: Tools = field(default_factory=Tools)
    ports: list[Port] = field(default_factory=lambda: list(PORTS))
    rescue: bool = False

    def __post_init__(self) -> None:
        self.places = Places(self.root)
        self.applier = Applier(self.places, self._ports, self._file, self.tools, rescue=self.rescue)

    def _ports(self, config: Config) -> list[Port]:
        return self.ports

    def _file(self, name: str) -> File | str:
        return File(f"{SECRET}\n".encode()) if name == "press-3.psk" else no_file(name)

    def activate(self, *parts: Part, text: str = CONFIG, before: str = CONFIG) -> list[str]:
        self.tools.asked.clear()
        self.applier.activate(Activate(text, before, frozenset(parts)))
        return self.tools.asked


def test_at_the_start_everything_is_put_in_force_in_order(tmp_path: Path) -> None:
    asked = Box(tmp_path).activate(*EVERY, before="")
    assert [line.split()[0] for line in asked] == [
        "hostnamectl",
        "useradd",
        "nft",
        "networkctl",
        "networkctl",
        "networkctl",
        "systemctl",
        "nft",
        "nft",
    ]
    assert asked[-3] == "systemctl restart --no-block postern.service"


def test_a_change_of_the_figures_leaves_the_gateway_alone(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.activate(*EVERY)
    asked = box.activate(Part.METRICS, text=CONFIG + SOME)
    assert asked == ["nft -f -", "systemctl restart --no-block postern-metrics.service"]
    assert box.places.exporter.exists()


def test_a_change_of_the_radius_server_leaves_sessions_alone(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.activate(*EVERY)
    asked = box.activate(Part.ACCOUNTING, text=CONFIG + RADIUS)
    assert asked == ["nft -f -", "systemctl restart --no-block postern-accounting.service"]
    assert box.places.accountant.exists()


def test_a_change_of_the_collector_leaves_the_gateway_alone(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.activate(*EVERY)
    asked = box.activate(Part.SYSLOG, text=CONFIG + COLLECTOR)
    assert asked == ["systemctl restart --no-block postern-syslog.service"]
    assert box.places.rsyslog.exists()


def test_a_pair_is_made_with_an_address_that_only_one_has_on_its_card(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.activate(*EVERY)
    asked = box.activate(Part.NETWORK, Part.RESTART, Part.PAIR, text=PAIR)
    assert asked[-1] == "systemctl reload-or-restart --no-block postern-pair.service"
    assert "203.0.113.2/32 dev enp0s2" in box.places.keepalived.read_text()
    assert "203.0.113.2" in box.places.gateway.read_text()  # where the daemon answers, too


def test_behind_directors_the_address_is_on_loopback(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.activate(*EVERY)
    asked = box.activate(Part.NETWORK, Part.GATEWAY, text=FLEET)
    assert "ip address replace 203.0.113.2/32 dev lo" in asked


def test_a_change_of_clients_only_wakes_the_gateway(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.activate(*EVERY)
    asked = box.activate(Part.GATEWAY)
    assert asked == ["systemctl reload-or-restart --no-block postern.service"]


def test_a_change_of_users_or_name_touches_nothing_else(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.activate(*EVERY)
    assert box.activate(Part.HOSTNAME) == ["hostnamectl set-hostname -- gw-lab-1"]
    assert [line.split()[0] for line in box.activate(Part.USERS)] == ["useradd"]


def test_the_daemon_gets_the_kernels_names_and_may_read_them_but_not_write(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.activate(*EVERY)
    text = box.places.gateway.read_text()
    assert 'interface = "enp0s2"' in text
    assert 'interface = "enp0s3"' in text
    found = box.places.gateway.stat()
    assert stat.S_IMODE(found.st_mode) == 0o640  # its group is the daemon's
    assert found.st_uid == os.geteuid()


def test_keys_in_files_are_put_into_the_daemons_copy(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.activate(*EVERY, text=FILED)
    text = box.places.gateway.read_text()
    assert f'psk = "{SECRET}"' in text
    assert "psk_file" not in text


def test_certificates_in_files_are_put_there_too(tmp_path: Path) -> None:
    box, files = Box(tmp_path), Files()
    box.applier = Applier(box.places, box._ports, files, box.tools)
    box.activate(*EVERY, text=CONFIG + OWN + CA)
    text = box.places.gateway.read_text()
    assert "_file" not in text
    config = load(File(text.encode()), no_file)
    assert isinstance(config, Config)
    assert config.certificates[0].chain[0].der == OURS.der
    assert config.authorities[0].crl is not None


def test_an_old_key_in_a_file_is_put_there_too(tmp_path: Path) -> None:
    box = Box(tmp_path)
    old = f'psk = "{SECRET}"\npsk_old_file = "press-3.psk"\npsk_old_until = 2030-01-31'
    text = CONFIG.replace(f'psk = "{SECRET}"', old).replace(SECRET, "the new key of it")
    box.activate(*EVERY, text=text)
    written = box.places.gateway.read_text()
    assert f'psk_old = "{SECRET}"' in written
    assert 'psk = "the new key of it"' in written
    assert "psk_old_until = 2030-01-31" in written
    assert "psk_old_file" not in written


def test_a_port_that_is_not_certain_keeps_its_role_for_a_name(tmp_path: Path) -> None:
    box = Box(tmp_path, ports=PORTS[1:])
    box.activate(*EVERY)
    assert 'interface = "outside"' in box.places.gateway.read_text()


def test_who_starts_pppd_runs_while_there_is_a_route_into_the_lan(tmp_path: Path) -> None:
    box, route = Box(tmp_path), (Part.GATEWAY, Part.NETWORK)
    assert not any(PPPD in line for line in box.activate(*EVERY))
    asked = box.activate(*route, text=LOCAL)
    assert asked[-2:] == [f"systemctl start --no-block {PPPD}", RELOAD]
    assert not any(PPPD in line for line in box.activate(*route, text=LOCAL, before=LOCAL))
    assert f"systemctl stop --no-block {PPPD}" in box.activate(*route, before=LOCAL)


def test_an_agent_that_was_started_anew_still_stops_who_starts_pppd(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.applier.look_again(LOCAL)
    assert f"systemctl stop --no-block {PPPD}" in box.activate(Part.GATEWAY, before=LOCAL)


def test_a_change_that_failed_half_way_is_taken_back_whole(tmp_path: Path) -> None:
    """Who starts pppd was started, the gateway was not; the engine then wants what was before."""
    box = Box(tmp_path)
    box.activate(*EVERY)
    box.tools.fails["systemctl reload-or-restart"] = "no"
    with pytest.raises(ActivationFailed):
        box.activate(Part.GATEWAY, text=LOCAL)
    box.tools.fails.clear()
    assert f"systemctl stop --no-block {PPPD}" in box.activate(Part.GATEWAY, before=LOCAL)


def test_a_card_that_comes_back_is_passed_on_from_again(tmp_path: Path) -> None:
    box = Box(tmp_path)
    switch = tmp_path / SWITCHES / "enp0s3/forwarding"
    switch.parent.mkdir(parents=True)
    box.activate(*EVERY, text=LOCAL)
    switch.write_text("0\n")
    box.applier.look_about(LOCAL)
    assert switch.read_text() == "1"


def test_a_card_that_comes_late_restarts_the_gateway_at_its_new_place(tmp_path: Path) -> None:
    box = Box(tmp_path, ports=PORTS[1:])
    box.activate(*EVERY)
    box.ports = list(PORTS)
    box.tools.asked.clear()
    box.applier.again(CONFIG)
    assert "systemctl restart --no-block postern.service" in box.tools.asked
    assert box.applier.network.problems == ()


def test_a_card_with_a_new_name_is_followed(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.activate(*EVERY)
    box.ports[1] = replace(PORTS[1], name="eth1")
    box.applier.look_about(CONFIG)
    assert 'interface = "eth1"' in box.places.gateway.read_text()
    assert box.applier.network.names == {"outside": "enp0s2", "inside": "eth1"}


def test_a_card_that_goes_and_comes_back_disturbs_nobody_and_is_told(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.activate(*EVERY)
    box.tools.asked.clear()
    box.ports[1] = replace(PORTS[1], name="", problem="the inside port is gone")
    box.applier.look_about(CONFIG)
    assert "the inside port is gone" in box.applier.network.problems[0]
    box.ports = list(PORTS)
    box.applier.look_about(CONFIG)
    assert (box.applier.network.problems, box.tools.asked) == ((), [])


def test_another_card_under_the_old_name_is_not_used(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.activate(*EVERY)
    box.ports[1] = replace(PORTS[1], problem="another card is where the inside port was")
    box.applier.look_about(CONFIG)
    assert 'interface = "inside"' in box.places.gateway.read_text()
    assert "enp0s3" not in box.tools.given[-1]  # what nftables was given


def test_while_nothing_is_in_force_nothing_is_looked_at(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.applier.look_about(CONFIG)
    assert box.tools.asked == []


def test_in_the_rescue_system_there_is_no_network_and_nobody_logs_in(tmp_path: Path) -> None:
    asked = Box(tmp_path, rescue=True).activate(*EVERY, before="")
    assert [line.split()[0] for line in asked] == ["hostnamectl"]


@pytest.mark.parametrize("program", ["hostnamectl", "useradd", "nft", "networkctl", "systemctl"])
def test_what_fails_is_one_sentence_for_the_engine(tmp_path: Path, program: str) -> None:
    box = Box(tmp_path, Tools(fails={program: "it will not\nand more"}))
    with pytest.raises(ActivationFailed) as failure:
        box.activate(*EVERY)
    assert "it will not" in str(failure.value)
    assert "\n" not in str(failure.value)
    assert box.applier.config is None


def test_a_text_that_is_no_configuration_is_not_put_in_force(tmp_path: Path) -> None:
    with pytest.raises(ActivationFailed):
        Box(tmp_path).activate(*EVERY, text="[outside]\n")


def test_what_is_in_force_is_learned_without_touching_anything(tmp_path: Path) -> None:
    box = Box(tmp_path)
    box.applier.look_again("[outside]\n")
    assert box.applier.config is None
    box.applier.look_again(CONFIG)
    assert box.applier.config is not None
    assert box.applier.network.names == {"outside": "enp0s2", "inside": "enp0s3"}
    assert box.tools.asked == []


def test_a_time_zone_is_set_where_one_is_named(tmp_path: Path) -> None:
    text = CONFIG.replace("[box]", '[box]\ntimezone = "Europe/Berlin"')
    asked = Box(tmp_path).activate(Part.HOSTNAME, text=text)
    assert asked[-1] == "timedatectl set-timezone Europe/Berlin"
