"""Whole stories of the gateway are told three times: its sessions carried by itself, by a kernel,
or by workers.

A story that no kernel could tell says so: `@pytest.mark.user_space`. `make check` leaves all but
the first telling out.
"""

import pytest

from tests.pair import gateway_world

STORIES = ("test_gateway_", "test_native_")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if not metafunc.module.__name__.rpartition(".")[2].startswith(STORIES):
        return
    marked = metafunc.definition.get_closest_marker("user_space") is not None
    kernel = [] if marked else [pytest.param("kernel", marks=pytest.mark.long)]
    workers = pytest.param("workers", marks=pytest.mark.long)
    metafunc.parametrize("carrier", ["user", *kernel, workers], indirect=True)


@pytest.fixture(autouse=True)
def carrier(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Who carries the sessions of the worlds of this test."""
    name: str = getattr(request, "param", "user")
    monkeypatch.setattr(gateway_world, "CARRIER", name)
    return name
