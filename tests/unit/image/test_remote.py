"""What lsblk says of a disk on another machine."""

import json

import pytest

from image.flash import Disk
from image.programs import Failed
from image.remote import RemoteDisk, found_disk


def lsblk(**more: object) -> str:
    row = {
        "name": "/dev/sdz",
        "type": "disk",
        "size": 8 << 30,
        "model": "DOM",
        "mountpoints": [None],
    }
    return json.dumps({"blockdevices": [{**row, **more}]})


def test_a_free_disk_is_described() -> None:
    assert found_disk(lsblk(), "/dev/sdz") == Disk("/dev/sdz", 8 << 30, "DOM", ())


def test_mounts_and_holders_of_its_partitions_count() -> None:
    held = {"name": "/dev/mapper/root", "type": "crypt", "mountpoints": ["/"]}
    parts = [
        {"name": "/dev/sdz1", "type": "part", "mountpoints": ["/boot"]},
        {"name": "/dev/sdz2", "type": "part", "mountpoints": [None], "children": [held]},
    ]
    uses = found_disk(lsblk(children=parts), "/dev/sdz").uses
    assert uses == ("mounted at /boot", "held by /dev/mapper/root")


@pytest.mark.parametrize("told", ["", "{}", '{"blockdevices": []}', '{"blockdevices": [{}]}', "[]"])
def test_what_is_no_answer_is_refused(told: str) -> None:
    with pytest.raises(Failed, match="nothing usable"):
        found_disk(told, "/dev/sdz")


def test_a_partition_is_refused() -> None:
    with pytest.raises(Failed, match="no whole disk"):
        found_disk(lsblk(type="part"), "/dev/sdz1")


class Answer:
    def __init__(self, exited: int, stdout: str = "", stderr: str = "") -> None:
        self.exited, self.stdout, self.stderr = exited, stdout, stderr


class Channel:
    """One command over SSH, as paramiko has it: what was sent, and with what status it ends."""

    def __init__(self, status: int) -> None:
        self.command, self.sent, self.closed, self._status = "", b"", False, status

    def exec_command(self, command: str) -> None:
        self.command = command

    def sendall(self, data: bytes) -> None:
        self.sent += data

    def shutdown_write(self) -> None:
        pass

    def recv_exit_status(self) -> int:
        return self._status

    def recv_stderr(self, _: int) -> bytes:
        return b"dd: no space left\n"

    def close(self) -> None:
        self.closed = True


class Connection:
    """As much of fabric's as is used."""

    host = "box"

    def __init__(self, status: int = 0) -> None:
        self.channels: list[Channel] = []
        self.commands: list[str] = []
        self.transport = self
        self._status = status

    def open_session(self) -> Channel:
        self.channels.append(Channel(self._status))
        return self.channels[-1]

    def run(self, command: str, **_: object) -> Answer:
        self.commands.append(command)
        return Answer(self._status, "abc123  -\n", "refused")


def test_the_table_is_written_last() -> None:
    connection = Connection()
    RemoteDisk(connection, "/dev/sdz").write(iter([b"first", b"more", b"end"]))
    assert [channel.sent for channel in connection.channels] == [b"moreend", b"first"]
    assert "seek=5 " in connection.channels[0].command
    assert all(channel.closed for channel in connection.channels)


def test_what_fails_over_there_is_said_here() -> None:
    connection = Connection(status=1)
    disk = RemoteDisk(connection, "/dev/sdz")
    with pytest.raises(Failed, match="no space left"):
        disk.write(iter([b"first", b"more"]))
    with pytest.raises(Failed, match="refused"):
        disk.digest(5)


def test_the_digest_is_read_after_the_caches_are_gone() -> None:
    connection = Connection()
    disk = RemoteDisk(connection, "/dev/sd z")
    assert disk.digest(5) == "abc123"
    assert connection.commands == [
        "blockdev --flushbufs '/dev/sd z'",
        "head -c 5 '/dev/sd z' | sha256sum",
    ]
