"""What the boot loader must know of the box: its consoles and kernel arguments, from its profile."""

from dataclasses import dataclass
from typing import Final

BOTH: Final = "console=tty0 console=ttyS0,115200n8"


@dataclass(frozen=True, slots=True)
class Board:
    """`consoles` are kernel arguments, never empty; `unit` is GRUB's number of the serial port."""

    consoles: str = BOTH
    arguments: str = ""
    unit: int = 0
    speed: int = 115200


def board_cfg(board: Board) -> str:
    """For grub.cfg, which has the same as defaults should this file be lost."""
    return (
        "# Written for this box when it was flashed; updates leave it alone.\n"
        f"set serial_unit={board.unit}\n"
        f"set serial_speed={board.speed}\n"
        f'set consoles="{board.consoles}"\n'
        f'set board_arguments="{board.arguments}"\n'
    )
