"""What the hardware says when asked, from files as Linux writes them."""

from pathlib import Path

import pytest

from gateway.control.changes_outputs import Refused
from gateway.control.ports import Port
from gateway.system.box.places import Places
from gateway.system.box.selftest import (
    TESTS,
    Finding,
    self_test,
    try_chance,
    try_ciphers,
    try_clock,
    try_disk,
    try_ports,
    try_watchdog,
)
from tests.unit.system.box.machine import Tools, put

# As `openssl speed -mr -seconds 1 -bytes 1024 -evp des-ede3-cbc` (3.0.19) wrote it here.
SPEED = "+H:1024\n+F:25:DES-EDE3-CBC:25723405.13\n"


def test_ports_in_use_need_a_link_and_others_are_only_told() -> None:
    found = list(
        try_ports(
            [
                Port("1", "a", "outside", link=True, speed=1000),
                Port("2", "b", "inside"),
                Port("3", "c", "unused", link=True),
                Port("4", "", "inside", problem="the inside port is gone"),
            ]
        )
    )
    assert [one.ok for one in found] == [True, False, None, False]
    assert found[0] == Finding("port 1 (outside)", True, "a link at 1000 Mbit/s")
    assert found[2].text == "a link"
    assert found[3].text == "the inside port is gone"
    assert [one.ok for one in try_ports([])] == [None]


def test_chance_is_there_and_its_source_is_named(tmp_path: Path) -> None:
    put(tmp_path, "sys/class/misc/hw_random/rng_current", "tpm-rng-0\n")
    (found,) = try_chance(tmp_path)
    assert (found.ok, "tpm-rng-0" in found.text) == (True, True)
    (found,) = try_chance(tmp_path / "other")
    assert "no hardware source" in found.text


def test_ciphers_are_measured_by_openssl() -> None:
    found = list(try_ciphers(Tools(says={"openssl speed": SPEED})))
    assert found[0] == Finding("3DES", True, "206 Mbit/s on one core")
    assert [one.ok for one in try_ciphers(Tools(says={"openssl": "odd"}))] == [None, None]
    assert [one.ok for one in try_ciphers(Tools(fails={"openssl": "no"}))] == [None, None]


@pytest.mark.parametrize(
    ("said", "ok", "percent"), [("0x01 0x02\n", True, 20), ("0x0b 0x01\n", False, 110)]
)
def test_an_emmc_says_how_much_of_its_life_is_used(
    tmp_path: Path, said: str, ok: bool, percent: int
) -> None:
    put(tmp_path, "sys/block/mmcblk0/device/life_time", said)
    (found,) = try_disk(tmp_path)
    assert found == Finding("disk mmcblk0", ok, f"up to {percent} % of its life used")


def test_a_disk_that_does_not_say_is_neither_good_nor_bad(tmp_path: Path) -> None:
    put(tmp_path, "sys/block/mmcblk0/device/life_time", "0x00 0x00\n")
    put(tmp_path, "sys/block/mmcblk1/device/life_time", "what\n")
    (found,) = try_disk(tmp_path)
    assert (found.name, found.ok) == ("disk wear", None)


def test_an_nvme_disk_says_it_in_its_log(tmp_path: Path) -> None:
    (tmp_path / "sys/class/nvme/nvme0").mkdir(parents=True)
    good, worn = bytes((0, 0, 0, 0, 0, 7)), bytes((0, 0, 0, 0, 0, 95))
    assert list(try_disk(tmp_path, lambda path: good)) == [
        Finding("disk nvme0", True, "7 % of its life used")
    ]
    assert [one.ok for one in try_disk(tmp_path, lambda path: worn)] == [False]
    assert [one.ok for one in try_disk(tmp_path)] == [None]  # the device is not there


def test_errors_of_a_file_system_are_counted(tmp_path: Path) -> None:
    put(tmp_path, "sys/fs/ext4/vda9/errors_count", "2\n")
    put(tmp_path, "sys/fs/ext4/vda8/errors_count", "0\n")
    found = [one for one in try_disk(tmp_path) if "system" in one.name]
    assert [(one.name, one.ok) for one in found] == [
        ("file system vda8", True),
        ("file system vda9", False),
    ]


def test_the_clock_is_set_or_may_be_wrong_or_is(tmp_path: Path) -> None:
    places = Places(tmp_path)
    (found,) = try_clock(places, Tools(says={"timedatectl": "yes"}))
    assert found.ok
    (found,) = try_clock(places, Tools())
    assert found.ok is None
    put(tmp_path, "data/postern/state/clock.json", '{"wall": 99999999999}')
    (found,) = try_clock(places, Tools())
    assert (found.ok, "battery" in found.text) == (False, True)


def test_a_watchdog_must_be_armed(tmp_path: Path) -> None:
    assert [one.ok for one in try_watchdog(tmp_path)] == [False]
    for name, text in (("identity", "Software Watchdog"), ("state", "active"), ("timeout", "60")):
        put(tmp_path, f"sys/class/watchdog/watchdog0/{name}", text + "\n")
    (found,) = try_watchdog(tmp_path)
    assert found.ok
    assert "helps against no panic" in found.text
    put(tmp_path, "sys/class/watchdog/watchdog0/state", "inactive\n")
    assert [one.ok for one in try_watchdog(tmp_path)] == [False]


def test_all_of_them_or_one(tmp_path: Path) -> None:
    places, tools = Places(tmp_path), Tools()
    assert len(self_test("all", places, list, tools)) >= len(TESTS)
    assert [one.name for one in self_test("watchdog", places, list, tools)] == ["watchdog"]
    with pytest.raises(Refused, match="there is no test"):
        self_test("cat", places, list, tools)
