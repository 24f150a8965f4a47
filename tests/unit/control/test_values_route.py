import pytest

from gateway.control.limits import MOST_POOL
from gateway.control.values import Unfit
from gateway.control.values_route import pattern, pool
from gateway.wire.ipv4 import host_bytes


def hosts(*texts: str) -> tuple[bytes, ...]:
    return tuple(map(host_bytes, texts))


def test_a_pool_is_written_as_first_and_last() -> None:
    assert pool("10.10.0.100-10.10.0.102") == hosts("10.10.0.100", "10.10.0.101", "10.10.0.102")
    assert pool("10.10.0.9 - 10.10.0.9") == hosts("10.10.0.9")


def test_or_as_a_network_whose_ends_nobody_has() -> None:
    assert pool("10.10.0.96/30") == hosts("10.10.0.97", "10.10.0.98")
    assert pool("10.10.0.96/31") == hosts("10.10.0.96", "10.10.0.97")
    assert pool("10.10.0.96/32") == hosts("10.10.0.96")


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("10.10.0.9-10.10.0.8", "ends before it begins"),
        ("10.10.0.0-10.10.1.255", f"{MOST_POOL} are the most"),
        ("10.10.0.0/16", f"{MOST_POOL} are the most"),
        ("10.10.0.1/24", "no range of addresses"),
        ("old-pc", "no range of addresses"),
        ("10.10.0.256-10.10.1.2", "no IPv4 address"),
        ("224.0.0.1-224.0.0.9", "no single machine can have"),
        (7, "should be text"),
        ("", "is empty"),
    ],
)
def test_what_is_no_pool_is_told(written: object, what: str) -> None:
    with pytest.raises(Unfit, match=what):
        pool(written)


def test_as_many_as_there_may_be_are_taken() -> None:
    assert len(pool("10.10.0.0-10.10.0.255")) == MOST_POOL


def test_a_pattern_has_no_capitals() -> None:
    assert pattern("DOMAIN\\Night-*") == "domain\\night-*"


@pytest.mark.parametrize("written", ["", "a\nb", "x" * 129, 5])
def test_what_nobody_is_called_is_no_pattern(written: object) -> None:
    with pytest.raises(Unfit):
        pattern(written)
