import json
from pathlib import Path

import pytest

from gateway.user.cli import exits
from gateway.user.cli.main import main
from tests.unit.user.daemon import answering


def test_what_is_being_closed_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(tmp_path, {"closed": [7, 9]}) as daemon:
        assert main(["disconnect", "--client", "press-3", "--socket", daemon.path]) == exits.OK
    assert capsys.readouterr().out == "closing session 7, session 9\n"
    assert daemon.asked == [{"verb": "disconnect", "client": "press-3"}]


def test_a_daemon_that_does_not_tell_numbers_is_believed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(tmp_path, None) as daemon:
        assert main(["disconnect", "--client", "press-3", "--socket", daemon.path]) == exits.OK
    assert capsys.readouterr().out == "closing\n"


def test_json_has_the_numbers(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(tmp_path, {"closed": [7]}) as daemon:
        assert main(["disconnect", "7", "--json", "--socket", daemon.path]) == exits.OK
    assert json.loads(capsys.readouterr().out) == {"closed": [7]}


@pytest.mark.parametrize("which", [[], ["7", "--client", "press-3"]], ids=["none", "both"])
def test_it_must_be_said_which_and_only_once(which: list[str]) -> None:
    assert main(["disconnect", *which]) == exits.USAGE
