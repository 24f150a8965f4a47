"""The address that directors answer for: on loopback here, and never told by ARP."""

from collections.abc import Sequence
from pathlib import Path

from gateway.control.companions import Fleet
from gateway.system.box.behind import Behind
from gateway.system.box.places import Places
from gateway.system.forwarding import SWITCHES
from gateway.system.run import Result
from gateway.wire.ipv4 import host_bytes
from tests.unit.system.box.machine import Tools, put

SHARED, OTHER = (Fleet(host_bytes(f"203.0.113.{last}")) for last in (1, 9))


def switches(root: Path) -> tuple[str, str]:
    folder = root / SWITCHES / "eth0"
    return (folder / "arp_ignore").read_text(), (folder / "arp_announce").read_text()


def box(root: Path) -> tuple[Behind, Tools]:
    for name in ("arp_ignore", "arp_announce"):
        put(root, f"{SWITCHES}/eth0/{name}", "0")
    tools = Tools()
    return Behind(Places(root), tools), tools


def test_a_box_alone_is_left_alone(tmp_path: Path) -> None:
    behind, tools = box(tmp_path)
    behind.apply(Fleet(), "eth0")
    assert (tools.asked, switches(tmp_path)) == ([], ("0", "0"))


def test_the_address_comes_and_is_replaced_and_goes(tmp_path: Path) -> None:
    behind, tools = box(tmp_path)
    behind.apply(SHARED, "eth0")
    assert switches(tmp_path) == ("1", "2")
    behind.apply(OTHER, "eth0")
    behind, tools.asked[2:] = Behind(Places(tmp_path), tools), []  # an agent started anew
    behind.apply(Fleet(), "eth0")
    assert switches(tmp_path) == ("0", "0")
    behind.apply(Fleet(), "eth0")
    assert tools.asked == [
        "ip address replace 203.0.113.1/32 dev lo",
        "ip address delete 203.0.113.1/32 dev lo",
        "ip address delete 203.0.113.9/32 dev lo",
    ]


def test_it_is_quiet_before_the_address_is_there(tmp_path: Path) -> None:
    seen: list[tuple[str, str]] = []
    _, tools = box(tmp_path)

    def looking(argv: Sequence[str], stdin: str) -> Result:
        seen.append(switches(tmp_path))
        return tools(argv, stdin)

    Behind(Places(tmp_path), looking).apply(SHARED, "eth0")
    assert seen == [("1", "2")]


def test_without_a_card_the_address_waits_on_loopback(tmp_path: Path) -> None:
    behind, tools = box(tmp_path)
    behind.apply(SHARED, "")
    assert tools.asked == ["ip address replace 203.0.113.1/32 dev lo"]
