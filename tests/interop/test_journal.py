"""systemd's journal takes the fields, and Debian's rsyslog sends them on as RFC 5424 by TLS."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.interop.journal_world import JOURNALD, LAST, NAME, PEER, TREE

ROOT = Path(__file__).parents[2]
# RFC 5424, 6: priority and version, time, host, program, process, id of the message, data, text
LINE = re.compile(r"<(\d+)>1 (\S+) (\S+) (\S+) (\S+) (\S+) (-|\[.*?\]) +(.*)", re.DOTALL)

pytestmark = [
    pytest.mark.root,
    pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount: `make test` is run as root"),
    pytest.mark.skipif(
        not JOURNALD.exists(),
        reason="no systemd-journald here: it comes with Debian's package systemd",
    ),
    pytest.mark.skipif(
        not (TREE / "sbin/rsyslogd").exists(), reason="no rsyslog here: run `make setup` as root"
    ),
]


def told(folder: Path, name: str) -> dict[str, Any]:
    command = ["unshare", "--mount", "--propagation", "private", sys.executable]
    command += ["-m", "tests.interop.journal_world", str(folder), name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return told(tmp_path_factory.mktemp("journal"), NAME)


def line_of(world: dict[str, Any], words: str) -> tuple[str, ...]:
    [line] = [line for line in world["lines"] if words in line]
    match = LINE.fullmatch(line)
    assert match, line
    return match.groups()


def test_the_journal_is_asked_for_one_machine_and_tells_its_whole_dial(
    world: dict[str, Any],
) -> None:
    proved, up = world["entries"]
    assert proved["MESSAGE"].startswith(f"dial 3: Client {PEER} has proved")
    assert up["MESSAGE"].startswith("dial 3: PPP is up")
    for entry in (proved, up):
        assert (entry["POSTERN_SESSION"], entry["POSTERN_PEER"]) == ("3", PEER)
        assert (entry["SYSLOG_IDENTIFIER"], entry["PRIORITY"]) == ("postern", "6")
    assert up["POSTERN_FACT"] == "ppp-up"


def test_a_fact_comes_to_the_collector_with_its_fields(world: dict[str, Any]) -> None:
    priority, _, _, program, _, kind, data, text = line_of(world, "PPP is up")
    assert (int(priority) % 8, program, kind) == (6, "postern", "ppp-up")
    assert 'machine="press-3" session="3"' in data
    assert f'peer="{PEER}"' in data
    assert text == "dial 3: PPP is up: the client has 10.1.0.2."


def test_a_refusal_comes_with_its_cause(world: dict[str, Any]) -> None:
    priority, *_, kind, data, _ = line_of(world, "was not let through")
    assert (int(priority) % 8, kind) == (5, "refused")
    assert 'machine="" session="4"' in data
    assert 'cause="wrong-key"' in data


def test_a_line_that_is_no_fact_has_no_fields(world: dict[str, Any]) -> None:
    *_, kind, data, text = line_of(world, LAST)
    assert (kind, data, text) == ("-", "-", LAST)


def test_a_collector_with_another_name_gets_nothing(tmp_path: Path) -> None:
    found = told(tmp_path, "somebody-else.example.org")
    assert found["lines"] == []
    assert len(found["entries"]) == 2
