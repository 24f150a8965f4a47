"""A kernel that carries, where a test asks for one."""

import pytest

from tests.pair import gateway_world


@pytest.fixture
def kernel_carries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The worlds of this test have a kernel."""
    monkeypatch.setattr(gateway_world, "CARRIER", "kernel")
