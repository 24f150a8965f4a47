"""Only the very bytes of the lock get into the image."""

import hashlib
from pathlib import Path

import pytest

from image.lock import Package
from image.mirror import Mirrors
from image.programs import Failed
from image.steps import fetch

MIRRORS = Mirrors("http://mirror.example/debian", "http://mirror.example/debian-security")
DATA = b"!<arch>\n"
SUM = hashlib.sha256(DATA).hexdigest()
ONE = Package("one", "1+b1", "root", "main", len(DATA), SUM, "pool/o/one_1+b1_all.deb")


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / ONE.deb).write_bytes(DATA)
    assert fetch.fetch([ONE], MIRRORS, tmp_path) == 0


def test_a_file_with_other_bytes_is_fetched_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ONE.deb).write_bytes(b"!<arcX>\n")
    commands = []

    def apt_helper(command: list[str]) -> str:
        commands.append(command)
        (tmp_path / ONE.deb).write_bytes(DATA)
        return ""

    monkeypatch.setattr(fetch, "run", apt_helper)
    assert fetch.fetch([ONE], MIRRORS, tmp_path) == 1
    uri, place, digest = commands[0][2:]
    assert uri == "http://mirror.example/debian/pool/o/one_1%2bb1_all.deb"
    assert (place, digest) == (str(tmp_path / ONE.deb), f"SHA256:{SUM}")


def test_what_the_mirror_gives_in_its_place_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch, "run", lambda _: (tmp_path / ONE.deb).write_bytes(b"12345678"))
    with pytest.raises(Failed, match="is not the one in packages.lock"):
        fetch.fetch([ONE], MIRRORS, tmp_path)


def test_a_version_that_has_left_the_mirror_is_answered_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(_: list[str]) -> str:
        raise Failed("404  Not Found")

    monkeypatch.setattr(fetch, "run", gone)
    with pytest.raises(Failed) as caught:
        fetch.fetch([ONE], MIRRORS, tmp_path)
    assert "python -m image lock" in caught.value.hint
