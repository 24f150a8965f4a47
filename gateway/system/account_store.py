"""What an accountant must not lose, on the disk: what the RADIUS server has not taken yet, which
sessions are up, and how far it has read. SQLite, since the power may go at any moment.

Names of users are in it and no secret. A file that cannot be read is put aside for a new one.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

NAME: Final = "accounts.sqlite"
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS waiting (number INTEGER PRIMARY KEY, account TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS living (session TEXT PRIMARY KEY, account TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS mark (one INTEGER PRIMARY KEY, mark TEXT NOT NULL) STRICT;
"""


class StoreFailed(Exception):
    """The disk takes nothing, or another accountant has the file."""


class Found(NamedTuple):
    """What was left there, each as it was given, oldest first."""

    mark: str
    living: list[str]
    waiting: list[tuple[int, str]]


class AccountStore:
    """In this folder, which is made for its owner alone. `said` is what a person should hear."""

    def __init__(self, folder: Path) -> None:
        self.said = ""
        self._path = folder / NAME
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
            try:
                self._connection = _opened(self._path)
            except sqlite3.OperationalError:
                raise
            except sqlite3.DatabaseError:
                aside = self._path.with_name(f"{NAME}.damaged")
                self._path.rename(aside)
                self._path.touch(mode=0o600)
                self.said = f"{self._path} could not be read and was put aside as {aside.name}"
                self._connection = _opened(self._path)
        except (OSError, sqlite3.Error) as error:
            raise StoreFailed(f"{self._path} cannot be used: {error}") from error

    def load(self) -> Found:
        """`StoreFailed` if it cannot be read."""
        try:
            mark = self._connection.execute("SELECT mark FROM mark").fetchone()
            living = self._connection.execute("SELECT account FROM living").fetchall()
            waiting = self._connection.execute("SELECT * FROM waiting ORDER BY number").fetchall()
        except sqlite3.Error as error:
            raise StoreFailed(f"{self._path} cannot be read: {error}") from error
        return Found("" if mark is None else mark[0], [one for (one,) in living], waiting)

    def write(
        self,
        mark: str,
        living: Mapping[str, str | None],
        waiting: Iterable[tuple[int, str]],
        taken: Iterable[int],
    ) -> None:
        """All of it or nothing: None is a session that is over. It is on the disk afterwards."""
        gone = [(name,) for name, account in living.items() if account is None]
        there = [(name, account) for name, account in living.items() if account is not None]
        try:
            with self._connection as disk:
                disk.execute("INSERT OR REPLACE INTO mark VALUES (1, ?)", (mark,))
                disk.executemany("DELETE FROM living WHERE session = ?", gone)
                disk.executemany("INSERT OR REPLACE INTO living VALUES (?, ?)", there)
                disk.executemany("INSERT OR REPLACE INTO waiting VALUES (?, ?)", waiting)
                disk.executemany("DELETE FROM waiting WHERE number = ?", [(one,) for one in taken])
        except sqlite3.Error as error:
            raise StoreFailed(f"{self._path} takes nothing: {error}") from error

    def close(self) -> None:
        with suppress(sqlite3.Error):
            self._connection.close()


def _opened(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=1.0)
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(f"BEGIN IMMEDIATE;{_TABLES}COMMIT;")
        connection.execute("SELECT count(*) FROM waiting").fetchone()
    except BaseException:
        connection.close()
        raise
    return connection
