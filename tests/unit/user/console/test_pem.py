import os
from pathlib import Path

import pytest

from gateway.user.client import DaemonError
from gateway.user.console.pem import LONGEST, outline, read_pem
from gateway.x509.pem import build_pem

ONE = build_pem("CERTIFICATE", b"0")


def test_what_is_in_it_is_told_and_nothing_of_it_shown() -> None:
    both = f"ada's\n{ONE}{ONE}{build_pem('X509 CRL', b'0')}"
    assert outline(both) == "(PEM: 2 certificate, 1 x509 crl)"
    assert outline("") == "(PEM: nothing)"


def test_a_file_is_read_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "it.pem").write_text(f"of the works\n{ONE}")
    assert read_pem(str(tmp_path / "it.pem")) == f"of the works\n{ONE}"


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("gone.pem", "cannot be read: No such file or directory"),
        ("no\0name", "cannot be read: embedded null byte"),
        ("pipe", "there is no PEM in"),
        ("folder", "there is no PEM in|cannot be read: Is a directory"),
        ("large.pem", "there is no PEM in"),
        ("words.txt", "there is no PEM in"),
        ("binary", "there is no PEM in"),
    ],
)
def test_what_is_none_is_told_in_a_sentence(tmp_path: Path, name: str, what: str) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    (tmp_path / "large.pem").write_text(ONE + "x" * LONGEST)
    (tmp_path / "words.txt").write_text("no PEM")
    (tmp_path / "binary").write_bytes(ONE.encode() + b"\xff")
    with pytest.raises(DaemonError, match=what) as told:
        read_pem(f"{tmp_path}/{name}")
    assert "whole path" in told.value.hint


def test_what_is_no_whole_path_is_told() -> None:
    with pytest.raises(DaemonError, match="is no path"):
        read_pem("ca.pem")
