"""Debian's FreeRADIUS with the example under monitoring/freeradius, on loopback: unpacked for the
lab, never installed."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any

from gateway.system.clock import now

TREE = Path(__file__).parents[2] / "build/lab/tree"
EXAMPLE = Path(__file__).parents[2] / "monitoring/freeradius"
DEBIAN = TREE / "etc/freeradius/3.0"
PATIENCE = 60.0  # seconds: on a busy machine
LIBRARIES = ":".join(
    str(TREE / name) for name in ("usr/lib/freeradius", "usr/lib/x86_64-linux-gnu")
)
ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "LD_LIBRARY_PATH": LIBRARIES}
SECRET = "a-long-random-text"  # the example's own


class FreeRadius:
    """One that may run, be stopped and run again; its table stays."""

    def __init__(
        self, folder: Path, port: int, client: str = "127.0.0.1", at: str = "127.0.0.1"
    ) -> None:
        """`client` is Postern's address, `at` its own. All that comes in is in `said`, too."""
        self.folder, self.port = folder, port
        self.table, self._said = folder / "accounts.sqlite", folder / "said"
        for name in ("mods-config", "policy.d"):
            shutil.copytree(DEBIAN / name, folder / name)
        shutil.copy(EXAMPLE / "clients.conf", folder)
        self._replace("clients.conf", {"10.10.0.1": client})
        shutil.copy(EXAMPLE / "radiusd.conf", folder)
        self._replace(
            "radiusd.conf",
            {
                "/etc/freeradius/3.0\n": f"{folder}\n",
                "/usr/lib/freeradius\n": f"{TREE / 'usr/lib/freeradius'}\n",
                "/var/log/freeradius\n": f"{folder}\n",
                "/var/run/freeradius\n": f"{folder}\n",
                "/var/lib/freeradius/": f"{folder}/",
                "  user = freerad\n  group = freerad\n": "",
                "ipaddr = *\n    port = 1813\n": f"ipaddr = {at}\n    port = {port}\n",
            },
        )

    def _replace(self, name: str, changes: dict[str, str]) -> None:
        """The example as it is, but for where things are on this machine."""
        text = (self.folder / name).read_text()
        for before, after in changes.items():
            assert before in text, f"{name} has no {before!r}"
            text = text.replace(before, after)
        (self.folder / name).write_text(text)

    @contextmanager
    def running(self) -> Iterator[None]:
        said = self._said
        command = [
            str(TREE / "usr/sbin/freeradius"),
            "-fx",
            "-l",
            str(said),
            "-d",
            str(self.folder),
        ]
        command += ["-D", str(TREE / "usr/share/freeradius")]
        said.unlink(missing_ok=True)
        with subprocess.Popen(command, env=ENVIRONMENT, stdin=subprocess.DEVNULL) as child:
            try:
                until(lambda: child.poll() or "Ready to process" in self.said(), "FreeRADIUS")
                assert child.poll() is None, self.said()
                yield
            finally:
                child.terminate()

    def said(self) -> str:
        """Its log, as far as it runs or has run last."""
        return self._said.read_text() if self._said.exists() else ""

    def rows(self) -> list[dict[str, Any]]:
        """The table of accounts, oldest first."""
        return self._ask("SELECT * FROM radacct ORDER BY radacctid")

    def who_was_on(self) -> list[dict[str, Any]]:
        """As the example's own query has it."""
        return self._ask((EXAMPLE / "who-was-on.sql").read_text())

    def _ask(self, query: str) -> list[dict[str, Any]]:
        if not self.table.exists():
            return []
        connection = sqlite3.connect(f"file:{self.table}?mode=ro", uri=True, timeout=10.0)
        try:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(query)]
        finally:
            connection.close()


def disconnect(port: int, secret: str, *lines: str) -> str:
    """What `radclient` says of a Disconnect-Request with these attributes."""
    command = [str(TREE / "usr/bin/radclient"), "-x", "-r", "1", "-t", "5"]
    command += ["-D", str(TREE / "usr/share/freeradius"), f"127.0.0.1:{port}", "disconnect", secret]
    text = "\n".join(lines) + "\n"
    done = subprocess.run(
        command, env=ENVIRONMENT, input=text, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def until(ready: Any, what: str) -> None:
    """Wait for it, as long as a slow machine may need."""
    end = now() + PATIENCE
    while not ready():
        assert now() < end, f"{what} did not come"
        Event().wait(0.1)
