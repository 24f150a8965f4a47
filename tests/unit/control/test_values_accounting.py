"""A secret that both ends' files can hold, and a name."""

import pytest

from gateway.control.values import Unfit
from gateway.control.values_accounting import (
    LONGEST_IDENTIFIER,
    LONGEST_SECRET,
    SHORTEST_SECRET,
    identifier,
    secret,
)


def test_a_secret_is_bytes() -> None:
    assert secret("0123456789abcdef") == b"0123456789abcdef"
    assert len(secret("x" * LONGEST_SECRET)) == LONGEST_SECRET


@pytest.mark.parametrize(
    "found",
    ["with a space in it", 'a-quote-"-in-its-middle', "a-#-as-in-a-comment", "ümlaut-0123456789"],
)
def test_one_that_a_file_cannot_hold_is_refused_and_not_repeated(found: str) -> None:
    with pytest.raises(Unfit, match="cannot hold") as unfit:
        secret(found)
    assert found not in str(unfit.value)


@pytest.mark.parametrize("length", [1, SHORTEST_SECRET - 1, LONGEST_SECRET + 1])
def test_one_that_is_short_or_endless_is_refused(length: int) -> None:
    with pytest.raises(Unfit, match=f"has {length} characters"):
        secret("x" * length)


def test_a_name_is_short_and_plain() -> None:
    assert identifier("postern-1.example") == "postern-1.example"
    for wrong in ("two words", "it's", "x" * (LONGEST_IDENTIFIER + 1)):
        with pytest.raises(Unfit, match="is no name"):
            identifier(wrong)
