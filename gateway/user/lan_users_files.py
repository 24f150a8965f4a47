"""Users of routes into the LAN on a machine that is no box: pppd's own files, as root."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from gateway.control.document import File
from gateway.control.lan_users import (
    FILES,
    LanRoute,
    LanUser,
    bytes_of,
    lan_routes,
    text_of,
    users_in,
    with_user,
    without_user,
)
from gateway.control.users import BadUser
from gateway.user.client import DaemonError
from gateway.user.files import read_file
from gateway.user.users_file import ABSENT, keep_secrets

FOLDER: Final = Path("/etc/ppp")


class LanFiles:
    """`config` says which routes there are; every method may raise a `DaemonError`."""

    def __init__(self, config: Path, folder: Path | None = None) -> None:
        self._config = config
        self._folder = folder or FOLDER

    def routes(self) -> list[LanRoute]:
        """None where there is no configuration to be read."""
        file = read_file(self._config)
        text = file.data.decode(errors="replace") if isinstance(file, File) else ""
        return lan_routes([text])

    def users(self) -> list[LanUser]:
        return users_in(self._read(), self.routes())

    def store(self, name: str, route: str, password: str) -> None:
        self._change(lambda found: with_user(found, self.routes(), name, route, password))

    def forget(self, name: str, route: str) -> None:
        self._change(lambda found: without_user(found, name, route))

    def _change(self, change: Callable[[dict[str, str]], Mapping[str, str]]) -> None:
        if not self._folder.is_dir():
            raise DaemonError(f"there is no {self._folder}", "Install pppd first: apt install ppp")
        try:
            changed = change(self._read())
        except BadUser as error:
            raise DaemonError(str(error), error.hint) from None
        for name, text in changed.items():
            # A link stays one: whoever made it wants the file to lie elsewhere.
            keep_secrets((self._folder / name).resolve(), bytes_of(text))

    def _read(self) -> dict[str, str]:
        return {name: self._text(name) for name in FILES}

    def _text(self, name: str) -> str:
        path = self._folder / name
        file = read_file(path)
        if isinstance(file, str):
            if file == ABSENT:
                return ""
            raise DaemonError(f"{path} cannot be read: {file}", "Do it as root")
        try:
            return text_of(file.data, str(path))
        except BadUser as error:
            raise DaemonError(str(error), error.hint) from None
