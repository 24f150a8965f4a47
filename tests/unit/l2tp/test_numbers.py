from gateway.l2tp.numbers import (
    DEFAULT_WINDOW,
    FIRST_WAIT,
    LINGER,
    LONGEST_WAIT,
    TRIES,
    Kind,
    MessageType,
)


def test_message_types_are_those_of_3_2() -> None:
    assert [each.value for each in MessageType] == [1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16]


def test_kinds_are_those_of_4_4_and_20_is_not_assigned() -> None:
    assert set(Kind) == set(range(40)) - {20}


def test_waits_are_no_shorter_than_5_8_allows() -> None:
    assert FIRST_WAIT == 1.0
    assert LONGEST_WAIT >= 8.0
    assert TRIES >= 5
    assert DEFAULT_WINDOW == 4


def test_a_closed_tunnel_outlasts_a_full_cycle_of_retransmission() -> None:
    assert LINGER >= 1 + 2 + 4 + 8 + 8 + 8
