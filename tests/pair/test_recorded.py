"""Every recording in the tree plays: what a client once got, it still gets."""

import re
from pathlib import Path

import pytest

from gateway.bridge.replay import replay
from gateway.control.recorded import build_case, parse_case
from tests.captures import vectors
from tests.pair.net import seeded

RECORDINGS = sorted(vectors("recorded").glob("*.toml"))
each_recording = pytest.mark.parametrize("path", RECORDINGS, ids=lambda path: path.stem)


@each_recording
def test_a_recorded_client_comes_as_far_as_it_did(path: Path) -> None:
    case = parse_case(path.read_text())
    found = replay(case, seeded(1))
    assert found.problems == ()
    assert set(found.came) >= set(case.came)


@each_recording
def test_a_recording_is_written_as_it_was_read(path: Path) -> None:
    text = path.read_text()
    assert build_case(parse_case(text)) == text


@each_recording
def test_a_recording_holds_no_address_and_no_long_unknown(path: Path) -> None:
    """Of what is nobody's business only lengths are there; hexadecimal is proposals and vendors."""
    text = path.read_text()
    assert re.findall(r"\d+\.\d+\.\d+\.\d+", text.replace("postern 0.1.0", "")) == []
    for part in re.findall(r'"(\d+ [a-z][^"]*)"', text):
        kind, form, *_ = part.split()
        assert form != "as" or kind == "13"


def test_there_are_recordings_of_scripted_and_of_real_clients() -> None:
    names = {path.stem.split("-")[0] for path in RECORDINGS}
    assert names >= {"scripted", "strongswan", "libreswan"}
