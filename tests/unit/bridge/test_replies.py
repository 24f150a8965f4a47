from gateway.bridge.replies import done, refused


def test_an_answer_says_yes_with_a_result_or_no_with_a_hint() -> None:
    assert done([1]) == {"ok": True, "result": [1]}
    assert refused("it rains", "Wait") == {"ok": False, "error": "it rains", "hint": "Wait"}
