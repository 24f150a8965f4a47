"""How much Hypothesis tries, and that a slow machine is no failure.

The usual run is the same every time; `HYPOTHESIS_PROFILE=nightly` tries much more, and anew.
"""

import gc
import os
import signal

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "usual",
    max_examples=50,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("nightly", max_examples=100_000, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))

# nohup, and a shell's &, have programs ignore these two, and those that they start as well.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_collection_finish(session: pytest.Session) -> None:
    """Eleven thousand tests are there to stay: the collector need not go through them again."""
    gc.collect()
    gc.freeze()
