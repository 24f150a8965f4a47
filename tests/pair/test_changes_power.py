"""The power goes at every step of a change, and again at every step of what the next boot does."""

import random
from collections.abc import Callable

import pytest

from gateway.control.changes_files import digest
from gateway.control.parts import Part
from tests.pair.disk import (
    ALL,
    ANEW,
    FACTORY,
    NAMES_ONLY,
    NEW,
    NOTHING,
    OLD,
    REMOTE,
    Box,
    Disk,
    Left,
    Machine,
    PowerCut,
    left_by,
    settled,
)

pytestmark = pytest.mark.long

LEFT = {
    "nothing": NOTHING,
    "all": ALL,
    "names": NAMES_ONLY,
    **{f"chance {seed}": left_by(random.Random(seed)) for seed in range(2)},
}
Step = tuple[str, Callable[[Box], object]]
BEGIN: list[Step] = [
    ("edited", lambda box: box.do("edit", REMOTE, text=NEW)),
    ("applied", lambda box: box.do("apply", REMOTE)),
]
CONFIRM: Step = ("confirmed", lambda box: box.do("confirm", ANEW))
REVERT: Step = ("reverted", lambda box: box.do("revert", ANEW))
LAPSE: Step = ("lapsed", lambda box: box.later(300))
STORIES = {"confirm": [*BEGIN, CONFIRM], "revert": [*BEGIN, REVERT], "lapse": [*BEGIN, LAPSE]}


def play(story: list[Step], cut: int) -> tuple[Box, list[str], bool]:
    """The box, what was begun, and whether the last of it was done before the power went."""
    box = settled()
    box.disk.cut = box.disk.steps + cut
    begun: list[str] = []
    try:
        for name, step in story:
            begun.append(name)
            step(box)
    except PowerCut:
        return box, begun, False
    return box, begun, True


def steps_of(story: list[Step]) -> int:
    box, _, _ = play(story, -1_000_000)
    return box.disk.steps - settled().disk.steps


def check_sound(box: Box, begun: list[str], whole: bool) -> None:
    """What must be so after a boot, wherever the power went."""
    saved, running, candidate, waits = box.state
    assert (waits, box.machine.text, running) == (False, saved, saved)
    assert saved in ((OLD, NEW) if begun[-1] == "confirmed" else (OLD,))
    assert saved == NEW or begun[-1] != "confirmed" or not whole
    edited = begun[-1] != "edited" or whole
    assert not edited or NEW in (saved, candidate), "edits are lost"
    for entry in box.desk.changes.state.history:
        text = box.do("show", which="x", number=entry.number, masked=False)["text"]
        assert digest(text) == entry.digest
    assert box.desk.changes.state.history[-1].digest == digest(saved)
    assert box.desk.changes.state.recovered == ""


@pytest.mark.parametrize("left", LEFT.values(), ids=LEFT)
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_wherever_the_power_goes_the_next_boot_is_sound(story: list[Step], left: Left) -> None:
    for cut in range(1, steps_of(story) + 2):
        box, begun, whole = play(story, cut)
        again = Box(box.disk.after_the_cut(left), "b2").start()
        check_sound(again, begun, whole)
        third = Box(again.disk.after_the_cut(ALL), "b3").start()
        assert third.state == again.state
        assert "dropped" not in third.events


@pytest.mark.slow
@pytest.mark.parametrize("left", [NOTHING, left_by(random.Random(9))], ids=["nothing", "chance"])
@pytest.mark.parametrize("story", [STORIES["confirm"], STORIES["lapse"]], ids=["confirm", "lapse"])
def test_the_power_may_go_again_at_every_step_of_that_boot(story: list[Step], left: Left) -> None:
    for cut in range(1, steps_of(story) + 2):
        box, begun, whole = play(story, cut)
        first = box.disk.after_the_cut(left)
        once = Box(first.after_the_cut(ALL), "b2").start()
        for second in range(1, once.disk.steps + 1):
            disk = first.after_the_cut(ALL)
            disk.cut = second
            with pytest.raises(PowerCut):
                Box(disk, "b2").start()
            check_sound(Box(disk.after_the_cut(left), "b3").start(), begun, whole)


@pytest.mark.parametrize("left", LEFT.values(), ids=LEFT)
def test_a_first_boot_may_lose_power_at_every_step(left: Left) -> None:
    total = settled().disk.steps
    for cut in range(1, total + 1):
        disk = Disk()
        disk.cut = cut
        with pytest.raises(PowerCut):
            settled(disk)
        box = Box(disk.after_the_cut(left), "b2").start()
        saved, running, _, waits = box.state
        assert saved in (FACTORY, OLD)
        assert (running, box.machine.text, waits) == (saved, saved, False)


@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_an_agent_that_dies_goes_on_where_it_was(story: list[Step]) -> None:
    """The machine itself goes on: what is in force stays, and nothing else is disturbed."""
    for cut in range(1, steps_of(story) + 2):
        box, begun, _ = play(story, cut)
        machine: Machine = box.machine
        machine.activations.clear()
        again = Box(box.disk.after_the_cut(ALL), "b1", machine).start()
        assert all(Part.RESTART not in one.parts for one in machine.activations)
        assert again.state[1] == machine.text
        again.later(10_000)
        saved, running, candidate, waits = again.state
        assert (running, machine.text, waits) == (saved, saved, False)
        assert NEW in (saved, candidate) or begun == ["edited"]
