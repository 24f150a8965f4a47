"""The page of sentences has every cause once, and every number."""

from docs.made.sentences import STAGES, causes_at, text
from gateway.control.advice import ADVICE, told
from gateway.control.causes import Cause
from gateway.control.remedy import after_expulsion
from gateway.control.windows import SCREENS


def test_every_cause_stands_at_one_stage() -> None:
    shown = [cause for _, _, stage in STAGES for cause in causes_at(stage)]
    assert sorted(shown, key=list(Cause).index) == list(Cause)


def test_every_sentence_is_there_as_it_is_said() -> None:
    page = text()
    missing = [cause for cause in Cause if f"### `{cause.value}`\n\n> {told(cause)}\n" not in page]
    assert missing == []


def test_every_number_is_there_with_windows_words() -> None:
    page = text()
    rows = {line.split("**")[1]: line for line in page.splitlines() if line.startswith("| **")}
    assert sorted(rows) == sorted(map(str, SCREENS))
    assert [number for number, one in SCREENS.items() if one.text not in rows[str(number)]] == []


def test_a_number_leads_to_its_causes_and_a_cause_tells_its_numbers() -> None:
    page = text()
    assert "[wrong-key](#wrong-key)" in page.split("| **789**")[1].splitlines()[0]
    assert "789 or 792 (Windows 2000, XP)" in page.split("### `wrong-key`")[1].split("###")[0]


def test_what_more_can_be_known_is_told() -> None:
    page = text()
    part = {cause: page.split(f"### `{cause.value}`")[1].split("### ")[0] for cause in Cause}
    exact = [cause for cause in Cause if ADVICE[cause].exact]
    assert len(exact) > 3
    assert [cause for cause in exact if "the second half is" not in part[cause]] == []
    assert "See whether it dials *(dialled)*," in part[Cause.NOTHING_ARRIVES]
    assert "`weak_reason`" in part[Cause.NO_PROPOSAL]
    assert after_expulsion("revoked") in part[Cause.PUT_OUT]
