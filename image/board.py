"""What the boot loader must know of a box: its consoles and kernel arguments, from its profile."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from gateway.control.board_files import board_arguments, console_arguments
from gateway.control.problems import Problem
from gateway.control.profile import Profile, load_profile
from image.places import PROJECT
from image.programs import Failed

PROFILES: Final = PROJECT / "hw-profiles"


@dataclass(frozen=True, slots=True)
class Board:
    """`consoles` are kernel arguments, never empty; `unit` is GRUB's number of the serial port."""

    consoles: str
    arguments: str
    unit: int
    speed: int


def read_board(name: str, folder: Path = PROFILES) -> Board:
    """`Failed` with all that is wrong with the profile."""
    found = read_profile(name, folder)
    if isinstance(found, list):
        raise Failed("\n".join(map(str, found)), f"`python -m image check {name}` says the same")
    return board_of(found)


def read_profile(name: str, folder: Path = PROFILES) -> Profile | list[Problem]:
    path = folder / f"{name}.toml"
    if not path.is_file():
        names = ", ".join(sorted(one.stem for one in folder.glob("*.toml")))
        raise Failed(f"there is no profile {name}", f"There are: {names}")
    return load_profile(path.read_bytes(), name)


def board_of(profile: Profile) -> Board:
    serial = profile.console.devices[0]
    number = re.search(r"\d+$", serial.device)
    arguments = [*board_arguments(profile)]
    if profile.watchdog.module:
        arguments.append(f"postern.watchdog={profile.watchdog.module}")
    return Board(
        consoles=" ".join(console_arguments(profile)),
        arguments=" ".join(arguments),
        unit=int(number[0]) if number else 0,
        speed=serial.speed,
    )


def board_cfg(board: Board) -> str:
    """For grub.cfg, which goes on with what holds for most should this file be lost."""
    return (
        "# Written for this box when its image was made; updates leave it alone.\n"
        f"set serial_unit={board.unit}\n"
        f"set serial_speed={board.speed}\n"
        f'set consoles="{board.consoles}"\n'
        f'set board_arguments="{board.arguments}"\n'
    )
