"""TCP of one client and of four through the kernel carrier, and through others, by turns."""

from typing import Any

from tests.interop.lab.stage import Lab
from tests.interop.lab.traffic import Traffic

ROUNDS = 2
LONGEST = 720  # seconds


def run(lab: Lab) -> dict[str, Any]:
    return Traffic(lab).by_turns(ROUNDS)
