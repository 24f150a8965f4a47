"""Who is asked once more, when, and which of two answers goes on."""

from gateway.ppp.late import Late

FIRST, SECOND = b"request 1", b"request 2"


def missed() -> Late:
    """A request went out that nobody may have heard, and the client has spoken since."""
    late = Late()
    late.asks(FIRST, 1)
    late.begins()
    late.spoke()
    return late


def test_what_was_missed_is_asked_once_more_and_no_third_time() -> None:
    late = missed()
    assert late.again() == FIRST
    assert late.again() is None
    late.spoke()
    assert late.again() is None


def test_the_newest_is_asked_again() -> None:
    late = Late()
    late.asks(FIRST, 1)
    late.begins()
    late.asks(SECOND, 2)
    late.spoke()
    assert late.again() == SECOND


def test_a_client_that_has_not_spoken_is_not_asked_again() -> None:
    late = Late()
    late.asks(FIRST, 1)
    late.begins()
    assert late.again() is None


def test_nor_is_one_that_spoke_in_time() -> None:
    late = Late()
    late.asks(FIRST, 1)
    late.spoke()
    assert late.again() is None


def test_nor_one_that_nothing_was_asked_before_it_spoke() -> None:
    late = Late()
    late.begins()
    late.spoke()
    assert late.again() is None
    late.asks(FIRST, 1)
    assert late.again() is None


def test_nor_one_that_has_answered() -> None:
    late = missed()
    assert late.answers(1)
    assert late.again() is None


def test_a_request_that_comes_by_itself_takes_the_place_of_ours() -> None:
    late = missed()
    late.asks(SECOND, 2)
    assert late.again() is None


def test_of_two_answers_to_what_was_asked_twice_one_goes_on() -> None:
    late = missed()
    late.again()
    assert [late.answers(1), late.answers(1)] == [True, False]


def test_answers_to_what_was_asked_once_all_go_on() -> None:
    late = missed()
    assert [late.answers(1), late.answers(1), late.answers(7)] == [True, True, True]
    assert Late().answers(1)


def test_what_has_ended_is_not_asked_again() -> None:
    late = missed()
    late.ended()
    assert late.again() is None
