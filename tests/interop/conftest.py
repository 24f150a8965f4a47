"""The scenarios that the collected tests ask for, all played in one go, one boot a processor."""

import os
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.interop.lab.boot import LabFailed, Played, play

MOST_BOOTS = 2  # each takes up to a gigabyte


@pytest.fixture(scope="session")
def played(request: pytest.FixtureRequest) -> Mapping[str, Played]:
    """Result by scenario; the names are those in the tests' marks."""
    marks = (item.get_closest_marker("interop") for item in request.session.items)
    names = dict.fromkeys(mark.args[0] for mark in marks if mark is not None and mark.args)
    try:
        return _play_on_every_processor(list(names))
    except LabFailed as failure:
        pytest.fail(str(failure))


def _play_on_every_processor(names: list[str]) -> dict[str, Played]:
    boots = min(os.cpu_count() or 1, MOST_BOOTS, len(names))
    stop = threading.Event()
    with ThreadPoolExecutor(boots) as workers:
        tasks = [workers.submit(play, names[first::boots], stop=stop) for first in range(boots)]
        try:
            return {name: result for task in tasks for name, result in task.result().items()}
        finally:
            stop.set()  # an interrupted run leaves no lab behind


@pytest.fixture
def facts(request: pytest.FixtureRequest, played: Mapping[str, Played]) -> dict[str, Any]:
    """What the scenario of this test's mark found, `@pytest.mark.interop("its_name")`."""
    mark = request.node.get_closest_marker("interop")
    result = played[mark.args[0]]
    if result.error:
        pytest.fail(
            f"{result.name}: {result.error}\nlogs of every tool: {result.logs}", pytrace=False
        )
    return result.facts
