"""What the engine finds and what it then asks for; the stories are in tests/pair."""

from gateway.control import changes_files as files
from gateway.control.changes_boot import everything, remember, start
from gateway.control.changes_files import Active, Entry, Found, Pending, digest
from gateway.control.changes_outputs import Activate, Event, Output, Remove, Told, Write
from gateway.control.parts import EVERY, NONE, Part
from tests.pair.disk import FACTORY, NEW, OLD, judge

ENTRY = Entry("ada", "ssh", "", 1.0, digest(OLD), number=1)
SAVED = Found(saved=OLD, running=OLD, active=Active("b1"), history=(ENTRY,), text_of=lambda _: OLD)
PENDING = Pending("ada", "ssh", "", digest(NEW), 1.0, 300, 400.0, "b1", parts=["gateway"])


def kinds(outputs: list[Output]) -> list[object]:
    """Each request as a word with its file."""
    return [
        (type(one).__name__, one.name) if isinstance(one, (Write, Remove)) else type(one).__name__
        for one in outputs
    ]


def found(**more: object) -> Found:
    return Found(**{**{name: getattr(SAVED, name) for name in Found.__slots__}, **more})


def test_an_agent_that_finds_all_in_order_asks_for_nothing() -> None:
    state, outputs = start(SAVED, "b1", judge, FACTORY)
    assert (state.saved, state.running, state.candidate, state.pending) == (OLD, OLD, None, None)
    assert outputs == []


def test_a_boot_puts_everything_in_force_and_then_notes_it() -> None:
    state, outputs = start(SAVED, "b2", judge, FACTORY)
    assert outputs == everything(state, "b2")
    assert outputs[0] == Activate(OLD, "", EVERY)
    assert kinds(outputs)[1:] == [("Write", files.RUNNING), ("Write", files.ACTIVE)]


def test_without_a_name_for_the_boot_it_is_always_another_one() -> None:
    unnamed = found(active=Active(""), running=NEW, pending=PENDING)
    state, outputs = start(unnamed, "", judge, FACTORY)
    assert (state.running, state.candidate) == (OLD, NEW)
    assert Activate(OLD, "", EVERY) in outputs


def test_a_change_that_still_counts_goes_on() -> None:
    state, outputs = start(found(running=NEW, pending=PENDING), "b1", judge, FACTORY)
    assert (state.saved, state.running, state.pending) == (OLD, NEW, PENDING)
    assert outputs[0] == Activate(NEW, OLD, frozenset({Part.GATEWAY}))


def test_a_change_that_never_got_in_force_is_dropped_and_disturbs_nothing() -> None:
    early = found(candidate=NEW, pending=PENDING)
    state, outputs = start(early, "b1", judge, FACTORY)
    assert (state.running, state.candidate, state.pending) == (OLD, NEW, None)
    assert kinds(outputs) == ["Told", ("Remove", files.PENDING)]


def test_a_change_that_was_saved_is_confirmed_and_its_history_completed() -> None:
    late = found(saved=NEW, running=NEW, pending=PENDING)
    state, outputs = start(late, "b1", judge, FACTORY)
    assert (state.saved, state.running, state.pending) == (NEW, NEW, None)
    assert [(one.number, one.user) for one in state.history] == [(1, "ada"), (2, "ada")]
    assert kinds(outputs) == [
        ("Write", files.history_text(2)),
        ("Write", files.history_record(2)),
        ("Remove", files.PENDING),
    ]


def test_a_revert_that_was_half_done_is_done_again_for_what_differs() -> None:
    state, outputs = start(found(running=NEW, candidate=NEW), "b1", judge, FACTORY)
    assert state.candidate == NEW
    assert outputs == [
        Activate(OLD, NEW, frozenset({Part.GATEWAY, Part.NETWORK})),
        Write(files.RUNNING, OLD),
    ]


def test_without_a_record_of_what_runs_everything_may_differ() -> None:
    _, outputs = start(found(running=None), "b1", judge, FACTORY)
    assert outputs[0] == Activate(OLD, "", EVERY)


def test_what_was_recovered_is_told_and_not_written_over() -> None:
    state, outputs = start(found(saved="["), "b1", judge, FACTORY)
    assert state.recovered
    assert isinstance(outputs[0], Told)
    assert outputs[0].event is Event.RECOVERED
    assert ("Write", files.SAVED) not in kinds(outputs)


def test_the_history_forgets_the_oldest() -> None:
    history = tuple(Entry("a", "b", "", 1.0, "d", number=n) for n in range(1, 51))
    kept, outputs = remember(history, Entry("a", "b", "", 1.0, "d", number=51), OLD)
    assert [one.number for one in kept] == list(range(2, 52))
    assert kinds(outputs)[2:] == [
        ("Remove", files.history_record(1)),
        ("Remove", files.history_text(1)),
    ]


def test_nothing_touched_is_a_set_like_any_other() -> None:
    assert NONE < EVERY
