"""What holding a button means."""

import pytest

from gateway.control.button import LEAST, LONG, STUCK, Meant, Press


@pytest.mark.parametrize(
    ("held", "meant"),
    [
        (0.0, Meant.NOTHING),
        (LEAST - 0.1, Meant.NOTHING),  # leaned against it
        (LEAST, Meant.RESCUE),
        (LONG - 0.1, Meant.RESCUE),
        (LONG, Meant.RESET),
        (STUCK - 1, Meant.RESET),
        (STUCK, Meant.NOTHING),  # something lies on it
    ],
)
def test_the_time_it_is_held_decides_when_it_is_let_go(held: float, meant: Meant) -> None:
    press = Press()
    assert press.receive(True, 100.0) is Meant.NOTHING
    assert press.meant(100.0 + held) is meant
    assert press.receive(False, 100.0 + held) is meant
    assert press.meant(100.0 + held) is Meant.NOTHING


def test_it_says_when_it_comes_to_mean_something_else() -> None:
    press = Press()
    assert press.deadline(99.0) is None
    press.receive(True, 100.0)
    assert [press.deadline(at) for at in (100.0, 100.5, 110.0, 160.0)] == [
        100.5,
        110.0,
        160.0,
        None,
    ]


def test_a_second_press_without_letting_go_changes_nothing() -> None:
    press = Press()
    press.receive(True, 100.0)
    press.receive(True, 109.0)
    assert press.receive(False, 110.0) is Meant.RESET


def test_letting_go_of_what_was_never_pressed_means_nothing() -> None:
    assert Press().receive(False, 100.0) is Meant.NOTHING
