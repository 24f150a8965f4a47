"""Logging in at the console of a box that has an owner, without a code."""

from tests.image.appliance import Appliance
from tests.image.files import HOSTNAME

SLOW = 60.0  # seconds for a page, in emulation


def log_in(box: Appliance, hostname: str = HOSTNAME) -> None:
    """By the name of the box; every console shows afterwards that it was done."""
    box.console.wait("-- Log in -", SLOW)
    box.console.choose("2", "To go on, type the name", SLOW)
    box.console.form({"Name of this box": hostname}, "Log in", "-- Main menu", SLOW)
