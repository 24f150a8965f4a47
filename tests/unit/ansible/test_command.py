"""How the command is asked, and how its answers are read."""

import pytest

from ansible_collections.postern.gateway.plugins.module_utils.command import Postern, Refused
from tests.unit.ansible.box import FarBox


def says(status: int, out: str, err: str = "") -> Postern:
    return Postern(lambda words, text: (status, out, err))


def test_an_answer_is_json_whatever_the_status() -> None:
    assert says(1, '{"problems": []}').ask("status") == {"problems": []}


def test_a_refusal_is_its_sentence_with_its_hint(far: FarBox) -> None:
    with pytest.raises(Refused, match=r"^no change waits to be confirmed\. See `postern config"):
        far.postern.config("confirm")


def test_a_command_without_an_answer_is_told_in_its_own_words_or_by_its_status() -> None:
    with pytest.raises(Refused, match=r"^no such verb$"):
        says(2, "", "postern: no such\n  verb\n").ask("burn")
    with pytest.raises(Refused, match="`postern burn` has ended with status 139"):
        says(139, "").tell("burn")


def test_what_is_told_has_no_answer() -> None:
    asked: list[list[str]] = []

    def run(words: list[str], text: str | None) -> tuple[int, str, str]:
        asked.append(words)
        return 0, "done\n", ""

    Postern(run).tell("reboot", "--name", "gw-1")
    assert asked == [["postern", "reboot", "--name", "gw-1"]]
