import pytest

from gateway.control.versions import is_older


@pytest.mark.parametrize(
    ("version", "than"), [("0.9.1", "0.10.0"), ("1", "1.0.1"), ("0.1.0-2", "0.2"), ("1.9", "2")]
)
def test_the_smaller_number_is_older(version: str, than: str) -> None:
    assert is_older(version, than)
    assert not is_older(than, version)


@pytest.mark.parametrize(
    ("version", "than"), [("1.0", "1.0.0"), ("1.0+a", "1.0+b"), ("", "1"), ("1", ""), ("old", "2")]
)
def test_where_numbers_say_nothing_neither_is_older(version: str, than: str) -> None:
    assert not is_older(version, than)
    assert not is_older(than, version)
