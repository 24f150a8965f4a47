import pytest

from gateway.control.board import PciDevice
from gateway.control.profile_values import (
    Serial,
    Sign,
    date,
    device_path,
    kernel_argument,
    led,
    like,
    module,
    pattern,
    profile_id,
    sentence,
    serial,
    sign,
    version,
    yes_or_no,
)
from gateway.control.values import Read, Unfit

I211 = PciDevice("pci0000:00/0000:00:02.2/0000:01:00.0", "8086:1539")
SECOND = PciDevice("pci0000:00/0000:00:02.3/0000:02:00.0", "8086:1539")


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("8086:1539", True),
        ("8086:1539 x2", True),
        ("8086:1539 x3", False),
        ("8086:1533", False),
        ("8086:1539@02.2/01:00.0", True),
        ("8086:1539@02.2/00.0", True),
        ("8086:1539@02.2/03:00.0", False),
        ("8086:1539@02.2", False),
        ("8086:1539@02.2/00.0 x2", False),
    ],
)
def test_a_signature_is_id_place_and_number(text: str, fits: bool) -> None:
    assert sign(text).fits((I211, SECOND)) is fits


def test_a_signature_is_read() -> None:
    assert sign("8086:1539@02.2/01:00.0 x4") == Sign("8086:1539", ("02.2", "01:00.0"), 4)


@pytest.mark.parametrize(
    ("written", "name", "fits"),
    [
        ("apu2", "APU2", True),
        ("apu2", "apu2b", False),
        ("apu2*", "apu2b", True),
        ("*t730*", "HP t730 Thin Client", True),
        ("*Client", "HP t730 Thin Client", True),
        ("*Client", "Clients", False),
    ],
)
def test_a_star_stands_for_anything_at_an_end(written: str, name: str, fits: bool) -> None:
    assert like(pattern(written), name) is fits


def test_a_serial_line_has_a_speed() -> None:
    assert serial("ttyS1,38400") == Serial("ttyS1", 38400)


def test_versions_and_yes_and_no_are_read() -> None:
    assert (version("v4.10.0.1"), yes_or_no(False)) == ((4, 10, 0, 1), False)


@pytest.mark.parametrize(
    ("read", "value"),
    [
        (sign, "8086:1539@02.2/"),
        (sign, "8086:1539 x0"),
        (sign, "8086"),
        (serial, "ttyS0"),
        (serial, "ttyS0,12345"),
        (serial, "ttyUSB0,9600"),
        (pattern, "*"),
        (pattern, "a*b"),
        (version, "four"),
        (yes_or_no, 1),
        (sentence, "two\nlines"),
        (profile_id, "APU2"),
        (device_path, "0000:01:00.0"),
        (module, "leds gpio"),
        (led, "../etc"),
        (kernel_argument, "quiet splash"),
        (date, "yesterday"),
    ],
)
def test_what_is_neither_is_refused(read: Read, value: object) -> None:
    with pytest.raises(Unfit):
        read(value)
