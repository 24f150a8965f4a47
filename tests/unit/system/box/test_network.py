"""The interfaces as networkd and nftables are told of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.control.config import Config, load
from gateway.control.document import File
from gateway.control.ports import Port, Unsettled
from gateway.system.box.network import (
    FOLDER,
    Network,
    addresses,
    forwarded,
    interface_for,
    network_text,
    nft_sets,
    routes_text,
)
from gateway.system.box.places import Places
from gateway.system.forwarding import SWITCHES
from gateway.system.run import ToolFailed
from tests.unit.system.box.machine import CONFIG, FACTORY, Tools, put

PORTS = [
    Port("1", "enp0s2", "outside", "pci0000:00/0000:00:02.0", pinned=True),
    Port("2", "enp0s3", "inside", "pci0000:00/0000:00:03.0", pinned=True),
]
OUTSIDE = """\
# Made by Postern from the configuration.
[Match]
Name=enp0s2

[Network]
LinkLocalAddressing=no
IPv6AcceptRA=no
DHCP=no
DNS=203.0.113.53
Address=203.0.113.9/24
Gateway=203.0.113.1

[Link]
MTUBytes=1500
"""

NAMES = {"outside": "a", "inside": "b"}
SHARED = CONFIG.replace('["203.0.113.9"]', '["203.0.113.2", "203.0.113.9"]')
PAIR = SHARED + '[pair]\naddress = "203.0.113.2"\npeer = "203.0.113.3"\n'
FLEET = SHARED + '[fleet]\naddress = "203.0.113.2"\ndirectors = ["203.0.113.4"]\n'
FRONT = '[front]\nservers = ["10.20.0.2"]\n'
LOCAL = CONFIG.replace(
    'kind = "pptp"\nserver = "10.20.0.2"', 'kind = "local"\npool = "10.10.0.150-10.10.0.169"'
)


def config(text: str = CONFIG) -> Config:
    found = load(File(text.encode()), lambda name: "no file")
    assert isinstance(found, Config)
    return found


def test_a_role_is_the_port_that_has_it_and_a_name_is_a_name() -> None:
    assert interface_for("outside", "outside", PORTS) == "enp0s2"
    assert interface_for("outside", "eth7", PORTS) == "eth7"
    assert interface_for("inside", None, PORTS) == ""


def test_a_port_that_is_not_certain_is_not_guessed() -> None:
    lost = [replace(PORTS[0], problem="another card is where it was")]
    with pytest.raises(Unsettled, match="another card"):
        interface_for("outside", "outside", lost)
    with pytest.raises(Unsettled, match="no port is assigned as outside"):
        interface_for("outside", "outside", [])


def test_a_static_side_is_written_out() -> None:
    assert network_text(config().outside, "outside", "enp0s2") == OUTSIDE


def test_dhcp_inside_brings_no_default_route() -> None:
    outside = network_text(config(FACTORY).outside, "outside", "a")
    inside = network_text(config(FACTORY).inside, "inside", "b")
    assert "DHCP=ipv4" in outside
    assert "UseGateway=no" not in outside
    assert "UseGateway=no" in inside
    assert "RouteMetric=200" in inside


def test_an_interface_that_is_left_alone_has_no_file() -> None:
    alone = replace(config().outside, network=None)
    assert network_text(alone, "outside", "eth0") == ""
    assert network_text(config().outside, "outside", "") == ""


def test_servers_behind_a_router_inside_have_a_route_each() -> None:
    text = routes_text(config(), "enp0s3")
    assert text == "\n[Route]\nGateway=10.10.0.254\nDestination=10.20.0.2/32\n"
    assert routes_text(config(FACTORY), "enp0s3") == ""


def test_the_sets_of_the_firewall_are_replaced_as_a_whole() -> None:
    assert nft_sets({"outside": "a"}, config()) == (
        "flush set inet box outside_ports\n"
        'add element inet box outside_ports { "a" }\n'
        "flush set inet box inside_ports\n"
        "flush set inet box call_ports\n"
        "flush set inet box front_servers\n"
        "flush set inet box pair_peers\n"
    )


def test_the_other_box_of_a_pair_may_speak_to_this_one() -> None:
    text = nft_sets(NAMES, config(PAIR))
    assert "add element inet box pair_peers { 203.0.113.3 }\n" in text


@pytest.mark.parametrize("shared", [PAIR, FLEET])
def test_an_address_that_boxes_share_is_not_put_on_the_card(tmp_path: Path, shared: str) -> None:
    Network(Places(tmp_path), Tools()).apply(config(shared), PORTS)
    assert (tmp_path / FOLDER / "60-postern-outside.network").read_text() == OUTSIDE


def test_calls_lead_inside_where_there_is_a_route_into_the_lan_and_nowhere_else() -> None:
    text = nft_sets(NAMES, config(LOCAL))
    assert 'add element inet box call_ports { "b" }\n' in text
    assert "add element inet box front_servers" not in text
    assert forwarded(NAMES, config(LOCAL)) == {"b"}
    assert forwarded({"outside": "a"}, config(LOCAL)) == frozenset()


def test_in_front_of_a_server_the_box_passes_packets_on_both_ways() -> None:
    text = nft_sets(NAMES, config(CONFIG + FRONT))
    assert "add element inet box front_servers { 10.20.0.2 }\n" in text
    assert "add element inet box call_ports" not in text
    assert forwarded(NAMES, config(CONFIG + FRONT)) == {"a", "b"}


def test_without_such_routes_nothing_is_passed_on() -> None:
    assert forwarded(NAMES, config()) == frozenset()


def test_the_kernel_is_told_after_the_rules_and_told_to_stop_again(tmp_path: Path) -> None:
    for name in ("enp0s2", "enp0s3", "postern0"):
        put(tmp_path, f"{SWITCHES}/{name}/forwarding", "0\n")
    network = Network(Places(tmp_path), Tools())

    def switches() -> str:
        found = sorted((tmp_path / SWITCHES).glob("*/forwarding"))
        return "".join(path.read_text().strip() for path in found)

    network.apply(config(CONFIG + FRONT), PORTS)
    assert switches() == "110"
    network.apply(config(LOCAL), PORTS)
    assert switches() == "010"
    network.apply(config(), PORTS)
    assert switches() == "000"
    with pytest.raises(ToolFailed):
        Network(Places(tmp_path), Tools(fails={"nft": "no"})).apply(config(LOCAL), PORTS)
    assert switches() == "000"


def test_all_of_it_is_put_in_its_place_and_told_once(tmp_path: Path) -> None:
    tools = Tools()
    network = Network(Places(tmp_path), tools)
    put(tmp_path, f"{FOLDER}/60-postern-old.network", "x")
    put(tmp_path, f"{FOLDER}/50-other.network", "not ours")
    for _ in range(2):
        network.apply(config(), PORTS)
    names = sorted(path.name for path in (tmp_path / FOLDER).iterdir())
    assert names == ["50-other.network", "60-postern-inside.network", "60-postern-outside.network"]
    assert (tmp_path / FOLDER / names[2]).read_text() == OUTSIDE
    assert tools.asked == [
        "nft -f -",
        "networkctl reload",
        "networkctl reconfigure enp0s2",
        "networkctl reconfigure enp0s3",
        "nft -f -",
    ]
    assert network.names == {"outside": "enp0s2", "inside": "enp0s3"}


def test_what_is_not_certain_is_told_and_the_other_side_works(tmp_path: Path) -> None:
    network = Network(Places(tmp_path), Tools())
    network.apply(config(), PORTS[1:])
    assert network.names == {"inside": "enp0s3"}
    assert network.problems == ("no port is assigned as outside. Assign it under Ports",)


def test_a_refusal_of_the_system_is_not_swallowed(tmp_path: Path) -> None:
    with pytest.raises(ToolFailed):
        Network(Places(tmp_path), Tools(fails={"networkctl reload": "no"})).apply(config(), PORTS)


def test_addresses_are_what_the_interfaces_have_now() -> None:
    said = """[{"ifname": "lo", "addr_info": [{"local": "127.0.0.1", "prefixlen": 8}]},
              {"ifname": "a", "addr_info": [{"local": "203.0.113.9", "prefixlen": 24}]},
              {"ifname": "b", "addr_info": []}]"""
    assert addresses(Tools(says={"ip -j addr": said})) == {"a": ["203.0.113.9/24"]}
    assert addresses(Tools(says={"ip -j addr": "no JSON"})) == {}
    assert addresses(Tools(says={"ip -j addr": '[{"addr_info": [1]}]'})) == {}
    assert addresses(Tools(fails={"ip": "gone"})) == {}
