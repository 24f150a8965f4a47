"""The shapes of the answers; what the verbs do is told in tests/pair/test_changes_*.py."""

import json

import pytest

from gateway.control.canonical import MASK
from tests.pair.disk import ADA, NEW, OLD, settled, unconfirmed


def test_every_verb_of_the_configuration_is_known_and_no_other() -> None:
    desk = settled().desk
    looking = "show plan check diff history status"
    changing = "edit set wish apply confirm extend revert discard restore"
    verbs = [*looking.split(), *changing.split()]
    assert all(desk.answers({"verb": f"config.{verb}"}) for verb in verbs)
    assert not desk.answers({"verb": "status"})
    assert not desk.answers({})


def test_a_verb_nobody_knows_is_refused() -> None:
    assert settled().ask("burn")["error"] == "this box does not know that"


@pytest.mark.parametrize(
    ("verb", "more"),
    [
        ("show", {"which": "yesterday"}),
        ("show", {"number": 9}),
        ("show", {"number": "1"}),
        ("edit", {"text": 3}),
        ("edit", {"text": OLD, "base": 3}),
        ("edit", {"text": OLD.replace("hunter2-hunter2", MASK).replace("press-3", "x")}),
        ("plan", {"text": "[broken"}),
        ("plan", {"text": 3}),
        ("wish", {"text": "[outsid]", "merge": True}),
        ("set", {}),
        ("set", {"changes": "all"}),
        ("set", {"changes": [{"op": "burn"}]}),
        ("apply", {"deadline_s": "soon"}),
        ("apply", {"comment": 3}),
        ("extend", {"deadline_s": None}),
        ("restore", {}),
        ("restore", {"number": True}),
        ("restore", {"number": -1}),
    ],
)
def test_a_request_that_makes_no_sense_is_refused_with_a_hint(
    verb: str, more: dict[str, object]
) -> None:
    box = settled()
    answer = box.ask(verb, **more)
    assert answer["ok"] is False
    assert answer["error"]
    assert answer["hint"]
    assert box.state == (OLD, OLD, OLD, False)


def test_answers_are_json() -> None:
    box = unconfirmed()
    for verb in ("show", "check", "diff", "history", "status"):
        json.dumps(box.do(verb))


def test_secrets_are_shown_only_when_asked_for() -> None:
    box = settled()
    assert "hunter2" not in box.do("show")["text"]
    assert box.do("show", masked=False) == {
        "text": OLD,
        "revision": box.do("diff")["revision"],
    }


def test_a_text_with_masked_secrets_can_be_given_back() -> None:
    box = settled()
    found = box.do("edit", text=NEW.replace("hunter2-hunter2", MASK))
    assert (found["kept"], found["problems"]) == (True, [])
    assert box.state[2] == NEW


def test_what_is_no_toml_is_not_kept_and_its_problem_told() -> None:
    box = settled()
    found = box.do("edit", text="psk = hunter2")
    assert found["kept"] is False
    assert found["problems"][0]["where"] == "postern.toml"
    assert "hunter2" not in str(found)


def test_a_text_may_be_judged_without_being_kept() -> None:
    box = settled()
    found = box.do("check", text=NEW.replace("1400", "14"))
    assert [one["where"] for one in found["problems"]] == ["outside.mtu"]
    assert box.state[2] == OLD


def test_a_difference_may_be_taken_between_any_two() -> None:
    box = unconfirmed()
    assert box.do("diff")["lines"] == []
    found = box.do("diff", **{"from": "saved"})
    assert (found["lines"], found["changed"]) == (["  [outside]", "+ mtu = 1400"], 1)
    assert found["parts"] == ["gateway", "network"]
    assert box.do("diff", **{"from": 1, "which": "running"})["lines"] == found["lines"]


def test_the_status_has_what_the_consoles_show() -> None:
    box = unconfirmed()
    assert box.do("status") == {
        "pending": {"seconds_left": 300, "by": "ada", "face": "ssh", "comment": "smaller packets"},
        "changed": 0,
        "edited_by": "",
        "recovered": "",
    }
    box.do("edit", ADA, text=OLD)
    status = box.do("status")
    assert (status["changed"], status["edited_by"]) == (1, "ada")


def test_who_the_request_says_it_is_does_not_matter() -> None:
    box = settled()
    box.do("edit", ADA, text=NEW, user="root", face="ansible")
    assert box.do("status")["edited_by"] == "ada"


def test_an_old_text_of_a_schema_nobody_reads_is_refused() -> None:
    box = settled()
    old = "schema_version = 9\n" + OLD
    box.desk._store.write("history/0001.toml", old)
    assert not box.ask("restore", number=1)["ok"]


def test_a_plan_says_what_a_wish_would_change_and_keeps_nothing_and_no_edit_is_lost() -> None:
    box = settled()
    box.do("edit", text=OLD.replace("10.10.0.2", "10.10.0.3"))
    edits = box.state[2]
    found = box.do("plan", text="[outside]\nmtu = 1400\n", merge=True)
    assert (found["lines"], found["changed"]) == (["  [outside]", "+ mtu = 1400"], 1)
    assert (found["problems"], found["parts"]) == ([], ["gateway", "network"])
    assert found["revision"] == box.do("diff")["revision"]
    assert box.state == (OLD, OLD, edits, False)


def test_a_plan_has_the_problems_of_a_wish_and_no_secret() -> None:
    box = settled()
    found = box.do("plan", text=OLD.replace("hunter2-hunter2", "hunter3-hunter3") + "mtu = 3\n")
    assert [one["where"] for one in found["problems"]] == ["route[1].mtu"]
    assert "hunter" not in str(found)
    assert f'+ psk = "{MASK}" (another)' in found["lines"]


def test_a_wish_becomes_the_candidate_its_masked_secrets_those_in_force() -> None:
    box = settled()
    found = box.do("wish", text=NEW.replace("hunter2-hunter2", MASK))
    assert (found["kept"], box.state[2]) == (True, NEW)
    assert box.do("plan", text=NEW.replace("hunter2-hunter2", MASK))["changed"] == 1
    box.do("apply", deadline_s=0)
    assert box.do("plan", text=NEW.replace("hunter2-hunter2", MASK))["changed"] == 0
