"""Twenty clients dial Postern at once, then other people's gateway."""

from typing import Any

from tests.interop.lab.compared import OURS, THEIRS, Compared
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    compared = Compared(lab, clients=20)
    return {whose: [compared.round(whose)] for whose in (OURS, THEIRS)}
