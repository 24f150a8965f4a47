import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from gateway.user.authority import write
from gateway.user.cli import exits
from gateway.user.cli.main import main
from tests import pki
from tests.unit.control.pki_files import GOOD as CERTIFIED
from tests.unit.control.pki_files import ROOT, Files
from tests.unit.control.written import CLIENT, GOOD, OUTSIDE, ROUTE


def written(folder: Path, text: str, mode: int = 0o600) -> str:
    path = folder / "postern.toml"
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def test_a_good_one_is_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    said = GOOD.replace('route = "old-nt4"', 'route = "old-nt4"\nreach = ["everything"]')
    assert main(["check", "--config", written(tmp_path, said)]) == exits.OK
    assert capsys.readouterr().out == "ok: 1 client, 1 route\n"


def test_who_may_go_everywhere_since_nobody_said_otherwise_is_told_and_no_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, GOOD)
    assert main(["check", "--config", path]) == exits.OK
    first, second = capsys.readouterr().out.splitlines()
    assert first == "ok: 1 client, 1 route"
    assert second.startswith("  press-3 may reach every host and port behind the server")
    assert main(["check", "--config", path, "--json"]) == exits.OK
    assert json.loads(capsys.readouterr().out)["reach"] == [second.strip()]


def test_warnings_are_told_and_leave_it_good(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = GOOD + ROUTE.replace("old-nt4", "spare")
    assert main(["check", "--config", written(tmp_path, text, 0o644)]) == exits.OK
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 4
    assert "mode 0644" in lines[0]
    assert lines[2] == "ok: 1 client, 2 routes, 2 warnings"


def test_an_expired_certificate_is_warned_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = pki.machine(ROOT, "gateway", start=0.0, end=1_600_000_000.0)
    files = Files().change("gateway.pem", old.pem).change("gateway.key", old.key_pem)
    for name, data in files.data.items():
        write(tmp_path / name, data)
    assert main(["check", "--config", written(tmp_path, CERTIFIED)]) == exits.OK
    told = capsys.readouterr().out
    assert "certificate[1].chain_file: warning: is of no use now: " in told
    assert "CN=gateway expired on 2020-09-13" in told


def test_all_problems_are_told_without_a_key_among_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = GOOD.replace("psk", "pks").replace("pptp", "ppp")
    path = written(tmp_path, text)
    assert main(["check", "--config", path]) == exits.PROBLEM
    out = capsys.readouterr().out
    assert "client[1].pks: there is no key 'pks' in [[client]]. Perhaps 'psk' is meant." in out
    assert out.splitlines()[-1] == f"3 problems to put right in {path}"
    assert "hunter2" not in out


def test_a_key_in_a_file_beside_it_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = GOOD.replace('psk = "hunter2-hunter2"', 'psk_file = "press-3.psk"')
    path = written(tmp_path, text)
    assert main(["check", "--config", path]) == exits.PROBLEM
    assert "psk_file: cannot be read: no such file or directory" in capsys.readouterr().out
    (tmp_path / "press-3.psk").write_text("hunter2-hunter2\n")
    (tmp_path / "press-3.psk").chmod(0o600)
    assert main(["check", "--config", path]) == exits.OK


def test_a_configuration_that_is_not_there_is_a_problem_like_others(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = str(tmp_path / "absent.toml")
    assert main(["check", "--config", path, "--json"]) == exits.PROBLEM
    found = json.loads(capsys.readouterr().out)
    assert found["ok"] is False
    assert found["problems"][0]["what"] == "cannot be read: no such file or directory"


def test_json_has_each_problem_with_where_what_and_hint(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = written(tmp_path, GOOD.replace("eth0", "eth 0"))
    assert main(["check", "--config", path, "--json"]) == exits.PROBLEM
    assert json.loads(capsys.readouterr().out) == {
        "ok": False,
        "file": path,
        "clients": 1,
        "routes": 1,
        "days": [],
        "reach": [],
        "problems": [
            {
                "where": "outside.interface",
                "what": "is 'eth 0', which no Linux interface can be called",
                "hint": 'Write for example interface = "eth0"',
                "warning": False,
                "line": 3,
            }
        ],
    }


def test_days_are_counted_down(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    until = date.today() + timedelta(days=100)  # noqa: DTZ011 - as the command does
    more = f'esp = ["des-md5"]\nweak_reason = "it knows no other"\nweak_until = {until}\n'
    path = written(tmp_path, OUTSIDE + CLIENT + more + ROUTE)
    assert main(["check", "--config", path]) == exits.OK
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "ok: 1 client, 1 route"
    assert lines[1].startswith("  press-3 may use des-md5 for ")
    assert lines[1].endswith(f" days more, until {until} (it knows no other)")
    assert main(["check", "--config", path, "--json"]) == exits.OK
    assert str(until) in json.loads(capsys.readouterr().out)["days"][0]


def test_a_day_that_has_passed_is_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    more = 'esp = ["des-md5"]\nweak_reason = "it knows no other"\nweak_until = 2020-01-01\n'
    assert (
        main(["check", "--config", written(tmp_path, OUTSIDE + CLIENT + more + ROUTE)]) == exits.OK
    )
    assert "weak_until: warning: has passed" in capsys.readouterr().out
