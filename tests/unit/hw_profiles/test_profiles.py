"""Every profile of the tree is good, and is what its boards get."""

from pathlib import Path

import pytest

from gateway.control.board_files import kernel_arguments, modules
from gateway.control.board_view import Board
from gateway.control.ports import find_ports, interface_of, pin_ports
from gateway.control.profile import Modules, Profile, check_profile
from gateway.control.profile_match import closeness
from gateway.control.profile_schema import BOOTED, DOCUMENTS
from gateway.system.board import read_board, read_profiles
from tests.boards import FIXTURES, PROFILES, Fixture, build, fixture, silent

FILES = sorted(PROFILES.glob("*.toml"))
LOADED = read_profiles(PROFILES)[0]
WANTED = {
    "qemu", "generic-x86-64", "pcengines-apu1", "pcengines-apu2", "protectli-fw2", "protectli-fw4",
    "protectli-fw6", "protectli-vp2410", "protectli-vp2420", "protectli-vp2430",
    "protectli-v1x10", "netgate-rcc-ve", "watchguard-xtm5", "supermicro-a1sai", "topton-n5105",
    "topton-n100", "dell-edge620", "hp-t620plus", "hp-t730", "virtualbox", "hyperv",
    "sophos-sg-105-115", "sophos-sg-125-135", "sophos-sg-135-r3",
}  # fmt: skip
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
each_profile = pytest.mark.parametrize("profile", LOADED, ids=lambda profile: profile.id)
each_board = pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)


@each_file
def test_a_profile_has_no_problem(path: Path) -> None:
    assert check_profile(path.read_bytes(), path.stem) == []


def test_the_boards_that_were_promised_are_there() -> None:
    assert {path.stem for path in FILES} >= WANTED


def test_the_list_of_boards_is_up_to_date() -> None:
    rows = (PROFILES / "README.md").read_text().split("## Boards")[1].splitlines()
    assert {row.split("`")[1] for row in rows if row.startswith("| `")} == {
        path.stem for path in FILES
    }


def test_one_profile_serves_where_no_other_fits() -> None:
    assert [profile.id for profile in LOADED if profile.generic] == ["generic-x86-64"]


def test_every_profile_has_a_board_to_be_tried_on() -> None:
    assert {fixture(path).profile for path in FIXTURES} == {path.stem for path in FILES}


@pytest.fixture(scope="module", params=FIXTURES, ids=lambda path: path.stem)
def tried(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Fixture, Board]:
    """A board, and what is read of its tree."""
    wanted = fixture(request.param)
    return wanted, read_board(LOADED, build(wanted, tmp_path_factory.mktemp("board")), silent)


def test_a_board_gets_its_profile_and_its_ports(tried: tuple[Fixture, Board]) -> None:
    wanted, board = tried
    ports = find_ports(board.profile, board.facts.nics, [])
    assert (board.profile.id, board.problem) == (wanted.profile, "")
    assert {port.label: port.name for port in ports} == wanted.ports
    assert [port.label for port in ports if port.proposed == "outside"] == [
        label for label in [wanted.outside] if label
    ]


def test_no_other_profile_fits_a_board_as_closely(tried: tuple[Fixture, Board]) -> None:
    wanted, facts = tried[0], tried[1].facts
    others = [closeness(profile, facts) for profile in LOADED if profile.id != wanted.profile]
    own = [closeness(profile, facts) for profile in LOADED if profile.id == wanted.profile]
    assert max((one for one in others if one), default=(0, 0)) < max(own[0] or (0, 1), (0, 1))


def test_ports_once_pinned_are_found_again(tried: tuple[Fixture, Board]) -> None:
    _, board = tried
    ports = find_ports(board.profile, board.facts.nics, [])
    pins = pin_ports(ports, {ports[0].path: "outside", ports[1].path: "inside"})
    again = find_ports(board.profile, board.facts.nics, pins)  # type: ignore[arg-type]  # no problems
    assert interface_of("outside", again) == ports[0].name
    assert interface_of("inside", again) == ports[1].name
    assert all(port.pinned and not port.problem for port in again)


def test_lamps_of_a_profile_are_on_its_board(tried: tuple[Fixture, Board]) -> None:
    wanted, profile = tried[0], tried[1].profile
    missing = [led.role for led in profile.leds if not set(led.names) & set(wanted.leds)]
    assert not wanted.leds or not missing


@each_board
def test_a_fixture_says_where_it_is_from(path: Path) -> None:
    assert len(fixture(path).origin) > len("constructed")


@each_profile
def test_a_console_is_on_every_board(profile: Profile) -> None:
    arguments = kernel_arguments(profile)
    assert [one for one in arguments if one.startswith("console=")][-1].startswith("console=ttyS")
    assert {"panic=30", "oops=panic"} < set(arguments)


@each_profile
def test_nothing_is_said_to_be_surer_than_it_is(profile: Profile) -> None:
    assert profile.evidence.state != BOOTED  # until somebody sends a report
    assert profile.evidence.state != DOCUMENTS or profile.evidence.unconfirmed
    assert profile.limits.sessions == 0  # measured on the board, never guessed


def test_an_apu2_loads_one_driver_for_its_lamps_by_its_firmware(tmp_path: Path) -> None:
    boards = {path.stem: fixture(path) for path in FIXTURES}
    new, old = (_modules(boards[name], tmp_path / name) for name in ("pcengines-apu2", OLD_APU2))
    assert "leds-gpio" in new.load
    assert new.refuse == ("pcengines-apuv2",)
    assert "pcengines-apuv2" in old.load
    assert old.refuse == ()


OLD_APU2 = "pcengines-apu2-old"


def _modules(board: Fixture, root: Path) -> Modules:
    found = read_board(LOADED, build(board, root), silent)
    return modules(found.profile, found.facts.names.get("bios_version", ""))
