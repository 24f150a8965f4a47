"""One client dials Postern and other people's gateway by turns."""

from typing import Any

from tests.interop.lab.compared import Compared
from tests.interop.lab.stage import Lab

ROUNDS = 4


def run(lab: Lab) -> dict[str, Any]:
    return Compared(lab, clients=1).by_turns(ROUNDS)
