"""Whatever is wrong with a packet is its sender's fault."""

import pytest

from gateway.radius.errors import BadLength, NotMeant, RadiusError, Stale, WrongSecret
from gateway.wire.cursor import WireError


@pytest.mark.parametrize("kind", [BadLength, NotMeant, WrongSecret, Stale])
def test_they_are_all_of_one_family(kind: type[RadiusError]) -> None:
    assert issubclass(kind, RadiusError)
    assert issubclass(kind, WireError)
