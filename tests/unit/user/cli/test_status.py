import json
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.control.sessions import StatusView, to_json
from gateway.user.cli import exits
from gateway.user.cli.main import main
from tests.unit.user.daemon import answering

STATUS = StatusView(
    version="0.1.0",
    uptime_s=7500.0,
    sessions=2,
    half_open=1,
    counters={"unknown_spi": 3, "replay": 0},
    config_file="/etc/postern/postern.toml",
    config_loaded_s=300.0,
    firewall="nftables",
    rules_ok=True,
    rss_kb=30_000,
    virtual="nft",
)


def told(folder: Path, capsys: pytest.CaptureFixture[str], status: StatusView) -> tuple[int, str]:
    with answering(folder, to_json(status)) as daemon:
        code = main(["status", "--socket", daemon.path])
    return code, capsys.readouterr().out


def test_the_daemon_is_told_in_a_few_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = told(tmp_path, capsys, STATUS)
    assert code == exits.OK
    assert text.splitlines() == [
        "postern 0.1.0",
        "  up for         2h05",
        "  sessions       2",
        "  half-open      1",
        "  queue drops    0",
        "  memory         30.7 MB",
        "  firewall       nftables, rules in place",
        "  carried by     the kernel where it can (nft), else the daemon",
        "  configuration  /etc/postern/postern.toml, loaded 5m ago",
        "counted since the start:",
        "  unknown_spi  3",
    ]


def test_rules_that_are_gone_are_a_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, text = told(tmp_path, capsys, replace(STATUS, rules_ok=False))
    assert code == exits.PROBLEM
    assert "RULES ARE NOT IN PLACE" in text


def test_a_reload_that_was_refused_is_a_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = replace(STATUS, config_problems=("client[1].psk: is missing",), counters={})
    code, text = told(tmp_path, capsys, wrong)
    assert code == exits.PROBLEM
    assert text.splitlines()[-1] == "  client[1].psk: is missing"


def test_refusals_are_told_and_cannot_steer_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = replace(STATUS, refusals=("3 s ago: \x1b[2J",), counters={})
    code, text = told(tmp_path, capsys, refused)
    assert code == exits.OK
    assert text.splitlines()[-1] == r"  3 s ago: \x1b[2J"


def test_json_is_the_view(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(tmp_path, to_json(STATUS)) as daemon:
        assert main(["status", "--json", "--socket", daemon.path]) == exits.OK
    assert json.loads(capsys.readouterr().out)["uptime_s"] == 7500.0


def test_what_has_a_last_day_is_told_with_the_day_it_goes_by(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    dated = replace(
        STATUS, today="2026-10-04", warnings=("lathe may use des-md5",), notices=("the old key",)
    )
    code, text = told(tmp_path, capsys, dated)
    assert code == exits.OK
    assert "  goes by        2026-10-04\nholds until a day:\n" in text
    assert "\n  warning: lathe may use des-md5\n  the old key\n" in text


def test_where_workers_carry_it_says_how_many(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, text = told(tmp_path, capsys, replace(STATUS, virtual="", workers=2))
    assert "workers where they can (2), else the daemon" in text
