"""How much Hypothesis tries, and what a slow machine may do: no failure of one, nor a pass of many.

The usual run is the same every time, and `make check` tries the fewer of it
(`HYPOTHESIS_PROFILE=brief`); `nightly` tries much more, and anew.
What runs on the real clock gets a second try, told in the summary; more than a few are a failure.
"""

import gc
import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

for name, examples in (("usual", 50), ("brief", 20)):
    settings.register_profile(
        name,
        max_examples=examples,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
settings.register_profile("nightly", max_examples=100_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))

# By folder and by mark: real programs, real kernels, real time. `slow` may be computed, and is not.
PROGRAMS = Path(__file__).with_name("interop")
REAL_CLOCK = ("interop", "image", "root")
MOST_AGAIN = 2  # second tries in a run: more is no accident

# nohup, and a shell's &, have programs ignore these two, and those that they start as well.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Eleven thousand tests are there to stay: the collector need not go through them again."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A story of real programs that failed is played once more; what is computed never is."""
    for item in items:
        marked = any(item.get_closest_marker(mark) for mark in REAL_CLOCK)
        if marked or item.path.is_relative_to(PROGRAMS):
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """One late answer among twelve thousand refuses no change; a habit of them does."""
    if len(_again(session.config)) > MOST_AGAIN:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Which needed a second try, and what was wrong at the first."""
    reports = _again(config)
    for report in reports:
        terminalreporter.section(f"at first: {report.nodeid}", sep="_")
        terminalreporter.line(report.longreprtext)
    if len(reports) > MOST_AGAIN:
        terminalreporter.line(f"{len(reports)} second tries are a failure; {MOST_AGAIN} may be.")


def _again(config: pytest.Config) -> list[pytest.TestReport]:
    """The failures that a second try followed; none where another process reports."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get("rerun", []) if isinstance(reporter, pytest.TerminalReporter) else []
