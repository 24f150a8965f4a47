from gateway.bridge.lent import Lent
from tests.pair.memory import Memory


class Counter:
    def __init__(self, count: int) -> None:
        self.word = [count]


def test_whoever_is_lent_a_word_goes_on_counting_in_it() -> None:
    memory, owner = Memory(), Counter(7)
    lent = Lent(memory)
    assert lent.lend([(owner, "word")])
    owner.word[0] += 1
    assert memory.word(lent.place(owner, "word"))[0] == 8


def test_who_is_asked_for_again_keeps_its_word_and_who_is_not_loses_it() -> None:
    memory, one, other = Memory(), Counter(1), Counter(2)
    lent = Lent(memory)
    lent.lend([(one, "word"), (other, "word")])
    place = lent.place(one, "word")
    assert lent.lend([(one, "word")])
    assert lent.place(one, "word") == place
    assert (memory.taken, other.word) == ({place}, [2])


def test_a_successor_finds_its_words_where_they_are() -> None:
    memory, owner = Memory(), Counter(0)
    memory.hold(5)
    owner.word = memory.word(5)  # type: ignore[assignment]  # a word, as a list is one
    lent = Lent(memory)
    lent.note(owner, "word", 5)
    assert lent.lend([(owner, "word")])
    assert lent.place(owner, "word") == 5
    lent.lend([])
    assert memory.taken == set()


def test_where_no_word_is_left_that_is_said() -> None:
    lent = Lent(Memory(1))
    assert lent.lend([(Counter(1), "word")])
    assert not lent.lend([(Counter(1), "word"), (Counter(2), "word")])
