"""Twenty clients dial Postern at once, then other people's gateway, by turns."""

from typing import Any

from tests.interop.lab.compared import Compared
from tests.interop.lab.stage import Lab

ROUNDS = 3
LONGEST = 400  # seconds


def run(lab: Lab) -> dict[str, Any]:
    return Compared(lab, clients=20).by_turns(ROUNDS)
