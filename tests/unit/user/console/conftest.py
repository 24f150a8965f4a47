from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.user.console.ends import Ends
from tests.unit.user.console.agents import FakeBox, FakeDaemon, ends_of


@pytest.fixture
def box() -> FakeBox:
    return FakeBox()


@pytest.fixture
def daemon() -> FakeDaemon:
    return FakeDaemon()


@pytest.fixture
def ends(tmp_path: Path, box: FakeBox, daemon: FakeDaemon) -> Iterator[Ends]:
    """Both at real sockets, as the menu asks them."""
    with ends_of(tmp_path, box, daemon) as found:
        yield found
