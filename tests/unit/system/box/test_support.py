"""The bundle for whoever helps: listed, bounded, and without a secret anywhere."""

import io
import tarfile

from gateway.control.canonical import MASK
from gateway.system.box.support import (
    LARGEST,
    LARGEST_PIECE,
    Piece,
    bundle,
    command,
    configuration,
    contents,
    cut,
    secrets_in,
    system_pieces,
)
from tests.unit.system.box.machine import CONFIG, SECRET, Tools


def unpacked(data: bytes) -> dict[str, bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        files = {one.name: archive.extractfile(one) for one in archive}
        return {name: file.read() for name, file in files.items() if file}


def test_the_list_says_what_each_piece_is_for() -> None:
    lines = contents(system_pieces(Tools()))
    assert lines[0] == "journal.txt: the journal since the start"
    assert len(lines) == 6


def test_no_secret_is_anywhere_even_where_it_has_no_business() -> None:
    pieces = [
        Piece("postern.toml", "", lambda: configuration(CONFIG)),
        Piece("journal.txt", "", lambda: f"somebody logged {SECRET} by mistake"),
    ]
    files = unpacked(bundle(pieces, secrets_in(CONFIG), "box", 0.0))
    assert sorted(files) == ["box/journal.txt", "box/postern.toml"]
    assert SECRET.encode() not in b"".join(files.values())
    assert MASK.encode() in files["box/journal.txt"]
    assert b"press-3" in files["box/postern.toml"]


def test_what_cannot_be_read_as_a_configuration_is_left_out_whole() -> None:
    assert SECRET not in configuration(f"[[ {SECRET}")
    assert secrets_in("[[") == []


def test_longer_secrets_are_cut_before_shorter_ones_in_them() -> None:
    text = '[[client]]\npsk = "abcd"\n[[client]]\npsk = "abcdefgh"\n[[client]]\npsk = "ab"\n'
    assert secrets_in(text) == ["abcdefgh", "abcd"]
    assert cut("abcdefgh abcd ab", secrets_in(text)) == f"{MASK} {MASK} ab"


def test_it_is_bounded_and_the_end_of_a_long_piece_is_kept() -> None:
    long = "a" * LARGEST_PIECE + "the end"
    pieces = [Piece(f"{number}.txt", "", lambda: long) for number in range(20)]
    files = unpacked(bundle(pieces, [], "box", 0.0))
    assert files["box/0.txt"].endswith(b"the end")
    assert len(files["box/0.txt"]) == LARGEST_PIECE
    assert sum(map(len, files.values())) <= LARGEST


def test_a_program_that_fails_says_why_in_its_place() -> None:
    assert "no such" in command(Tools(fails={"nft": "no such"}), "nft", "list")()
    assert command(Tools(says={"nft": "rules"}), "nft")() == "rules"
