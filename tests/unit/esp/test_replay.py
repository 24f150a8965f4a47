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


def kernel_refuses(top: int, seen: int, sequence: int) -> bool:
    """xfrm_replay_check_bmp of Linux 6.1 (net/xfrm/xfrm_replay.c), with a window of 256."""
    if sequence == 0:
        return True
    if sequence > top:
        return False
    behind = top - sequence
    if behind >= 256:
        return True
    place = (top - 1) % 256
    bit = place - behind if place >= behind else 256 - (behind - place)
    return bool(seen >> bit & 1)


def test_the_kernel_goes_on_where_the_window_stands() -> None:
    window = ReplayWindow()
    for number in (1, 2, 5, 300, 299, 290, 512, 513, 400):
        take(window, number)
    asked = range(1, 800)
    assert [window.refuses(number) for number in asked] == [
        kernel_refuses(window.top, window.seen(), number) for number in asked
    ]


def test_what_somebody_else_has_let_in_is_not_let_in_again() -> None:
    window = ReplayWindow()
    take(window, 10)
    window.skip_to(700)
    assert window.top == 700
    assert not any(take(window, number) for number in range(1, 701))
    assert take(window, 701)


def test_nobody_can_push_the_window_back() -> None:
    window = ReplayWindow()
    take(window, 10)
    window.skip_to(5)
    assert (window.top, take(window, 9)) == (10, True)
