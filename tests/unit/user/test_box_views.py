import pytest

from gateway.control.lan_users import LanUser
from gateway.user.box_views import (
    BoxStatus,
    Pending,
    Port,
    Slot,
    box_status,
    read_lan_user,
    read_port,
    spoken,
)

FULL = {
    "version": "1.2",
    "hostname": "gw-1",
    "claimed": True,
    "board": {"id": "apu2", "name": "PC Engines APU2", "evidence": "documents only"},
    "slots": {"booted": "a", "a": {"state": "booted", "version": "1.2"}, "b": {}},
    "clock_ok": False,
    "pending": {"seconds_left": 12.5, "by": "ada"},
    "changed": 2,
    "fingerprints": ["SHA256:x"],
    "addresses": {"outside": ["203.0.113.9/24"]},
    "ram_used_kb": 1,
    "uptime_s": 2,
    "notes": ["slot B did not start"],
}


def test_a_status_is_read_whole() -> None:
    assert box_status(FULL) == BoxStatus(
        version="1.2",
        hostname="gw-1",
        claimed=True,
        board="PC Engines APU2",
        evidence="documents only",
        booted="a",
        slots=(Slot("A", "booted", "1.2"), Slot("B", "unknown", "")),
        clock_ok=False,
        pending=Pending(12.5, "ada"),
        changed=2,
        fingerprints=("SHA256:x",),
        addresses={"outside": ("203.0.113.9/24",)},
        ram_used_kb=1,
        uptime_s=2.0,
        notes=("slot B did not start",),
    )


@pytest.mark.parametrize("strange", [None, 7, "x", [], {"a": {}}])
def test_what_is_missing_or_strange_is_empty(strange: object) -> None:
    assert box_status({}) == BoxStatus()
    assert box_status(dict.fromkeys(FULL, strange)).hostname in ("", "x")


def test_a_port_is_read_and_its_speed_is_a_word() -> None:
    assert read_port({"label": "1", "link": True, "speed": 1000}) == Port(
        label="1", link=True, speed="1000"
    )
    assert read_port({"link": 1, "name": None}) == Port(speed="")


@pytest.mark.parametrize(
    ("found", "lines"),
    [
        (None, ["done"]),
        ("", ["done"]),
        ("a\nb", ["a", "b"]),
        ({"lines": ["a", 1]}, ["a", "1"]),
        ({"text": "a\nb"}, ["a", "b"]),
        ({"a": True, "b": None, "c": 3}, ["a: yes", "b: -", "c: 3"]),
        ({"a": {"b": 1}, "empty": []}, ["a:", "  b: 1"]),
        (["a", ["b"]], ["a", "b"]),
        ([{"a": 1, "b": 2}], ["a: 1, b: 2"]),
        ([{"a": [1]}], ["a:", "  1", ""]),
        (7, ["7"]),
    ],
)
def test_whatever_comes_can_be_said(found: object, lines: list[str]) -> None:
    assert spoken(found) == lines


def test_a_user_of_the_lan_is_read_whatever_the_agents_version() -> None:
    found = {"name": "ada", "route": "lan", "known": False, "missing": ["pap-secrets"], "new": 1}
    assert read_lan_user(found) == LanUser("ada", "lan", False, ("pap-secrets",))
    assert read_lan_user({"name": "ada", "route": "lan"}) == LanUser("ada", "lan")
