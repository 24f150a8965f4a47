"""The daemon is killed under traffic, and restarted; its client loses pings and nothing else."""

import time
from typing import Any

from gateway.wire.ipv4 import host_bytes
from tests.captures import ip_packets
from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging, ping
from tests.interop.lab.stage import Lab
from tests.interop.lab.topology import INSIDE, OUTSIDE
from tests.interop.lab.world import Node, until

LONGEST = 180
PINGS, INTERVAL = 500, 0.02  # ten seconds of them
ESP_IN_UDP, GRE = 17, 47


def run(lab: Lab) -> dict[str, Any]:
    server = lab.pptpd()
    gateway = lab.managed_gateway()
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=lab.nat())
    dial = client.dial()
    carrier = lab.carrier or "user"
    until(lambda: gateway.session()["carrier"] == carrier, 20, f"{carrier} to carry it")
    before = gateway.session()
    lab.capture(gateway.node, "eth0")
    lab.capture(gateway.node, "eth1")
    found: dict[str, Any] = {}
    for name, end in (("crash", gateway.crash), ("restart", gateway.restart)):
        lab.step(f"{name} under traffic")
        begun = gateway.session()
        up = Pinging(client.node, dial.server, PINGS, INTERVAL)
        down = Pinging(server.node, dial.address, PINGS, INTERVAL)
        time.sleep(3)
        seconds = end()
        lost = {"up": _lost(up), "down": _lost(down)}
        lab.step(f"it answers after {seconds} s; lost pings: {lost}")
        after = gateway.session()
        uncounted = _uncounted(begun, after, lost)
        found[name] = {
            "seconds_until_it_answers": seconds,
            **lost,
            "same_session": after["id"] == before["id"],
            "carrier": after["carrier"],
            "uncounted": uncounted,
            "after": client.ping(10).received,
            "after_down": ping(server.node, dial.address, 10).received,
        }
    lab.step("looking at what went by")
    link = client.link()
    return {
        **found,
        "carrier": carrier,
        "same_link": link is not None and link.local == dial.address,
        "esp": _numbers(gateway.node, "eth0"),
        "gre": _numbers(gateway.node, "eth1"),
        "log": [line for line in gateway.log().splitlines() if "session" in line][-12:],
        "state": gateway.session()["state"],
    }


def _lost(pinging: Pinging) -> dict[str, int]:
    counted = pinging.finish()
    return {"sent": counted.sent, "lost": counted.sent - counted.received}


def _uncounted(before: Any, after: Any, lost: dict[str, dict[str, int]]) -> int:
    """Of the pings that were answered, and so have crossed both ways, those that no session has."""
    answered = sum(each["sent"] - each["lost"] for each in lost.values())
    ways = ("frames_in", "frames_out")
    return max(0, answered - min(int(after[way]) - int(before[way]) for way in ways))


def _numbers(node: Node, interface: str) -> dict[str, Any]:
    """Of what the gateway has sent there: how many numbers, how many twice, the largest step."""
    path = node.folder / f"run/log/{node.name}-{interface}.pcap"
    read = _esp if interface == "eth0" else _gre
    seen = [found for packet in ip_packets(path) if (found := read(packet)) is not None]
    steps = [
        (later - number)
        for (flow, number), (other, later) in zip(seen, seen[1:], strict=False)
        if flow == other
    ]
    return {
        "sent": len(seen),
        "twice": len(seen) - len(set(seen)),
        "backwards": sum(step <= 0 for step in steps),
        "largest_step": max(steps, default=0),
    }


def _esp(packet: bytes) -> tuple[bytes, int] | None:
    """SPI and number of ESP in UDP from the gateway."""
    start = 4 * (packet[0] & 15)
    ours = packet[9] == ESP_IN_UDP and packet[12:16] == host_bytes(OUTSIDE)
    body = packet[start + 8 :]
    if not ours or packet[start : start + 2] != (4500).to_bytes(2, "big") or body[:4] == bytes(4):
        return None
    return body[:4], int.from_bytes(body[4:8], "big")


def _gre(packet: bytes) -> tuple[bytes, int] | None:
    """Call and number of a GRE packet with a frame from the gateway."""
    start = 4 * (packet[0] & 15)
    if packet[9] != GRE or packet[12:16] != host_bytes(INSIDE) or not packet[start] & 0x10:
        return None
    return packet[start + 6 : start + 8], int.from_bytes(packet[start + 8 : start + 12], "big")
