"""Twenty clients dial Postern at once, whose own pppd answers, then other people's, by turns."""

from typing import Any

from tests.interop.lab.compared import Compared, ending
from tests.interop.lab.stage import Lab

ROUNDS = 3
LONGEST = 400  # seconds


def run(lab: Lab) -> dict[str, Any]:
    return Compared(lab, 20, ending).by_turns(ROUNDS)
