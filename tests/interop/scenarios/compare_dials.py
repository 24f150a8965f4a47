"""Twenty clients dial Postern and other people's gateway: one by one, then all at once."""

from typing import Any

from tests.interop.lab.compared import Compared
from tests.interop.lab.stage import Lab

CLIENTS, BLOCKS, ROUNDS = 20, 2, 2
LONGEST = 480  # seconds


def run(lab: Lab) -> dict[str, Any]:
    return Compared(lab, CLIENTS).by_turns(BLOCKS, ROUNDS)
