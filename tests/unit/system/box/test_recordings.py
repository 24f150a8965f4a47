"""Recordings that are kept on the box: which, how many, and what comes of playing them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.control.proving import MOST, SECONDS, Verdict
from gateway.control.recorded import Case, build_case, parse_case
from gateway.system.box.places import Places
from gateway.system.box.recordings import Recordings
from gateway.system.run import ToolFailed
from tests.captures import vectors
from tests.unit.system.box.machine import ADA, CONFIG, put
from tests.unit.system.box.players import follow_here
from tests.unit.system.box.whole import Whole

CASE = parse_case((vectors("recorded") / "scripted-xp-sp2.toml").read_text())
GOOD = build_case(CASE)
SUITE = CASE.found["chosen-suite"]
OTHER = build_case(replace(CASE, found={**CASE.found, "chosen-suite": "rot13"}))


@pytest.fixture
def box(tmp_path: Path) -> Whole:
    """One with press-3 in its configuration."""
    put(tmp_path, "data/postern/saved.toml", CONFIG)
    return Whole(tmp_path, who=ADA).start()


def test_a_recording_is_kept_told_and_taken_away(box: Whole) -> None:
    assert box.result("recordings") == {"names": []}
    box.result("recordings.keep", name="press-3", text=GOOD)
    file = box.root / "data/postern/recordings/press-3.toml"
    assert file.read_text() == GOOD
    assert file.stat().st_mode & 0o777 == 0o600
    assert box.result("recordings") == {"names": ["press-3"]}
    assert list((box.root / "run/postern-box/recording").iterdir()) == []
    box.result("recordings.forget", name="press-3")
    assert not file.exists()
    assert "recordings.keep name=press-3" in box.audit()


def failed(case: Case) -> str:
    return build_case(replace(case, came=case.came[:2]))


@pytest.mark.parametrize(
    ("request_of", "says"),
    [
        ({"name": "nobody", "text": GOOD}, "no machine of the configuration"),
        ({"name": 7, "text": GOOD}, "no machine of the configuration"),
        ({"name": "press-3", "text": 7}, "that is no recording"),
        ({"name": "press-3", "text": "no [ TOML"}, "that is no recording: no TOML"),
        ({"name": "press-3", "text": failed(CASE)}, "has not come to a session"),
        ({"name": "press-3", "text": OTHER}, "chosen-suite was rot13"),
    ],
)
def test_what_is_not_worth_an_update_is_refused(
    box: Whole, request_of: dict[str, Any], says: str
) -> None:
    answer = box.ask("recordings.keep", **request_of)
    assert says in answer["error"]
    assert box.result("recordings") == {"names": []}


def test_there_is_room_for_so_many_and_for_a_newer_one_of_the_same(box: Whole) -> None:
    for number in range(MOST):
        put(box.root, f"data/postern/recordings/m-{number}.toml", "x")
    full = box.ask("recordings.keep", name="press-3", text=GOOD)
    assert full["error"] == f"{MOST} recordings are kept already"
    box.result("recordings.forget", name="m-0")
    box.result("recordings.keep", name="press-3", text=GOOD)
    box.result("recordings.keep", name="press-3", text=GOOD)


def test_what_is_not_there_cannot_be_taken_away(box: Whole) -> None:
    assert "no recording of that machine" in box.ask("recordings.forget", name="till")["error"]
    assert "no recording" in box.ask("recordings.forget", name="../state/claim")["error"]


def test_a_system_is_proved_by_machines_of_its_site(tmp_path: Path) -> None:
    put(tmp_path, "data/postern/saved.toml", CONFIG)
    put(tmp_path, "data/postern/recordings/press-3.toml", GOOD)
    put(tmp_path, "data/postern/recordings/gone.toml", OTHER)
    recordings = Recordings(Places(tmp_path), follow_here)
    assert recordings.prove() == Verdict(well=("press-3",))
    put(tmp_path, "data/postern/recordings/press-3.toml", OTHER)
    [sentence] = recordings.prove().against
    assert sentence.startswith("press-3 does not get what it got when it was recorded: chosen-")
    put(tmp_path, "data/postern/saved.toml", CONFIG + "[upgrade]\nreplay = false\n")
    assert recordings.prove() == Verdict()


def test_a_recording_of_a_suite_that_is_refused_since_does_not_stop_an_update(
    tmp_path: Path,
) -> None:
    entry = 'psk = "a long random text"\nroute = "old"\nike = ["aes256-sha1-modp2048"]\n'
    text = f'[[client]]\nname = "press-3"\n{entry}'
    put(tmp_path, "data/postern/saved.toml", text)
    case = replace(CASE, found={**CASE.found, "nat-found-where": "gateway"})  # it would stop it
    put(tmp_path, "data/postern/recordings/press-3.toml", build_case(case))
    recordings = Recordings(Places(tmp_path), follow_here)
    assert recordings.prove() == Verdict(
        told=(
            f"the recording of press-3 is out of date: it may not use {SUITE} any more; "
            "it was not played, record it anew: postern record --client press-3 --keep",
        )
    )
    put(tmp_path, "data/postern/saved.toml", text.replace("aes256-sha1-modp2048", SUITE))
    assert recordings.prove().against


def test_one_that_cannot_be_read_is_left_to_the_player(tmp_path: Path) -> None:
    put(tmp_path, "data/postern/saved.toml", CONFIG)
    put(tmp_path, "data/postern/recordings/press-3.toml", "no recording")
    [sentence] = Recordings(Places(tmp_path), follow_here).prove().told
    assert sentence.startswith("the recording of press-3 cannot be played")


def test_without_a_configuration_nothing_is_played(tmp_path: Path) -> None:
    put(tmp_path, "data/postern/recordings/press-3.toml", OTHER)
    assert Recordings(Places(tmp_path), follow_here).prove() == Verdict()


@pytest.mark.parametrize(
    ("status", "stderr", "told", "against"),
    [
        (None, "no end", "there was no time", ""),
        (1, "Traceback\nKeyError: 7\n", "", "the gateway fails on what press-3 says: KeyError: 7"),
        (-11, "", "", "the gateway fails on what press-3 says: no word why"),
    ],
)
def test_a_player_that_does_not_end_well_is_told(
    tmp_path: Path, status: int | None, stderr: str, told: str, against: str
) -> None:
    put(tmp_path, "data/postern/saved.toml", CONFIG)
    put(tmp_path, "data/postern/recordings/press-3.toml", GOOD)

    def follow(argv: list[str], line: Callable[[str], None], timeout: float) -> None:
        assert timeout == SECONDS
        line('{"client": "press-3"}')
        raise ToolFailed("python", status, stderr)

    found = Recordings(Places(tmp_path), follow).prove()
    assert told in "".join(found.told)
    assert "".join(found.against) == against
