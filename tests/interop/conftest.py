"""The scenarios that the collected tests ask for, all played in one go, one boot a processor."""

import os
import shutil
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from _pytest.mark.structures import ParameterSet

from tests.interop.lab.boot import LabFailed, Played, play

MOST_BOOTS = 2  # each takes up to a gigabyte


# Scenarios without a gateway of ours, with one whose routes or clients the kernel does not carry,
# or about packets that a kernel which carries does not show.
ONE_WAY = (
    "confined_", "demo_local", "demo_native", "first_drafts", "fleet_", "front_", "lab_", "local_",
    "mppe_", "pair_", "shield", "three_servers", "traced", "wrong_offers",
)  # fmt: skip
# Of those that go both ways, what `make test` plays with the kernel carrying, too: ESP in UDP and
# plain, both suites, new places, new keys, a server lost, the daemon lost, a native server. The
# rest is `by_hand`.
KERNEL_TOO = frozenset((
    "libreswan_drafts_3des", "strongswan_direct", "strongswan_rfc_aes", "two_behind_one_nat",
    "nat_rebinds", "native_one_client", "pptp_restarted", "rekey_strongswan", "taken_up",
))  # fmt: skip


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What can be carried both ways is played and judged both ways."""
    mark = metafunc.definition.get_closest_marker("interop")
    if mark is not None and mark.args and "facts" in metafunc.fixturenames:
        metafunc.parametrize("carried", _ways(mark.args[0]), indirect=True)


def _ways(name: str) -> list[ParameterSet]:
    """Who carries in this scenario."""
    if name.startswith(ONE_WAY):
        return [pytest.param("", id="daemon")]
    marks = () if name in KERNEL_TOO else (pytest.mark.by_hand,)
    return [pytest.param("user", id="user"), pytest.param("kernel", id="kernel", marks=marks)]


@pytest.fixture
def carried(request: pytest.FixtureRequest) -> str:
    """Who carries: what the routes of this scenario's gateway say."""
    return str(getattr(request, "param", ""))


def _scenario(item: pytest.Item) -> str:
    """The name of its scenario, with who carries; empty if it has none."""
    mark = item.get_closest_marker("interop")
    if mark is None or not mark.args:
        return ""
    callspec = getattr(item, "callspec", None)
    way = "" if callspec is None else callspec.params.get("carried", "")
    return f"{mark.args[0]}@{way}" if way else str(mark.args[0])


@pytest.fixture(scope="session")
def played(request: pytest.FixtureRequest) -> Mapping[str, Played]:
    """Result by scenario; the names are those in the tests' marks."""
    names = dict.fromkeys(filter(None, map(_scenario, request.session.items)))
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


def _keep(logs: Path) -> None:
    """The logs of a first play, which the second would write over."""
    kept = logs.with_name(f"{logs.name}.first")
    shutil.rmtree(kept, ignore_errors=True)
    if logs.exists():
        logs.rename(kept)


@pytest.fixture(scope="session")
def played_again() -> dict[str, Played]:
    """The same of those that were played a second time."""
    return {}


@pytest.fixture
def facts(
    request: pytest.FixtureRequest,
    played: Mapping[str, Played],
    played_again: dict[str, Played],
    carried: str,
) -> dict[str, Any]:
    """What the scenario of this test's mark found, `@pytest.mark.interop("its_name")`.

    A test that failed is judged a second time by a second play.
    """
    name = _scenario(request.node)
    if getattr(request.node, "execution_count", 1) > 1 and name not in played_again:
        _keep(played[name].logs)
        played_again.update(play([name]))
    result = played_again.get(name, played[name])
    if result.error:
        pytest.fail(
            f"{result.name}: {result.error}\nlogs of every tool: {result.logs}", pytrace=False
        )
    return result.facts
