"""One client's TCP through the kernel carrier, and through other people's gateway, by turns."""

from typing import Any

from tests.interop.lab.stage import Lab
from tests.interop.lab.traffic import Traffic

ROUNDS = 3
LONGEST = 400  # seconds


def run(lab: Lab) -> dict[str, Any]:
    return Traffic(lab).by_turns(ROUNDS)
