"""Commands to the driver of a network card, against a driver that answers from data."""

import errno
import struct
from dataclasses import dataclass, field
from threading import Event

import pytest

from gateway.system.ports import (
    ETHTOOL_GEEE,
    ETHTOOL_GPERMADDR,
    ETHTOOL_PHYS_ID,
    ETHTOOL_SEEE,
    Blinker,
    CannotBlink,
    ask_driver,
    let_sleep,
    permanent_mac,
    switch_on,
)

MAC = bytes.fromhex("00005e005301")


@dataclass
class Driver:
    """Answers what it was given, or refuses; keeps what it was asked."""

    answers: list[bytes] = field(default_factory=list)
    refusal: int = 0
    asked: list[bytes] = field(default_factory=list)

    def ask(self, name: str, command: bytes) -> bytes:
        self.asked.append(command)
        if self.refusal:
            raise OSError(self.refusal, "refused")
        return self.answers.pop(0)


def address(octets: bytes) -> bytes:
    return struct.pack("=II32s", ETHTOOL_GPERMADDR, len(octets), octets)


def eee(enabled: int) -> bytes:
    return struct.pack("=10I", ETHTOOL_GEEE, 40, 40, 40, 1, enabled, 1, 17, 0, 0)


def test_the_burnt_in_address_is_asked_for() -> None:
    driver = Driver([address(MAC)])
    assert permanent_mac("eth0", driver.ask) == "00:00:5e:00:53:01"
    assert driver.asked == [struct.pack("=II32x", ETHTOOL_GPERMADDR, 32)]


@pytest.mark.parametrize("octets", [bytes(6), b"", bytes(range(20))])
def test_what_is_no_address_is_not_taken_for_one(octets: bytes) -> None:
    assert permanent_mac("eth0", Driver([address(octets)]).ask) == ""


def test_a_card_that_does_not_say_has_no_address() -> None:
    assert permanent_mac("eth0", Driver(refusal=errno.EOPNOTSUPP).ask) == ""


def test_sleep_is_switched_off_and_all_else_left() -> None:
    driver = Driver([eee(1), b""])
    assert let_sleep("eth0", wanted=False, ask=driver.ask)
    sent = struct.unpack("=10I", driver.asked[1])
    assert sent == (ETHTOOL_SEEE, 40, 40, 40, 1, 0, 0, 17, 0, 0)


def test_what_is_so_already_is_not_set_again() -> None:
    driver = Driver([eee(0)])
    assert let_sleep("eth0", wanted=False, ask=driver.ask)
    assert len(driver.asked) == 1


def test_a_card_that_knows_no_sleep_says_so() -> None:
    assert not let_sleep("eth0", wanted=False, ask=Driver(refusal=errno.EOPNOTSUPP).ask)


def test_a_port_blinks_for_the_time_that_was_asked() -> None:
    driver = Driver([b""])
    Blinker(driver.ask).start("eth0", 10)
    assert driver.asked == [struct.pack("=II", ETHTOOL_PHYS_ID, 10)]


def test_one_port_blinks_at_a_time() -> None:
    stop = Event()

    def wait(name: str, command: bytes) -> bytes:
        stop.wait(5)
        return command

    blinker = Blinker(wait, patience=0.01)
    blinker.start("eth0", 5)
    assert blinker.blinking
    with pytest.raises(CannotBlink, match="another port is still blinking"):
        blinker.start("eth1", 5)
    stop.set()


@pytest.mark.parametrize("seconds", [0, -1, 61])
def test_no_port_blinks_for_ever(seconds: int) -> None:
    driver = Driver()
    with pytest.raises(CannotBlink, match="blink for 1 to 60 seconds"):
        Blinker(driver.ask).start("eth0", seconds)
    assert driver.asked == []


def test_a_driver_that_cannot_blink_leaves_the_cable() -> None:
    with pytest.raises(CannotBlink, match="by putting in a cable"):
        Blinker(Driver(refusal=errno.EOPNOTSUPP).ask).start("eth0", 5)


def test_another_refusal_is_told_in_words() -> None:
    with pytest.raises(CannotBlink, match="eth0 does not blink: No such device"):
        Blinker(Driver(refusal=errno.ENODEV).ask).start("eth0", 5)


@pytest.mark.parametrize("name", ["", "a-name-that-is-too-long", "no-such-card"])
def test_the_kernel_refuses_a_card_that_is_not_there(name: str) -> None:
    with pytest.raises(OSError, match=r"No such device|no name|not permitted"):
        ask_driver(name, struct.pack("=II32x", ETHTOOL_GPERMADDR, 32))
    with pytest.raises(OSError, match=r"No such device|no name|not permitted"):
        switch_on(name)


def test_the_loopback_is_on_and_burnt_into_nothing() -> None:
    switch_on("lo")
    assert permanent_mac("lo") == ""
