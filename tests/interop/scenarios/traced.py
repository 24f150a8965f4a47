"""Somebody looks on while a client dials, twice: without secrets, and with all of them."""

import subprocess
from typing import Any

from tests.interop.lab.gateway import CHECKOUT, PYTHON, SOCKET
from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import Node, until

SECONDS = 16
CUT, WHOLE = "/run/log/cut.pcapng", "/run/log/whole.pcapng"
TABLES = ("ikev1_decryption_table", "esp_sa")
PROFILE = "/run/wireshark"
TSHARK = (
    f"WIRESHARK_CONFIG_DIR={PROFILE} tshark -n -o esp.enable_encryption_decode:TRUE "
    "-o esp.enable_authentication_check:TRUE -T fields -e _ws.col.Protocol -e _ws.col.Info"
)


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    node = gateway.node
    lab.step("looking on, without secrets and with them")
    looking = [
        _trace(node, CUT),
        _trace(node, WHOLE, "--with-passwords", "--with-keys"),
    ]
    until(lambda: gateway.log().count("packets were recorded") == 2, 20, "two traces")
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=lab.nat())
    client.dial()
    received = client.ping().received
    client.hang_up()
    until(lambda: all(one.poll() is not None for one in looking), 3 * SECONDS, "their end")
    node.sh(f"mkdir -p {PROFILE}")
    lab.step("asking tshark")
    for table in TABLES:
        node.sh(f"cp {WHOLE}.{table} {PROFILE}/{table}")
    return {
        "received": received,
        "said": node.log("trace-cut"),
        "said_whole": node.log("trace-whole"),
        "opened": _tshark(node, CUT, "decrypted"),
        "with_tables": _tshark(node, WHOLE, "outside"),
        "told": gateway.command("explain", "--trace", CUT),
        "journal": gateway.log(),
        "modes": node.sh(f"stat -c %a {CUT} {WHOLE} {WHOLE}.esp_sa").split(),
    }


def _trace(node: Node, path: str, *more: str) -> "subprocess.Popen[bytes]":
    name = path.rpartition("/")[2].partition(".")[0]
    argv = [PYTHON, "-m", "gateway.user.cli.main", "trace", "press", path, *more]
    argv += ["--seconds", str(SECONDS), "--socket", SOCKET]
    return node.spawn(argv, f"trace-{name}", folder=str(CHECKOUT))


def _tshark(node: Node, path: str, interface: str) -> list[str]:
    """Protocol and words of every packet on this interface of the file."""
    only = f"'frame.interface_name == \"{interface}\"'"
    status, said = node.ask(f"{TSHARK} -r {path} -Y {only} 2>/dev/null", 60)
    return [f"tshark: {status}"] if status else said.splitlines()
