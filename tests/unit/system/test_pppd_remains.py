"""Taking back what one that was killed has left."""

import socket
from collections.abc import Sequence
from pathlib import Path

import pytest

from gateway.system.control_socket import AlreadyRunning
from gateway.system.pppd_remains import files_of, links_of, remove_remains
from gateway.system.pppd_rules import removal_text
from gateway.system.run import Result, ToolMissing


class Left:
    """A place where a program was killed, and nft, which lists these tables."""

    def __init__(self, folder: Path, tables: str = "table ip postern_local\n") -> None:
        self.root, self.place, self.tables = folder / "root", folder / "pppd.sock", tables
        self.switch = self.root / "proc/sys/net/ipv4/conf/eth1/forwarding"
        self.switch.parent.mkdir(parents=True)
        self.switch.write_text("0\n")
        links_of(self.place, self.root).open_inside("eth1")
        files_of(self.place).write({"lan.servers": "10.10.0.5 secret\n"})
        self.given: list[str] = []

    def nft(self, argv: Sequence[str], text: str) -> Result:
        self.given += [text] if text else []
        return Result(self.tables, "")

    def remove(self) -> bool:
        return remove_remains(self.place, self.nft, self.root)


def test_switch_files_and_rules_go(tmp_path: Path) -> None:
    left = Left(tmp_path, "table ip postern\ntable ip postern_local\n")
    assert left.remove()
    assert left.switch.read_text().strip() == "0"
    assert left.given == [removal_text()]
    assert [path.name for path in tmp_path.iterdir()] == ["root"]


def test_without_rules_or_without_nft_there_are_none_to_remove(tmp_path: Path) -> None:
    left = Left(tmp_path, "table ip postern\n")
    assert not left.remove()
    assert left.given == []

    def missing(argv: Sequence[str], text: str) -> Result:
        raise ToolMissing("nft", None, "no such file")

    assert not remove_remains(left.place, missing, left.root)


def test_of_one_that_is_at_work_nothing_is_taken(tmp_path: Path) -> None:
    left = Left(tmp_path)
    with socket.socket(socket.AF_UNIX) as living:
        living.bind(str(left.place))
        living.listen()
        with pytest.raises(AlreadyRunning):
            left.remove()
    assert (left.switch.read_text().strip(), left.given) == ("1", [])
    assert files_of(left.place).folder.is_dir()
