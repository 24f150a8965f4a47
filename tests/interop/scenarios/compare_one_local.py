"""One client dials Postern, whose own pppd answers, and other people's gateway by turns."""

from typing import Any

from tests.interop.lab.compared import Compared, ending
from tests.interop.lab.stage import Lab

ROUNDS = 4


def run(lab: Lab) -> dict[str, Any]:
    return Compared(lab, 1, ending).by_turns(ROUNDS)
