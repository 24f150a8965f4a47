"""The verbs of `python -m image`."""

from pathlib import Path

import pytest

from image import __main__ as command
from image.__main__ import ABOUT, main


def test_every_verb_says_what_it_does_and_how_long_it_takes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    said = " ".join(capsys.readouterr().out.split())
    for verb, about in ABOUT.items():
        assert verb in said
        assert about.endswith(")")


def test_check_says_how_far_a_profile_can_be_believed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "pcengines-apu2"]) == 0
    assert "not yet confirmed on this board" in capsys.readouterr().out


def test_check_of_a_board_nobody_knows_names_those_that_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["check", "toaster"]) == 1
    assert "qemu" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["boot", "flash"])
def test_without_an_image_it_says_how_to_make_one(
    verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "set_up", lambda: None)
    disk = ["/dev/null"] if verb == "flash" else []
    assert main(["--build", str(tmp_path), verb, *disk]) == 1
    assert "make image" in capsys.readouterr().err


def test_a_bundle_needs_a_build(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--build", str(tmp_path), "bundle"]) == 1
    assert "nothing was built yet" in capsys.readouterr().err
