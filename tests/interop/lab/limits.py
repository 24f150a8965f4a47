"""How long a scenario may take: known inside the lab, and to whoever waits for the lab."""

from importlib import import_module
from types import ModuleType
from typing import Final

USUAL: Final = 90  # seconds for a scenario that has no LONGEST of its own
SLOWER: Final = 3  # times as slow a machine as the one these seconds were found on still does


def scenario(name: str) -> ModuleType:
    """By its name, whoever carries in it: see `conftest.py`."""
    return import_module(f"tests.interop.scenarios.{name.partition('@')[0]}")


def longest(name: str) -> int:
    seconds: int = getattr(scenario(name), "LONGEST", USUAL)
    return SLOWER * seconds
