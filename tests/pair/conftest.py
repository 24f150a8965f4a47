"""Whole stories of the gateway are told twice: its sessions carried in user space, or by a kernel.

A story that is about user space itself says so: `@pytest.mark.user_space`. `make check` leaves the
second telling out.
"""

import pytest

from tests.pair import gateway_world

STORIES = ("test_gateway_", "test_native_")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if not metafunc.module.__name__.rpartition(".")[2].startswith(STORIES):
        return
    marked = metafunc.definition.get_closest_marker("user_space") is not None
    kernel = [] if marked else [pytest.param("kernel", marks=pytest.mark.long)]
    metafunc.parametrize("carrier", ["user", *kernel], indirect=True)


@pytest.fixture(autouse=True)
def carrier(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who carries the sessions of the worlds of this test."""
    name: str = getattr(request, "param", "user")
    monkeypatch.setattr(gateway_world, "CARRIER", name)
    return name
