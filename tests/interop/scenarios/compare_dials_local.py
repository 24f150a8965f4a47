"""Twenty clients dial Postern, whose own pppd answers, and others that end PPP: one by one, then
all at once."""

from typing import Any

from tests.interop.lab import softether
from tests.interop.lab.compared import SOFTETHER, THEIRS, Compared, ending
from tests.interop.lab.stage import Lab

CLIENTS, BLOCKS, ROUNDS = 20, 2, 2
LONGEST = 720  # seconds


def run(lab: Lab) -> dict[str, Any]:
    others = (THEIRS, SOFTETHER) if softether.is_there() else (THEIRS,)
    return Compared(lab, CLIENTS, ending, others).by_turns(BLOCKS, ROUNDS)
