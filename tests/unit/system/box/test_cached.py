"""Answers that nobody waits for."""

from gateway.system.box.cached import Cached


class Clock:
    """Stands still until it is put forward."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_an_answer_is_there_at_once_and_new_when_it_is_old() -> None:
    clock, answers = Clock(), iter([1, 2, 3])
    cached = Cached(lambda: next(answers), 0, 10.0, clock)
    assert cached.wait() == 1
    assert cached.value() == 1
    clock.now = 9.9
    assert cached.wait() == 1
    clock.now = 10.0
    assert cached.wait() == 2


def test_what_has_changed_is_asked_again() -> None:
    clock, answers = Clock(), iter([1, 2])
    cached = Cached(lambda: next(answers), 0, 10.0, clock)
    cached.wait()
    cached.forget()
    assert cached.wait() == 2
