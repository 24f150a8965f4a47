"""Who plays recordings in tests: the real player, in this process."""

import contextlib
import io
from collections.abc import Callable

from gateway import replays
from gateway.system.box.recordings import PLAYER


def follow_here(argv: list[str], line: Callable[[str], None], timeout: float) -> None:
    """As `run.follow` does, without a process."""
    assert tuple(argv[: len(PLAYER)]) == PLAYER
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        assert replays.main(argv[len(PLAYER) :]) == 0
    for text in said.getvalue().splitlines():
        line(text)
