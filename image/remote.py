"""A disk of another machine, over SSH: for boxes that run some rescue Linux."""

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gateway.user.remote.connection import connect as connected
from image.flash import Disk
from image.programs import Failed

if TYPE_CHECKING:
    from fabric import Connection

LSBLK: Final = "lsblk --json --bytes --paths --output NAME,TYPE,SIZE,MODEL,MOUNTPOINTS"


def connect(host: str, known_hosts: Path | None = None) -> "Connection":
    """`Failed` unless the host's key is known already: nothing is believed at first sight.

    `known_hosts` is the file in which it must be, in place of SSH's own.
    """
    try:
        from paramiko.ssh_exception import SSHException
    except ImportError:
        raise Failed("fabric is not installed", "pip install -r requirements/image.txt") from None
    text = "" if known_hosts is None else _read(known_hosts)
    try:
        return connected(host, None if known_hosts is None else lambda name: text)
    except (SSHException, OSError) as error:
        hint = "Its key must be in known_hosts: compare the fingerprint on its console first"
        raise Failed(f"{host} cannot be reached: {error}", hint) from error


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise Failed(f"{path} cannot be read: {error}", "Name a known_hosts file") from None


class RemoteDisk:
    """`device` on the other machine, whose user must be root."""

    def __init__(self, connection: "Connection", device: str) -> None:
        self._connection = connection
        self._device = device

    def look(self) -> Disk:
        return found_disk(self._run(f"{LSBLK} {shlex.quote(self._device)}"), self._device)

    def write(self, chunks: Iterator[bytes]) -> None:
        """Through dd, with the loader and the table last."""
        quoted = shlex.quote(self._device)
        first = next(chunks)
        rest = f"dd of={quoted} bs=4M seek={len(first)} oflag=seek_bytes conv=fsync,notrunc"
        self._send(rest, chunks)
        self._send(f"dd of={quoted} bs=4M conv=fsync,notrunc", iter([first]))

    def digest(self, length: int) -> str:
        quoted = shlex.quote(self._device)
        self._run(f"blockdev --flushbufs {quoted}")
        return self._run(f"head -c {length} {quoted} | sha256sum").split()[0]

    def _run(self, command: str) -> str:
        done = self._connection.run(command, hide=True, warn=True, in_stream=False)
        if done.exited != 0:
            raise Failed(f"{self._connection.host}: {done.stderr.strip() or command}")
        return str(done.stdout)

    def _send(self, command: str, chunks: Iterator[bytes]) -> None:
        """Fabric's own standard input is for text; a channel of the same connection takes bytes."""
        channel = self._connection.transport.open_session()
        try:
            channel.exec_command(f"{command} status=none")
            for chunk in chunks:
                channel.sendall(chunk)
            channel.shutdown_write()
            status = channel.recv_exit_status()
            if status != 0:
                said = channel.recv_stderr(4096).decode(errors="replace").strip()
                raise Failed(f"{self._connection.host}: {said or command}")
        finally:
            channel.close()


def found_disk(told: str, device: str) -> Disk:
    """From `lsblk --json`."""
    try:
        row = json.loads(told)["blockdevices"][0]
        rows = [row, *row.get("children", [])]
        places = [place for one in rows for place in one.get("mountpoints") or () if place]
        inner = [
            one["name"] for part in row.get("children", []) for one in part.get("children", [])
        ]
        if row["type"] != "disk":
            raise Failed(f"{device} is no whole disk", "Name the whole disk")
        uses = [f"mounted at {place}" for place in places] + [f"held by {name}" for name in inner]
        return Disk(device, int(row["size"]), row.get("model") or "", tuple(uses))
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise Failed(f"lsblk said nothing usable of {device}: {error}") from error
