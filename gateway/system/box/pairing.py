"""Whether this box shares its address with another: keepalived's configuration, and its unit.

VRRP by unicast (RFC 5798). Both boxes begin as backup, and nobody takes the address away from a box
that is well: sessions hang on it. A box is well while its cards have a cable and its gateway
answers a packet that goes the way of a client's first one (`knock.py`). A whole dial so often would
fill accounts and journal.
"""

from collections.abc import Mapping
from typing import Final

from gateway.control.config import Config
from gateway.system.box import knock
from gateway.system.box.disk import write_file
from gateway.system.box.places import Places
from gateway.system.run import Run, run
from gateway.wire.ipv4 import host_text

UNIT: Final = "postern-pair.service"
HEALTH: Final = f"/usr/bin/python3 -I -S {knock.__file__}"
HOPS: Final = 255  # an advertisement that a router has passed on is nobody's in this pair
FALL: Final = 2  # unanswered questions: one may be a daemon's restart, with its sessions
LONGEST: Final = 15  # seconds for one: a program has to be started, on a slow and busy box


class Pairing:
    def __init__(self, places: Places, tool: Run = run) -> None:
        self._path = places.keepalived
        self._run = tool

    def apply(self, config: Config, names: Mapping[str, str]) -> None:
        """Make it so; `ToolFailed` or OSError if that cannot be. `names` are the kernel's, by role.

        What is the same already is not touched: to start anew could hand the address over.
        """
        wanted = keepalived_text(config, names.get("outside", ""), names.get("inside", ""))
        there = self._path.read_text() if self._path.exists() else ""
        if wanted == there:
            return
        if wanted:
            write_file(self._path, wanted.encode())
            self._run(["systemctl", "reload-or-restart", "--no-block", UNIT], "")
        else:
            self._path.unlink()
            self._run(["systemctl", "stop", "--no-block", UNIT], "")


def keepalived_text(config: Config, outside: str, inside: str, health: str = HEALTH) -> str:
    """All that keepalived reads (keepalived.conf(5)); empty where this box has no other.

    Names of interfaces and numbers: nothing of them can end a line.
    """
    pair, own = config.pair, config.own_addresses
    if pair.address is None or pair.peer is None or not own or not outside:
        return ""
    watched = f"    track_interface {{\n        {inside}\n    }}\n" if inside != outside else ""
    return f"""\
# Made by Postern from the configuration.
global_defs {{
    router_id postern
    script_user root
    enable_script_security
    vrrp_version 3
    vrrp_garp_master_refresh 60
}}
vrrp_script gateway {{
    script "{health}"
    interval {pair.check_seconds}
    timeout {LONGEST}
    fall {FALL}
    rise 1
    init_fail
}}
vrrp_instance pair {{
    state BACKUP
    nopreempt
    interface {outside}
{watched if inside else ""}\
    virtual_router_id {pair.number}
    priority {pair.priority}
    advert_int 1
    unicast_src_ip {host_text(own[0])}
    unicast_peer {{
        {host_text(pair.peer)} min_ttl {HOPS} max_ttl {HOPS}
    }}
    virtual_ipaddress {{
        {host_text(pair.address)}/32 dev {outside}
    }}
    track_script {{
        gateway
    }}
}}
"""
