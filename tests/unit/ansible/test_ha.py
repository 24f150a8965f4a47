"""What the plays do about boxes that share an address: the order of it."""

from pathlib import Path

import pytest

PLAYS = Path(__file__).parents[3] / "ansible"
AWAY, BACK = "tasks_from: drain", "tasks_from: return"


def play(name: str) -> str:
    return (PLAYS / f"{name}.yml").read_text()


@pytest.mark.parametrize("name", ["update", "rollback"])
def test_one_box_at_a_time_is_drained_restarted_and_sent_clients_again(name: str) -> None:
    text = play(name)
    assert text.count("serial: 1\n") == text.count("hosts: postern\n") == 1
    assert "max_fail_percentage: 0\n" in text  # a box that does not come back is the last
    order = [text.index(words) for words in (AWAY, "state: rebooted", BACK)]
    assert order == sorted(order)
    assert "ignore_errors" not in text
    assert "rescue:" not in text


def test_a_box_that_runs_it_already_is_not_drained_but_one_left_drained_is_sent_clients() -> None:
    for name in ("update", "rollback"):
        away, _, back = play(name).partition("state: rebooted")
        assert away.rstrip().endswith("postern.gateway.upgrade:")
        assert f"{AWAY}\n      when: elsewhere | bool\n" in away
        after = back[back.index(BACK) :]
        assert "when:" not in after
        assert "drain" not in after


def test_sessions_end_only_when_nobody_new_comes() -> None:
    text = play("drain")
    assert text.index(AWAY) < text.index("state: closed")


def test_one_director_at_a_time_is_changed() -> None:
    text = play("directors")
    assert "serial: 1\n" in text
    assert "max_fail_percentage: 0\n" in text
