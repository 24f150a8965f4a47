"""A box that is asked by the command, over its socket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.ansible.box import FarBox
from tests.unit.user.cli.desk import Desk


@pytest.fixture
def far(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FarBox]:
    desk = Desk(tmp_path / "box.sock")
    monkeypatch.setenv("POSTERN_BOX_SOCKET", str(desk.path))
    yield FarBox(desk)
    desk.close()
