"""A dial to a pptpd that demands MPPE, with a bad cable between it and the gateway."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.interop.lab.capture import capture
from tests.interop.lab.gateway import PPTP, Gateway
from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging, ping
from tests.interop.lab.pptpd import ADDRESS
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import Node, until

FRAMES = 1500  # each way, and as many answers


@dataclass(frozen=True, slots=True)
class Kind:
    """`server` are pppd's words there, `route` the lines of ours."""

    server: str
    route: str
    chap: str = "mschap-v2"


def route(*terms: str) -> str:
    names = ", ".join(f'"{one}"' for one in terms)
    return f'encryption = "mppe"\nmppe = [{names}]'


def dial(lab: Lab, kind: Kind, **gateway: Any) -> tuple[Any, Gateway]:
    """The client, up, and the gateway; what passes inside is recorded."""
    lab.pptpd(chap=kind.chap, ccp=kind.server)
    capture(lab.server, "eth0", "inside", "proto gre")
    made = lab.gateway(routes=PPTP + kind.route, users=("operator",), **gateway)
    client = lab.libreswan(Profile(nat_t="drafts"), behind=lab.nat())
    lab.step("dialling")
    return client, made


def encrypted_road(lab: Lab, kind: Kind, bad_cable: str = "") -> dict[str, Any]:
    """Dial, talk both ways long enough for several keys, hang up; what both ends say of it.

    `bad_cable` is what netem does to what the gateway and the server send each other.
    """
    client, gateway = dial(lab, kind)
    done = client.dial()
    lab.step(f"up after {done.milliseconds} ms")
    small, large = client.ping(), client.ping(count=3, size=1366)
    if bad_cable:
        for node, card in ((lab.world.gateway, "eth1"), (lab.server, "eth0")):
            node.sh(f"tc qdisc add dev {card} root netem {bad_cable}")
    lab.step("pinging from both ends")
    pings = [
        Pinging(client.node, ADDRESS, count=FRAMES, interval=0.004),
        Pinging(lab.server, done.address, count=FRAMES, interval=0.004),
    ]
    finished = [one.finish() for one in pings]
    for node, card in ((lab.world.gateway, "eth1"), (lab.server, "eth0")):
        node.ask(f"tc qdisc del dev {card} root")
    # What waits for a window that lost acknowledgements have shut goes first, by time alone.
    until(lambda: ping(client.node, ADDRESS, 1).received == 1, 30, "an answer by the good cable")
    after = ping(client.node, ADDRESS)
    mbit = [client.tcp_mbit(lab.server, 2), client.tcp_mbit(lab.server, 2, down=True)]
    session = gateway.session()
    account = gateway.account(session["id"])
    table = gateway.command("sessions")
    lab.step("hanging up")
    client.hang_up()
    gateway.wait_for_sessions(0)
    return {
        "received": [small.received, large.received, after.received],
        "sent": [one.sent for one in finished],
        "answered": [one.received for one in finished],
        "tcp_mbit": mbit,
        "session": session,
        "account": [line["text"] for line in account],
        "table": table,
        "server_says": lines_of(lab.server, "pppd", "MPPE"),
        "client_heard": lines_of(client.node, "pppd", "rcvd [CCP"),
        "protocols": protocols(lab.server),
    }


def lines_of(node: Node, log: str, words: str) -> list[str]:
    return [line for line in node.log(log).splitlines() if words in line]


def protocols(node: Node) -> dict[str, int]:
    """How many frames of each PPP protocol passed on the inside cable, by tcpdump's record."""
    found: dict[str, int] = {}
    for frame in frames_inside(node):
        bare = frame.removeprefix(b"\xff\x03")
        name = bare[:1].hex().rjust(4, "0") if bare[:1] and bare[0] & 1 else bare[:2].hex()
        found[name] = found.get(name, 0) + 1
    return found


def frames_inside(node: Node) -> list[bytes]:
    """Every PPP frame that passed on the inside cable, either way, as it was written."""
    with node.spaces:
        data = Path("/run/log/inside.pcap").read_bytes()
    return [frame for packet in _packets(data) if (frame := _frame(packet))]


def _packets(data: bytes) -> list[bytes]:
    """The Ethernet frames of a pcap of this machine's order (tcpdump's own)."""
    at, found = 24, []
    while at + 16 <= len(data):
        size = int.from_bytes(data[at + 8 : at + 12], "little")
        found.append(data[at + 16 : at + 16 + size])
        at += 16 + size
    return found


def _frame(packet: bytes) -> bytes:
    """Behind Ethernet, IPv4 and enhanced GRE (RFC 2637, 4.1); nothing for an acknowledgement."""
    gre = packet[14 + 4 * (packet[14] & 15) :]
    if len(gre) < 12 or not gre[0] & 0x10:
        return b""
    start = 16 if gre[1] & 0x80 else 12
    return gre[start : start + int.from_bytes(gre[4:6])]
