"""One client dials Postern and other people's gateway by turns."""

from typing import Any

from tests.interop.lab.compared import OURS, THEIRS, Compared
from tests.interop.lab.stage import Lab

ROUNDS = 4


def run(lab: Lab) -> dict[str, Any]:
    compared = Compared(lab, clients=1)
    rounds = [(compared.round(OURS), compared.round(THEIRS)) for _ in range(ROUNDS)]
    return {whose: [pair[place] for pair in rounds] for place, whose in enumerate((OURS, THEIRS))}
