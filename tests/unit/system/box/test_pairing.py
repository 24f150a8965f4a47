"""A box that shares its address with another. The real keepalived: tests/interop."""

import stat
from pathlib import Path

from gateway.system.box.pairing import HEALTH, Pairing, keepalived_text
from gateway.system.box.places import Places
from tests.unit.control.test_schema_shared import BOTH, OWN, PEER, SHARED, SOME_PAIR
from tests.unit.control.written import GOOD, config_of
from tests.unit.system.box.machine import Tools

ALONE, PAIRED = config_of(GOOD), config_of(BOTH + SOME_PAIR)
NAMES = {"outside": "eth0", "inside": "eth1"}


def blocks(text: str) -> dict[str, list[str]]:
    """Words of every line, by what the line stands in."""
    found: dict[str, list[str]] = {}
    within: list[str] = []
    for line in map(str.strip, text.splitlines()):
        if line == "}":
            within.pop()
        elif line.endswith("{"):
            within.append(line.removesuffix("{").strip())
        else:
            found.setdefault(" ".join(within), []).append(line)
    assert within == []
    return found


def test_the_two_speak_to_each_other_and_to_nobody_else() -> None:
    found = blocks(keepalived_text(PAIRED, "eth0", "eth1"))
    pair = found["vrrp_instance pair"]
    assert f"unicast_src_ip {OWN}" in pair
    assert found["vrrp_instance pair unicast_peer"] == [f"{PEER} min_ttl 255 max_ttl 255"]
    assert found["vrrp_instance pair virtual_ipaddress"] == [f"{SHARED}/32 dev eth0"]


def test_nobody_takes_the_address_from_a_box_that_is_well() -> None:
    pair = blocks(keepalived_text(PAIRED, "eth0", "eth1"))["vrrp_instance pair"]
    assert {"state BACKUP", "nopreempt"} <= set(pair)


def test_a_box_is_well_while_it_answers_its_own_dial_and_has_both_cables_in() -> None:
    found = blocks(keepalived_text(PAIRED, "eth0", "eth1"))
    assert f'script "{HEALTH}"' in found["vrrp_script gateway"]
    assert {"interval 10", "fall 2", "init_fail"} <= set(found["vrrp_script gateway"])
    assert found["vrrp_instance pair track_script"] == ["gateway"]
    assert found["vrrp_instance pair track_interface"] == ["eth1"]


def test_with_one_card_for_both_sides_there_is_no_other_cable() -> None:
    for inside in ("eth0", ""):
        assert "track_interface" not in keepalived_text(PAIRED, "eth0", inside)


def test_a_box_alone_or_without_its_card_has_nothing_to_say() -> None:
    assert keepalived_text(ALONE, "eth0", "eth1") == ""
    assert keepalived_text(PAIRED, "", "eth1") == ""


def test_it_begins_follows_the_cards_and_ends_with_the_configuration(tmp_path: Path) -> None:
    tools, places = Tools(), Places(tmp_path)
    pairing = Pairing(places, tools)
    pairing.apply(ALONE, NAMES)
    assert tools.asked == []
    pairing.apply(PAIRED, NAMES)
    assert places.keepalived.read_text() == keepalived_text(PAIRED, "eth0", "eth1")
    assert stat.S_IMODE(places.keepalived.stat().st_mode) == 0o600
    pairing.apply(PAIRED, NAMES)  # the same again could only do harm
    pairing.apply(PAIRED, {"outside": "enp9s0", "inside": "eth1"})
    pairing.apply(ALONE, NAMES)
    assert not places.keepalived.exists()
    assert tools.asked == [
        "systemctl reload-or-restart --no-block postern-pair.service",
        "systemctl reload-or-restart --no-block postern-pair.service",
        "systemctl stop --no-block postern-pair.service",
    ]
