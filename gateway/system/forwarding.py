"""Whether this machine is a router at all (ip-sysctl, net.ipv4.ip_forward)."""

from pathlib import Path

SWITCH = Path("/proc/sys/net/ipv4/ip_forward")


def forwards(switch: Path = SWITCH) -> bool:
    """Of what cannot be read it is believed: nothing is said that may be wrong."""
    try:
        return switch.read_text().strip() != "0"
    except OSError:
        return True
