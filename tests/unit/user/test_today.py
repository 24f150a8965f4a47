import time
from datetime import date

import pytest

from gateway.user.today import today


def test_it_is_the_local_day(monkeypatch: pytest.MonkeyPatch) -> None:
    moment = time.struct_time((2026, 10, 4, 23, 59, 59, 6, 277, 1))
    monkeypatch.setattr(time, "localtime", lambda: moment)
    assert today() == date(2026, 10, 4)
