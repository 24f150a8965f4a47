from gateway.wire.words import Word


def count_up(word: Word) -> int:
    word[0] = word[0] + 1
    return word[0]


def test_a_plain_list_is_a_word_and_so_is_a_place_in_memory() -> None:
    memory = memoryview(bytearray(16)).cast("Q")
    assert [count_up([4]), count_up(memory[1:2])] == [5, 1]
    assert memory.tolist() == [0, 1]
