"""What only root can have built: without it two files are left out, and the last line says so."""

from importlib.util import find_spec

import pytest

NEEDS_QUEUE = ["system/test_nfqueue.py", "test_daemon.py"]
collect_ignore = [] if find_spec("netfilterqueue") else NEEDS_QUEUE


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if collect_ignore:
        left_out = " and ".join(collect_ignore)
        terminalreporter.write_line(
            f"{left_out} left out: netfilterqueue is not here; `make setup` as root builds it"
        )
