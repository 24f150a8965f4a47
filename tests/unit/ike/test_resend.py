"""Answers from memory and messages sent again (RFC 2408, 5.1)."""

from gateway.ike.resend import Memory, Retry, Used


def test_the_same_bytes_get_the_same_answer() -> None:
    memory = Memory()
    memory.keep(b"question", b"answer")
    assert memory.answer(b"question") == b"answer"
    assert memory.answer(b"another") is None


def test_what_needed_no_answer_is_remembered_too() -> None:
    memory = Memory()
    memory.keep(b"statement", b"")
    assert memory.answer(b"statement") == b""


def test_memory_is_bounded_and_forgets_the_oldest() -> None:
    memory = Memory(most=2)
    for question in (b"1", b"2", b"3"):
        memory.keep(question, b"answer")
    assert memory.answer(b"1") is None
    assert len(memory.answers) == 2


def test_waits_double_until_all_tries_are_used_up() -> None:
    retry = Retry(b"message", due=2.0, wait=2.0, left=3)
    seen = []
    while retry.again(retry.due):
        seen.append(retry.due)
    assert seen == [6.0, 14.0, 30.0]


def test_no_key_or_message_shows_in_the_representation() -> None:
    memory = Memory()
    memory.keep(b"question", b"ANSWER")
    assert "ANSWER" not in repr(memory)


def test_used_ids_are_known_in_whatever_order_they_came() -> None:
    used = Used()
    for message_id in (7, 0xFFFFFFFF, 1, 7):
        used.add(message_id)
    assert [message_id in used for message_id in (1, 2, 7, 0xFFFFFFFF)] == [True, False, True, True]
    assert len(used.ids) == 3


def test_a_day_of_questions_does_not_make_an_id_good_again() -> None:
    used = Used()
    for message_id in range(0x1000, 0x1000 + 2 * 86400 // 10):
        used.add(message_id)
    assert 0x1000 in used
    assert not used.full


def test_no_used_id_is_forgotten_but_there_is_an_end_to_them() -> None:
    used = Used(most=2)
    used.add(9)
    assert not used.full
    used.add(1)
    assert used.full
    assert 9 in used
