"""What a board needs to be told at every start: modules for its lamps, and its cards' ways."""

from collections.abc import Callable
from typing import Final

from gateway.control.board_files import modules
from gateway.control.board_view import Board
from gateway.system.ports import let_sleep, switch_on
from gateway.system.run import Run, ToolFailed, run

QUIET_LOAD: Final = ("modprobe", "--all", "--use-blacklist", "--quiet")


def wake_hardware(
    board: Board,
    tell: Callable[[str], None],
    tool: Run = run,
    on: Callable[[str], None] = switch_on,
    sleep: Callable[[str, bool], bool] = let_sleep,
) -> None:
    """Nothing here is a reason not to start: a lamp stays dark, a link costs some power."""
    wanted = modules(board.profile, board.facts.names.get("bios_version", "")).load
    try:
        if wanted:
            tool([*QUIET_LOAD, *wanted], "")
    except ToolFailed as error:
        tell(f"not every module of the board could be loaded: {str(error).splitlines()[0]}")
    for nic in board.facts.nics:
        try:
            on(nic.name)
        except OSError as error:
            tell(f"{nic.name} cannot be switched on: {error.strerror or error}")
        if not board.profile.eee:
            sleep(nic.name, False)
