"""The sheet of one machine: one page for every kind of it."""

from pathlib import Path

import pytest

from gateway.control.windows import SCREENS, families
from gateway.user.kit.contents import kit_of
from gateway.user.kit.layout import WIDTH
from gateway.user.kit.pdf import MOST_LINES
from gateway.user.kit.sheet import AS_FOR, LATER, NUMBERS
from gateway.user.kit.subject import Subject
from tests.unit.user.kit.subjects import KEY, certified, subject

GOLDEN = Path(__file__).parent / "readme-98.txt"


def sheet(about: Subject) -> str:
    return kit_of(about).machine[0].data.decode("ascii").replace("\r\n", "\n")


def test_it_is_what_a_person_has_read_and_found_good() -> None:
    assert sheet(subject("98", contact="Ada, extension 12")) == GOLDEN.read_text()


@pytest.mark.parametrize("kind", ["98", "me", "nt4", "98-me-nt4", "2000", "xp", "later"])
def test_the_longest_there_can_be_fits_a_page(kind: str) -> None:
    worst = {
        "machine": "m" * 32,
        "dialled": tuple(f"{'x' * 60}{number}" for number in range(3)),
        "route": "r" * 32,
        "nat_d": "honest",
        "contact": "somebody " * 30,
    }
    for about in (subject(kind, psk="k" * 256, **worst), certified(kind, **worst)):
        lines = sheet(about).splitlines()
        assert len(lines) <= MOST_LINES
        assert max(map(len, lines)) <= WIDTH


def test_a_key_is_in_one_piece_or_in_its_file_alone() -> None:
    assert f"Pre-shared key    {KEY}\n" in sheet(subject())
    told = sheet(subject(psk="k" * 57))
    assert "in PSK.TXT, 57 letters" in told
    assert "kkk" not in told


def test_what_is_secret_is_said_on_top_and_in_the_list() -> None:
    told = sheet(subject())
    assert "*** SECRET: this sheet and PSK.TXT have the pre-shared key" in told
    assert "  README.TXT    this sheet".ljust(WIDTH - 6) + "SECRET\n" in told
    told = sheet(certified("xp"))
    assert "*** SECRET: CLIENT.P12 has the machine's private key" in told
    assert "  README.TXT    this sheet\n" in told


def test_a_dialled_name_must_be_the_one_of_the_certificate() -> None:
    named = certified("xp", dialled=("vpn.works.example",))
    assert "exactly so: Windows looks for it in the certificate\n" in sheet(named)
    assert "exactly so" not in sheet(certified("xp"))


def test_whose_password_it_is() -> None:
    assert "those of the old server (old-nt4)" in sheet(subject())
    assert "those of your account in the LAN" in sheet(subject(local=True))


def test_every_number_on_it_is_one_that_its_windows_shows() -> None:
    old, nt5, later = (families(number) for number in (678, 768, 809))
    assert all("98" in " ".join(families(number)) for number in NUMBERS["old"])
    assert all("2000" in " ".join(families(number)) for number in NUMBERS["nt5"])
    assert all("Vista" in " ".join(families(number)) for number in LATER)
    assert old != nt5 != later
    assert all(SCREENS[number].there.startswith("As for") for number in AS_FOR)
