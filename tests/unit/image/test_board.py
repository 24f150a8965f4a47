"""What a profile means for the boot loader."""

from pathlib import Path

import pytest

from image.board import PROFILES, board_cfg, read_board
from image.programs import Failed


def test_qemu_has_screen_and_serial_line_and_its_watchdog() -> None:
    board = read_board("qemu")
    assert board.consoles == "console=tty0 console=ttyS0,115200n8"
    assert (board.unit, board.speed) == (0, 115200)
    assert "postern.watchdog=i6300esb" in board.arguments


def test_a_module_that_a_board_cannot_stand_is_kept_out_from_the_first_moment() -> None:
    assert "modprobe.blacklist=pcengines-apuv2" in read_board("pcengines-apu2").arguments


def test_a_board_with_its_console_on_the_second_port_has_grub_there_too() -> None:
    board = read_board("netgate-rcc-ve")
    assert board.unit == 1
    assert "console=ttyS1" in board.consoles


@pytest.mark.parametrize("path", sorted(PROFILES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_profile_leaves_a_console_and_fits_into_grub_s_quotes(path: Path) -> None:
    text = board_cfg(read_board(path.stem))
    assert 'set consoles="' in text
    assert "console=ttyS" in text
    assert text.count('"') == 4
    assert "$" not in text


def test_a_profile_that_is_not_there_is_answered_with_those_that_are(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text("")
    with pytest.raises(Failed) as caught:
        read_board("other", tmp_path)
    assert caught.value.hint == "There are: one"


def test_all_that_is_wrong_with_a_profile_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('[board]\nid = "worse"\ncolour = "red"\n')
    with pytest.raises(Failed) as caught:
        read_board("bad", tmp_path)
    assert len(str(caught.value).splitlines()) > 2
