from gateway.esp.replay import ReplayWindow


def take(window: ReplayWindow, sequence: int) -> bool:
    """What the road does with a packet whose ICV is right."""
    if window.refuses(sequence):
        return False
    window.accept(sequence)
    return True


def test_a_number_passes_once() -> None:
    window = ReplayWindow()
    assert [take(window, number) for number in (1, 2, 2, 1, 3)] == [True, True, False, False, True]


def test_zero_is_never_sent_so_it_never_passes() -> None:
    assert ReplayWindow().refuses(0)


def test_numbers_may_come_in_any_order_within_the_window() -> None:
    window = ReplayWindow()
    order = [256, *range(255, 0, -1)]
    assert all(take(window, number) for number in order)
    assert not any(take(window, number) for number in order)


def test_the_window_is_256_wide() -> None:
    window = ReplayWindow()
    window.accept(1000)
    assert window.refuses(744)
    assert not window.refuses(745)


def test_a_leap_leaves_all_before_it_behind() -> None:
    window = ReplayWindow()
    window.accept(1)
    window.accept(0xFFFFFFFF)
    assert all(window.refuses(number) for number in (1, 2, 300, 0xFFFFFFFF - 256))
    assert not window.refuses(0xFFFFFFFE)


def test_only_a_number_beyond_all_others_is_the_newest() -> None:
    window = ReplayWindow()
    assert [window.accept(number) for number in (5, 3, 6, 4)] == [True, False, True, False]


def test_a_number_that_is_only_looked_at_changes_nothing() -> None:
    # RFC 2406, 3.4.3: the window must not move before the ICV is found right.
    window = ReplayWindow()
    assert not window.refuses(0xFFFFFFFF)
    assert not window.refuses(1)
