"""The scenarios that the collected tests ask for, all played in one boot of the lab."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.interop.lab.boot import LabFailed, Played, play


@pytest.fixture(scope="session")
def played(request: pytest.FixtureRequest) -> Mapping[str, Played]:
    """Result by scenario; the names are those in the tests' marks."""
    marks = (item.get_closest_marker("interop") for item in request.session.items)
    names = dict.fromkeys(mark.args[0] for mark in marks if mark is not None and mark.args)
    try:
        return play(list(names))
    except LabFailed as failure:
        pytest.fail(str(failure))


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
