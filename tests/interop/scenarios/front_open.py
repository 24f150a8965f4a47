"""In front of a native server, the daemon dies, and the owner wants the server to go on alone."""

from typing import Any

from tests.interop.lab.front import without_daemon
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    return without_daemon(lab, "open")
