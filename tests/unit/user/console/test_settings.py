"""What a box has once, and need not have: set, changed, taken away."""

from pathlib import Path

import pytest

from gateway.user.console.draft import Draft
from gateway.user.console.ends import Ends
from gateway.user.console.model import Open
from gateway.user.console.pages.entries import settings_form
from gateway.user.console.pages.settings import TITLES
from gateway.x509.pem import build_pem
from tests.unit.user.console.agents import FakeBox, talk
from tests.unit.user.console.test_screen import press, rows, screen_of

# Main menu, This box: the fourth, fifth and sixth; and 'Addresses', by 'Ports'.
METRICS, SYSLOG, ACCOUNTING = (("12", one) for one in "456")
PAIR, FLEET = (("2", "a", one) for one in "34")
UPGRADE = ("9", "4")


@pytest.mark.parametrize(
    ("way", "answers", "written"),
    [
        (
            METRICS,
            ("10.10.0.1", "", "a-token-of-mine-and-it-is-long", "2"),
            'address = "10.10.0.1"\ntoken = "a-token-of-mine-and-it-is-long"\nsessions = true\n',
        ),
        (
            ACCOUNTING,
            ("10.10.0.5", "", "a-secret-of-ours-and-long", "", "600", "", "", ""),
            'server = "10.10.0.5"\nsecret = "a-secret-of-ours-and-long"\ninterim_seconds = 600\n',
        ),
        (UPGRADE, ("3", "60"), "[upgrade]\nreplay = false\nredial_minutes = 60\n"),
    ],
    ids=["metrics", "accounting", "upgrade"],
)
def test_each_is_set_and_stands_in_what_is_to_be_applied(
    ends: Ends, box: FakeBox, way: tuple[str, ...], answers: tuple[str, ...], written: str
) -> None:
    told = talk(ends, *way, "1", *answers, "yes")
    assert "is edited. Not applied yet" in told
    assert written in box.desk.changes.candidate


OUTSIDE = ("2", "a", "1", "", "203.0.113.1, 203.0.113.9", *[""] * 8, "yes", "0")


@pytest.mark.parametrize(
    ("way", "answers", "written"),
    [
        (PAIR, ("203.0.113.9", "203.0.113.3", "", "7", ""), 'peer = "203.0.113.3"\nnumber = 7\n'),
        (FLEET, ("203.0.113.9", "203.0.113.4"), 'directors = ["203.0.113.4"]\n'),
    ],
    ids=["pair", "fleet"],
)
def test_an_address_is_shared_beside_one_of_the_boxs_own(
    ends: Ends, box: FakeBox, way: tuple[str, ...], answers: tuple[str, ...], written: str
) -> None:
    alone = talk(ends, *way, "1", *answers, ".")
    assert "outside.addresses: has none of this box's own" in alone
    assert "is edited. Not applied yet" in talk(ends, *OUTSIDE, *way, "1", *answers, "yes")
    assert written in box.desk.changes.candidate


def test_the_certificate_of_whoever_issued_the_collectors_is_read_from_a_file(
    ends: Ends, tmp_path: Path
) -> None:
    path = tmp_path / "logs.pem"
    path.write_text(build_pem("CERTIFICATE", b"0"))
    told = talk(ends, *SYSLOG, "1", "logs.example.org", "", "", str(path), "yes")
    assert "ca      (PEM: 1 certificate)" in told
    assert Draft.candidate(ends).raw("syslog")[0]["ca"] == path.read_text()


def test_what_the_judge_finds_is_told_in_one_sentence_and_asked_again(
    ends: Ends, box: FakeBox
) -> None:
    told = talk(ends, *METRICS, "1", "10.10.0.1", "", "", "", ".")
    assert "token: is missing, and without it nothing is told." in told
    assert "config.set" not in box.verbs()


def test_a_file_that_is_none_is_told_of_and_nothing_is_changed(ends: Ends, box: FakeBox) -> None:
    told = talk(ends, *SYSLOG, "1", "logs.example.org", "", "", "/nowhere/ca.pem", ".")
    assert "/nowhere/ca.pem cannot be read: No such file or directory." in told
    assert "config.set" not in box.verbs()


def test_a_page_says_what_holds_where_nothing_is_set(ends: Ends) -> None:
    assert "replay          true, where nothing is set" in talk(ends, *UPGRADE)
    assert "Nothing is set: no figures are given out." in talk(ends, *METRICS)


SET = ("10.10.0.1", "", "a-token-of-mine-and-it-is-long", "", "yes")


def test_a_secret_that_is_set_is_not_shown_and_stays_when_nothing_is_typed(
    ends: Ends, box: FakeBox
) -> None:
    talk(ends, *METRICS, "1", *SET)
    told = talk(ends, *METRICS, "1", "", "9800", "", "", "yes")
    assert "token     is set" in told
    assert "a-token-of-mine" not in told
    assert 'token = "a-token-of-mine-and-it-is-long"\nport = 9800' in box.desk.changes.candidate


def test_all_of_it_is_taken_away_after_a_question(ends: Ends, box: FakeBox) -> None:
    talk(ends, *METRICS, "1", *SET)
    assert "metrics is taken away" in talk(ends, *METRICS, "2", "1")
    assert "token" not in box.desk.changes.candidate
    assert "Nothing is set" in talk(ends, *METRICS)


def test_what_is_taken_away_can_be_applied(ends: Ends, box: FakeBox) -> None:
    talk(ends, *METRICS, "1", *SET)
    talk(ends, *METRICS, "2", "1")
    assert "problem" not in talk(ends, "6")


@pytest.mark.parametrize("table", TITLES)
def test_a_form_of_each_fits_on_the_smallest_screen(ends: Ends, table: str) -> None:
    form = settings_form(ends, table, TITLES[table])
    found = rows(screen_of(ends, Open(form)))
    assert found[4].startswith(f"-- {TITLES[table]} ---")
    assert [one.label for one in form.fields if not any(one.label in row for row in found)] == []
    assert "[ Back ]" in "\n".join(found)


def test_a_secret_that_is_typed_is_not_to_be_read_over_somebodys_shoulder(ends: Ends) -> None:
    screen = screen_of(ends, Open(settings_form(ends, "metrics")))
    press(screen, "tab", "tab", *"hush")
    assert "token     ****" in rows(screen)
