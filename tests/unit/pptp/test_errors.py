"""Whose fault an error is."""

import pytest

from gateway.pptp.errors import BadLength, LostSync, OutOfTurn, PptpError, UnknownType
from gateway.wire.cursor import WireError


@pytest.mark.parametrize("kind", [BadLength, LostSync, OutOfTurn, UnknownType])
def test_all_are_the_servers_fault(kind: type[PptpError]) -> None:
    assert issubclass(kind, PptpError)
    assert issubclass(kind, WireError)
