"""Numbers that other numbers depend on."""

from gateway.pptp import numbers
from gateway.pptp.messages import KINDS


def test_every_control_type_has_its_message() -> None:
    assert {kind.type for kind in KINDS.values()} == set(numbers.Type)


def test_hanging_up_twice_over_takes_three_seconds() -> None:
    assert 2 * numbers.STOP_WITHIN == 3.0


def test_time_outs_are_in_order() -> None:
    assert numbers.SHORTEST_TIMEOUT < numbers.FIRST_TIMEOUT < numbers.LONGEST_TIMEOUT
    assert numbers.GAP_WAIT < numbers.ACK_DELAY
