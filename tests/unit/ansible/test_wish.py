"""A wish against the real engine: what changes, what is refused, and what is kept."""

import pytest

from ansible_collections.postern.gateway.plugins.module_utils.command import Refused
from ansible_collections.postern.gateway.plugins.module_utils.wish import (
    apply,
    diff_of,
    forget,
    plan,
    warnings_of,
)
from tests.pair.disk import BOB, NEW, OLD
from tests.unit.ansible.box import FarBox

MTU = "[outside]\nmtu = 1400\n"


def test_what_is_so_already_is_no_change(far: FarBox) -> None:
    assert plan(far.postern, OLD, merge=False)["changed"] == 0
    assert plan(far.postern, "# spelled otherwise\n" + OLD, merge=False)["changed"] == 0


def test_a_change_is_in_force_until_it_is_confirmed_by_another_connection(far: FarBox) -> None:
    planned = plan(far.postern, MTU, merge=True)
    assert diff_of(planned) == {"prepared": "  [outside]\n+ mtu = 1400\n"}
    assert far.box.state == (OLD, OLD, OLD, False)
    assert apply(far.postern, MTU, True, planned, "ada", "smaller", 120) == 120
    assert "mtu = 1400" in far.box.state[1]
    with pytest.raises(Refused, match="proves nothing"):
        far.postern.config("confirm")
    far.again()
    far.postern.config("confirm")
    assert "mtu = 1400" in far.box.state[0]
    assert plan(far.postern, MTU, merge=True)["changed"] == 0
    assert far.box.do("history")[0]["comment"] == "smaller"


def test_what_nobody_confirms_is_taken_back(far: FarBox) -> None:
    apply(far.postern, NEW, False, plan(far.postern, NEW, merge=False), "ada", "", 60)
    far.box.later(61)
    assert far.box.state == (OLD, OLD, NEW, False)
    forget(far.postern, far.postern.config("status"), "bob")
    assert far.box.state == (OLD, OLD, NEW, False)
    forget(far.postern, far.postern.config("status"), "ada")
    assert far.box.state == (OLD, OLD, OLD, False)
    assert plan(far.postern, NEW, merge=False)["changed"] == 1


def test_edits_of_somebody_else_are_not_overwritten_and_ones_own_are(far: FarBox) -> None:
    planned = plan(far.postern, MTU, merge=True)
    far.box.do("edit", BOB, text=NEW)
    with pytest.raises(Refused, match="bob has edits"):
        apply(far.postern, MTU, True, planned, "ada", "", 60)
    assert far.box.state[2] == NEW
    assert apply(far.postern, MTU, True, plan(far.postern, MTU, merge=True), "bob", "", 60) == 60


def test_while_a_change_waits_there_is_no_other(far: FarBox) -> None:
    planned = plan(far.postern, MTU, merge=True)
    apply(far.postern, MTU, True, planned, "ada", "", 60)
    with pytest.raises(Refused, match="a change of ada waits"):
        apply(far.postern, MTU, True, planned, "ada", "", 60)


def test_a_plan_that_somebody_has_overtaken_is_refused(far: FarBox) -> None:
    planned = plan(far.postern, MTU, merge=True)
    far.box.do("edit", text=NEW.replace("1400", "1300"))
    with pytest.raises(Refused, match="edited it"):
        apply(far.postern, MTU, True, planned, "ada", "", 60)


def test_what_the_judge_refuses_is_told_and_never_kept(far: FarBox) -> None:
    with pytest.raises(Refused, match=r"outside\.mtu: is 14, and should be between 576 and 9000"):
        plan(far.postern, "[outside]\nmtu = 14\n", merge=True)
    with pytest.raises(Refused, match="no TOML"):
        plan(far.postern, "[outside", merge=True)
    assert far.box.state == (OLD, OLD, OLD, False)


def test_what_cannot_be_put_in_force_leaves_no_edits(far: FarBox) -> None:
    planned = plan(far.postern, NEW, merge=False)
    far.box.machine.refusing.add(NEW)
    with pytest.raises(Refused, match="the port has no cable"):
        apply(far.postern, NEW, False, planned, "ada", "", 60)
    assert far.box.state == (OLD, OLD, OLD, False)


def test_secrets_are_never_among_the_words_of_a_command_nor_in_what_is_told(far: FarBox) -> None:
    wish = OLD.replace("hunter2-hunter2", "hunter3-hunter3")
    planned = plan(far.postern, wish, merge=False)
    apply(far.postern, wish, False, planned, "ada", "", 60)
    assert "hunter" not in str([far.asked, planned])
    assert "********" in diff_of(planned)["prepared"]


def test_warnings_are_sentences(far: FarBox) -> None:
    planned = plan(far.postern, OLD, merge=False)
    assert [one[-1] for one in warnings_of(planned)] == ["."] * len(planned["problems"])
