"""Several gateways with one address that clients dial: a pair, and a fleet behind directors.

gateway 203.0.113.2 (10.10.0.1), gateway2 203.0.113.3 (10.10.0.101), directors 203.0.113.4 and
203.0.113.5; clients dial 203.0.113.1. What keepalived and the kernel are told is what is shipped:
the appliance's own text, and the templates of the role `ha`.
"""

import time
from collections.abc import Iterator
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from gateway.control.config import Config, load
from gateway.control.document import File
from gateway.system.box.behind import QUIET
from gateway.system.box.pairing import keepalived_text
from tests.interop.lab.client import DialFailed, OldClient
from tests.interop.lab.gateway import CHECKOUT, Gateway, configuration
from tests.interop.lab.keepalived import Keepalived
from tests.interop.lab.stage import PSK, Lab
from tests.interop.lab.topology import INSIDE, INSIDE_2, OUTSIDE, OWN
from tests.interop.lab.world import Node, until

ROLE = CHECKOUT / "ansible/collections/ansible_collections/postern/gateway/roles/ha"
WITHIN = (INSIDE, INSIDE_2)
DIRECTORS = ("203.0.113.4", "203.0.113.5")
ASKING = "/run/postern-director"  # nobody but root may write where keepalived runs something
CHECK = 5  # seconds: starting a program is dear in User-Mode Linux


class Pair:
    """Two gateways that share the address by VRRP."""

    def __init__(self, lab: Lab) -> None:
        lab.step("starting two gateways and keepalived on both")
        self.gateways = list(_gateways(lab, [_pair_lines(one) for one in (1, 0)]))
        self.boxes = [_paired(gateway) for gateway in self.gateways]
        until(lambda: self.holder is not None, 60, "one of the two to have the address")

    @property
    def holder(self) -> int | None:
        """Which of the two has the address; None if it is not exactly one."""
        found = [number for number, box in enumerate(self.boxes) if box.has_it]
        return found[0] if len(found) == 1 else None


class Fleet:
    """Two gateways behind two directors."""

    def __init__(self, lab: Lab) -> None:
        lab.step("starting two gateways and two directors")
        hosts = ", ".join(f'"{host}"' for host in DIRECTORS)
        lines = f'[fleet]\naddress = "{OUTSIDE}"\ndirectors = [{hosts}]\n'
        self.gateways = list(_gateways(lab, [lines, lines]))
        for gateway in self.gateways:
            _stand_behind(gateway.node)
        self.directors = [_director(lab, number) for number in (0, 1)]
        until(lambda: all(self._serves(one) for one in self.directors), 60, "both to know both")
        until(lambda: self.holder is not None, 60, "one of the two to have the address")

    @property
    def holder(self) -> int | None:
        """Which director has the address; None if it is not exactly one."""
        found = [number for number, one in enumerate(self.directors) if one.has_it]
        return found[0] if len(found) == 1 else None

    def tell(self, verb: str, gateway: int) -> None:
        """As the plays do: on every director."""
        for director in self.directors:
            director.node.sh(f"{ASKING} {verb} {OWN[gateway]}", timeout=90)

    def weights(self) -> list[str]:
        """What the directors say of the gateways, the one with the address first."""
        return [one.node.sh(f"{ASKING} list") for one in self.directors]

    def place_of(self, client: OldClient) -> list[int]:
        """Which gateways that live have a session of this client's address in PPP."""
        link = client.link()
        address = "" if link is None else link.local
        return [
            number
            for number, gateway in enumerate(self.gateways)
            if gateway.process is not None
            and any(one["client_ip"] == address for one in gateway.sessions())
        ]

    def _serves(self, director: Keepalived) -> bool:
        return director.node.sh(f"{ASKING} list").count("  there") == len(OWN)


def redial(client: OldClient, seconds: float = 90) -> float:
    """As "redial if line is dropped" does, until it is up; the seconds that took."""
    began = time.monotonic()
    while True:
        client.start_over()
        try:
            client.dial(patience=10)
        except DialFailed:
            if time.monotonic() - began > seconds:
                raise
        else:
            return round(time.monotonic() - began, 1)


def render(name: str, **variables: Any) -> str:
    """A template of the role, as Ansible would."""
    templates = Environment(
        loader=FileSystemLoader(ROLE / "templates"),
        trim_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - no HTML
    )
    return str(templates.get_template(name).render(**variables))


def _gateways(lab: Lab, lines: list[str]) -> Iterator[Gateway]:
    nodes = lab.world.two_gateways()
    for node, own, within, more in zip(nodes, OWN, WITHIN, lines, strict=True):
        text = configuration(PSK, address=f'{OUTSIDE}", "{own}').replace(INSIDE, within, 1) + more
        yield Gateway(node, text, lab.carrier)


def _pair_lines(other: int) -> str:
    return (
        f'[pair]\naddress = "{OUTSIDE}"\npeer = "{OWN[other]}"\n'
        f"priority = {100 + other}\ncheck_seconds = {CHECK}\n"
    )


def _paired(gateway: Gateway) -> Keepalived:
    node = gateway.node
    return Keepalived(node, keepalived_text(_config(node), "eth0", "eth1"), OUTSIDE)


def _config(node: Node) -> Config:
    found = load(File(node.read("/etc/postern/postern.toml").encode()), lambda name: "no file")
    if not isinstance(found, Config):
        raise ValueError("\n".join(map(str, found)))
    return found


def _stand_behind(node: Node) -> None:
    """As `gateway/system/box/behind.py` does on an appliance."""
    switches = (
        f"echo {value} >/proc/sys/net/ipv4/conf/eth0/{name}" for name, value in QUIET.items()
    )
    node.sh("; ".join(switches))
    node.ip(f"address replace {OUTSIDE}/32 dev lo")


def _director(lab: Lab, number: int) -> Keepalived:
    node = lab.world.one_more_host(f"director{number}", DIRECTORS[number])
    program = (ROLE / "files/postern_director.py").read_text()
    node.write(ASKING, program, 0o755)
    variables = {
        "ha_address": OUTSIDE,
        "ha_interface": "eth0",
        "ha_own": DIRECTORS[number],
        "ha_peer": DIRECTORS[1 - number],
        "ha_priority": 101 - number,
        "ha_number": 52,
        "ha_gateways": list(OWN),
        "ha_check_seconds": CHECK,
        "ha_mark": 500,
        "ha_program": ASKING,
    }
    node.write("/etc/postern-director/marks.rules", render("marks.rules.j2", **variables))
    node.sh("iptables-legacy-restore --noflush /etc/postern-director/marks.rules")
    settings = render("sysctl.conf.j2", **variables)
    node.write("/etc/sysctl.d/60-postern-director.conf", settings)
    node.sh("sysctl -q -p /etc/sysctl.d/60-postern-director.conf")
    return Keepalived(node, render("keepalived.conf.j2", **variables), OUTSIDE)
