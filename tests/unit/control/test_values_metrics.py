"""The token is one that a header can carry, and none that can be guessed."""

import pytest

from gateway.control.values import Unfit
from gateway.control.values_metrics import LONGEST_TOKEN, SHORTEST_TOKEN, token


def test_a_token_is_bytes_as_the_header_has_them() -> None:
    assert token("0123456789abcdef") == b"0123456789abcdef"
    assert token("aGVsbG8gd29ybGQgaGVsbG8=") == b"aGVsbG8gd29ybGQgaGVsbG8="
    assert len(token("x" * LONGEST_TOKEN)) == LONGEST_TOKEN


@pytest.mark.parametrize(
    "found", ["with a space in it", "line\nbreak-0123456789", "ümlaut-0123456789"]
)
def test_what_no_header_can_carry_is_refused_and_not_repeated(found: str) -> None:
    with pytest.raises(Unfit, match="no bearer token") as unfit:
        token(found)
    assert found not in str(unfit.value)


@pytest.mark.parametrize("length", [1, SHORTEST_TOKEN - 1, LONGEST_TOKEN + 1])
def test_one_that_is_short_or_endless_is_refused(length: int) -> None:
    with pytest.raises(Unfit, match=f"has {length} characters"):
        token("x" * length)


@pytest.mark.parametrize("found", [7, "", None])
def test_what_is_no_text_is_refused(found: object) -> None:
    with pytest.raises(Unfit):
        token(found)
