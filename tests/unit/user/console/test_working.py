from threading import Event

import pytest

from gateway.user.box_views import Upgrading
from gateway.user.client import Refused
from gateway.user.console.pages.upkeep import update_lines
from gateway.user.console.working import Working


def test_it_says_how_far_it_is_and_then_what_came_of_it() -> None:
    go = Event()

    def work() -> list[str]:
        go.wait(10)
        return ["done"]

    page = Working("Title", work, lambda: ["half of it"])
    first = page.view()
    assert first.text == ("half of it", "Under way for 0 s ...")
    assert first.refresh > 0
    go.set()
    page.wait()
    assert page.view().text == ("done",)
    assert page.view().refresh == 0


def test_a_refusal_is_told_with_its_hint() -> None:
    def work() -> list[str]:
        raise Refused("its signature is not one this box trusts", "Nothing has changed")

    page = Working("Update", work)
    page.wait()
    assert page.view().text == (
        "Its signature is not one this box trusts.",
        "",
        "Nothing has changed.",
    )


@pytest.mark.parametrize(
    ("now", "words"),
    [
        (Upgrading("idle", 0, ""), "No update is being written."),
        (Upgrading("installing", 42, ""), "An update is being installed: 42%"),
        (Upgrading("failed", 42, "no space"), "The last update failed: no space."),
        (Upgrading("done", 100, ""), "The last update is installed."),
    ],
)
def test_an_update_is_told_in_a_sentence(now: Upgrading, words: str) -> None:
    assert update_lines(now)[0] == words
