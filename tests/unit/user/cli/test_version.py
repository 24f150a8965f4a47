import json
import platform

import pytest

from gateway import __version__
from gateway.user.cli import exits
from gateway.user.cli.main import main


def test_the_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version"]) == exits.OK
    assert capsys.readouterr().out == f"postern {__version__}\n"


def test_json_has_python_too(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["version", "--json"]) == exits.OK
    found = json.loads(capsys.readouterr().out)
    assert found == {"version": __version__, "python": platform.python_version()}
