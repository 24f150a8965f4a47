"""A box with a route into the LAN starts pppd, in its sandbox, and forwards for its calls alone."""

import json
import re
from pathlib import Path

import pytest

from image.places import Places
from tests.image.appliance import Appliance, make_box
from tests.image.figures import Figures
from tests.image.files import provision, stick
from tests.interop.lab.lan import NAME, POOL
from tests.interop.lab.topology import INSIDE, SERVER

pytestmark = pytest.mark.image
UNIT = "postern-pppd.service"
SECRETS = "/data/postern/ppp/chap-secrets"
ASKED = json.dumps({"route": NAME, "client": "press", "from": "203.0.113.7", "mru": "1400"})
# As the gateway asks; and at the other end of the line another pppd, in the place of a client.
CALL = f"""\
import os, socket
asking = socket.socket(socket.AF_UNIX)
asking.connect("/run/postern-pppd/pppd.sock")
asking.sendall({ASKED.encode()!r} + b"\\n")
answer, (line,), _, _ = socket.recv_fds(asking, 100, 1)
assert answer.startswith(b"started ")
os.dup2(line, 0), os.dup2(line, 1)
os.close(line)
words = "pppd notty nodetach noauth noccp noipdefault nodefaultroute ifname caller"
words += " user operator password no-secret logfile /run/caller.log"
os.execv("/usr/sbin/pppd", words.split())
"""
SWITCHES = "cd /proc/sys/net/ipv4/conf; grep -l 1 */forwarding | sort"


def into_the_lan() -> str:
    text, _, _ = provision().partition("[[route]]\n")
    text = text.replace('route = "old-nt4"', f'route = "{NAME}"\nreach = ["{SERVER} tcp/139"]')
    return f'{text}[[route]]\nname = "{NAME}"\nkind = "local"\npool = "{POOL}"\n'


def test_a_call_into_the_lan_comes_up_in_the_sandbox(
    places: Places, settled: Path, place: Path, figures: Figures
) -> None:
    usb = stick(places, place / "stick.img", {"provision.toml": into_the_lan()})
    with Appliance(make_box(settled, place, drives=(usb,))) as box:
        box.confirmed()
        box.probe.until(f"systemctl -q is-active {UNIT}", 60)
        box.probe.until("test -S /run/postern-pppd/pppd.sock", 60)
        assert box.probe("stat -c %U:%G:%a /run/postern-pppd/pppd.sock") == "root:postern:660\n"
        inside = box.probe(f"ip -4 -br address | awk '/{INSIDE}/ {{print $1}}'").strip()
        assert box.probe(SWITCHES).split() == [f"{inside}/forwarding"]
        assert f'elements = {{ "{inside}" }}' in box.probe("nft list set inet box call_ports")
        box.probe(f"echo 'operator {NAME} no-secret *' >{SECRETS}")
        box.probe.write("/run/call.py", CALL)
        box.probe("python3 /run/call.py >/run/call.log 2>&1 & sleep 1")
        box.probe.until("ip -4 -br address show dev postern0 | grep -q 10.10.0.150/32", 60)
        box.probe.until("grep -q 1 /proc/sys/net/ipv4/conf/postern0/forwarding", 30)
        rules = box.probe("nft list table ip postern_local")
        assert re.search(rf"ip daddr (\{{ )?{SERVER} ", rules)
        assert "dport 139" in rules
        told = box.probe(f"journalctl -b --no-pager -u {UNIT}")
        assert "was started for press as postern0" in told
        assert "ermission denied" not in told
        assert "not permitted" not in told
        memory = box.probe(f"systemctl show -P MemoryCurrent {UNIT}")
        figures.add("memory of postern-pppd.service with a call", int(memory) / 1e6, "MB")
        security = box.probe(f"systemd-analyze security --no-pager {UNIT} | tail -1")
        exposure = float(re.findall(r": (\d+\.\d+) ", security)[0])
        figures.add(f"exposure of {UNIT}", exposure, "", 2.2)
        assert exposure <= 2.2
        box.probe("systemctl stop postern-pppd.service")
        assert box.probe.ask("ip link show dev postern0")[0] != 0
