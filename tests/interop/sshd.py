"""Debian's sshd as a box has it: its settings, the shell of its administrators, SFTP; on loopback.

It runs in namespaces of its own for mounts and processes, with another passwd, so that nothing of
this machine's is touched and everything it has started is gone with it. What `postern` says there
is a script of the test's.
"""

import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Final

from gateway.system.clock import now
from image.programs import run

ROOT: Final = Path(__file__).parents[2]
TREE: Final = ROOT / "build/watch/tree"
SSHD: Final = TREE / "usr/sbin/sshd"
SETTINGS: Final = ROOT / "image/rootfs/etc/ssh/sshd_config.d/postern.conf"
SHELL: Final = ROOT / "image/rootfs/usr/lib/postern/console"
USER: Final = "ada"
LOOPBACK: Final = "127.0.0.1"
PATIENCE: Final = 60.0  # seconds: on a busy machine
# Of the image's, what names places there, or who may log in here: the user must be root to need no
# account of this machine's.
ELSEWHERE: Final = (
    "HostKey",
    "AuthorizedKeysFile",
    "AllowGroups",
    "PermitRootLogin",
    "MaxStartups",
)
START: Final = """\
set -eu
mount -t tmpfs tmpfs /run
mkdir /run/sshd
mount --bind "$1/passwd" /etc/passwd
exec "$2" -D -e -f "$1/sshd_config"
"""
ASK: Final = """\
set -eu
mount -t tmpfs tmpfs /run
mkdir /run/sshd
mount --bind "$4" /etc/passwd
exec "$1" -T -f "$2" -h "$3"
"""


@dataclass(frozen=True, slots=True)
class Sshd:
    """One that runs. `fingerprint` is what the box's console would show."""

    port: int
    fingerprint: str
    place: Path

    @property
    def log(self) -> str:
        return (self.place / "log").read_text()


def make_key(path: Path) -> str:
    """A key of ed25519 in this file; its fingerprint, as ssh-keygen has it."""
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path])
    return run(["ssh-keygen", "-l", "-f", f"{path}.pub"]).split()[1]


@contextmanager
def sshd(place: Path, mine: Path, postern: str, address: str = LOOPBACK) -> Iterator[Sshd]:
    """`mine` is the user's private key, `postern` the script that is the command there."""
    fingerprint = make_key(place / "host_key")
    port = _free_port(address)
    _write(place, mine, postern, (address, port))
    command = ["unshare", "--mount", "--pid", "--fork", "--kill-child"]
    command += ["sh", "-c", START, "sh", str(place), str(SSHD)]
    libraries = {"LD_LIBRARY_PATH": str(TREE / "usr/lib/x86_64-linux-gnu")}
    with open(place / "log", "wb") as log:
        child = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stderr=log, env={**os.environ, **libraries}
        )
    try:
        _wait_for((address, port), place, child)
        yield Sshd(port, fingerprint, place)
    finally:
        child.kill()
        child.wait()


def effective(place: Path) -> dict[str, str]:
    """What the box's settings come to, by sshd itself (-T): each with its value."""
    key, settings = place / "host_key", place / "settings"
    make_key(key)
    kept = [line for line in SETTINGS.read_text().splitlines() if not line.startswith("HostKey ")]
    settings.write_text("\n".join(kept) + "\n")
    (place / "passwd").write_text("sshd:x:106:65534::/run/sshd:/usr/sbin/nologin\n")
    command: list[str | Path] = ["unshare", "--mount", "sh", "-c", ASK, "sh"]
    command += [SSHD, settings, key, place / "passwd"]
    libraries = {"LD_LIBRARY_PATH": str(TREE / "usr/lib/x86_64-linux-gnu")}
    found = run(command, env={**os.environ, **libraries})
    return dict(line.split(" ", 1) for line in found.splitlines() if " " in line)


def _write(place: Path, mine: Path, postern: str, at: tuple[str, int]) -> None:
    (place / "passwd").write_text(
        f"{USER}:x:0:0:Postern administrator:{place}:{place}/console\n"
        "sshd:x:106:65534::/run/sshd:/usr/sbin/nologin\n"
    )
    (place / "console").write_text(SHELL.read_text())
    (place / "authorized_keys").write_text(Path(f"{mine}.pub").read_text())
    (place / "bin").mkdir(exist_ok=True)
    (place / "bin/postern").write_text(postern)
    for path in ("console", "bin/postern"):
        (place / path).chmod(0o755)
    kept = [
        line for line in SETTINGS.read_text().splitlines() if line.split(" ")[0] not in ELSEWHERE
    ]
    own = [
        f"ListenAddress {at[0]}:{at[1]}",
        f"HostKey {place}/host_key",
        f"AuthorizedKeysFile {place}/authorized_keys",
        "PermitRootLogin prohibit-password",
        "StrictModes no",
        "PidFile none",
        f"SetEnv PATH={place}/bin:/usr/bin:/bin",
        f"Subsystem sftp {TREE}/usr/lib/openssh/sftp-server",
    ]
    (place / "sshd_config").write_text("\n".join([*kept, *own]) + "\n")


def _free_port(address: str) -> int:
    with socket.create_server((address, 0)) as listener:
        return int(listener.getsockname()[1])


def _wait_for(at: tuple[str, int], place: Path, child: subprocess.Popen[bytes]) -> None:
    until = now() + PATIENCE
    while now() < until and child.poll() is None:
        try:
            socket.create_connection(at, 1).close()
        except OSError:
            Event().wait(0.05)  # it is another program: nothing tells us
        else:
            return
    raise AssertionError(f"no sshd: {(place / 'log').read_text()}")
