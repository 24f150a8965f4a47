"""Whose fault an error is."""

import pytest

from gateway.ppp.errors import BadFrame, BadOption, BadPacket, PppError
from gateway.wire.cursor import WireError


@pytest.mark.parametrize("kind", [BadFrame, BadOption, BadPacket])
def test_all_are_a_peers_fault(kind: type[PppError]) -> None:
    assert issubclass(kind, PppError)
    assert issubclass(kind, WireError)
