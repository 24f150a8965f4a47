"""The value that means a certificate."""

import pytest

from gateway.control.values import Unfit
from gateway.control.values_x509 import rule
from gateway.x509.rule import Rule


@pytest.mark.parametrize("text", ["any", "CN=press-3, O=Works", "sha1:" + "ab" * 20])
def test_a_rule_is_read(text: str) -> None:
    assert isinstance(rule(text), Rule)
    assert str(rule(text)) == text


@pytest.mark.parametrize("value", ["", "press-3", "CN=", 7, ["any"]])
def test_anything_else_is_refused_with_what_to_write(value: object) -> None:
    with pytest.raises(Unfit) as refused:
        rule(value)
    assert "Rule" not in str(refused.value)


def test_the_hint_shows_all_three_ways() -> None:
    with pytest.raises(Unfit) as refused:
        rule("press-3")
    assert refused.value.hint == (
        'Write "CN=press-3" as in its certificate, its fingerprint, or "any"'
    )
