"""SoftEther VPN server (Debian 12's 5.01): IPsec, L2TP and PPP in one process of its own.

For `make bench` alone, unpacked by `setup.sh peers` and not part of the lab's tree. It bridges its
sessions into the LAN by reading the interface, and gives addresses by its own DHCP.
"""

import os
import signal

from tests.interop.lab.gateway import CHECKOUT
from tests.interop.lab.offload import offload
from tests.interop.lab.world import Node, until, wire

PROGRAMS = CHECKOUT / "build/peers/tree/usr/libexec/softether"
TARGET = "10.12.0.2"  # the host inside, as its clients call it
IKE_PORT = ":01F4 "  # as /proc/net/udp writes 500
COMMANDS = """\
HubCreate lab /PASSWORD:{psk}
Hub lab
LogDisable packet
UserCreate {user} /GROUP:none /REALNAME:none /NOTE:none
UserPasswordSet {user} /PASSWORD:{password}
SecureNatEnable
SecureNatHostSet /MAC:none /IP:10.12.0.1 /MASK:255.255.255.0
NatDisable
DhcpSet /START:10.12.0.10 /END:10.12.0.99 /MASK:255.255.255.0 /EXPIRE:7200 /GW:none /DNS:none \
/DNS2:none /DOMAIN:none /LOG:no
Hub
BridgeCreate lab /DEVICE:eth1 /TAP:no
IPsecEnable /L2TP:yes /L2TPRAW:no /ETHERIP:no /PSK:{psk} /DEFAULTHUB:lab
"""


def is_there() -> bool:
    return (PROGRAMS / "vpnserver/vpnserver").exists()


def serve(node: Node, inside: Node, psk: str, user: str, password: str) -> None:
    """It ends PPP, before a cable of its own to the host inside."""
    wire(node, "eth1", inside, "eth8")
    inside.ip(f"addr add {TARGET}/24 dev eth8")
    offload(inside, "eth8", on=False)
    node.sh("mkdir -p /var/lib/softether /var/log/softether /run/softether")
    node.spawn([str(PROGRAMS / "vpnserver/vpnserver"), "execsvc"], "softether")
    until(lambda: node.listens(443), 40, "SoftEther listening for its administrator")
    commands = "/etc/softether.commands"
    node.write(commands, COMMANDS.format(psk=psk, user=user, password=password), 0o600)
    told = node.sh(f"{PROGRAMS}/vpncmd/vpncmd localhost /SERVER /IN:{commands}", timeout=60)
    node.write("/run/log/vpncmd.log", told)
    until(lambda: IKE_PORT in node.read("/proc/net/udp"), 40, "SoftEther's IKE on UDP 500")


def pause(node: Node, paused: bool) -> None:
    """While it is not its turn its threads shall not use the one processor."""
    for pid in node.processes():
        os.kill(pid, signal.SIGSTOP if paused else signal.SIGCONT)
