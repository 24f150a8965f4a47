"""What a board needs to be told: modules for its lamps and its button, and its cards' ways."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from gateway.control.board_files import modules
from gateway.control.board_view import Board
from gateway.system.ports import let_sleep, switch_on
from gateway.system.run import Run, ToolFailed, run

LOAD: Final = ("modprobe", "--all", "--quiet")
UNLOAD: Final = ("modprobe", "--remove", "--quiet")


def load_modules(
    board: Board, tell: Callable[[str], None], tool: Run = run, root: Path = Path("/")
) -> None:
    """Those of this board with this firmware; nothing here is a reason not to start.

    A module that another one of the board cannot stand may have come by itself (`board_cfg` keeps
    it out, but only where the image was made for this board): it goes first.
    """
    found = modules(board.profile, board.facts.names.get("bios_version", ""))
    there = [one for one in found.refuse if (root / "sys/module" / one.replace("-", "_")).is_dir()]
    for command, names in ((UNLOAD, there), (LOAD, found.load)):
        try:
            if names:
                tool([*command, *names], "")
        except ToolFailed as error:
            tell(f"not every module of the board could be set: {str(error).splitlines()[0]}")


class Cards:
    """Network cards, each told once how it is to behave. `eee`: its link may sleep."""

    def __init__(
        self,
        eee: bool,
        tell: Callable[[str], None],
        on: Callable[[str], None] = switch_on,
        sleep: Callable[[str, bool], bool] = let_sleep,
    ) -> None:
        self._eee = eee
        self._tell = tell
        self._on = on
        self._sleep = sleep
        self._awake: set[str] = set()

    def wake(self, names: Iterable[str]) -> None:
        """Those of these that are new. A card that is not up does not say whether it has a link."""
        there = {name for name in names if name}
        for name in sorted(there - self._awake):
            try:
                self._on(name)
            except OSError as error:
                self._tell(f"{name} cannot be switched on: {error.strerror or error}")
            if not self._eee:
                self._sleep(name, False)
        self._awake = there
