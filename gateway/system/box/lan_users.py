"""Users of routes into the LAN on a box: pppd's files on the data partition, for root alone.

pppd has to have the passwords themselves, so that a TPM would be no help. Nothing shows them.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from gateway.control.changes_outputs import Refused, Who
from gateway.control.lan_users import (
    FILES,
    bytes_of,
    lan_routes,
    text_of,
    users_in,
    with_user,
    without_user,
)
from gateway.control.users import BadUser
from gateway.system.box.disk import write_file
from gateway.system.box.places import Places

FOLDER: Final = "ppp"
Verb = Callable[[Mapping[str, Any], Who, float], object]


class LanUsers:
    """`texts` gives the configurations whose routes count: in force, and being edited."""

    def __init__(self, places: Places, texts: Callable[[], tuple[str, ...]]) -> None:
        self._folder = places.data / FOLDER
        self._texts = texts
        self.verbs: dict[str, Verb] = {
            "users.lan": self._list,
            "users.lan.add": self._add,
            "users.lan.remove": self._remove,
        }

    def _list(self, request: Mapping[str, Any], who: Who, now: float) -> object:
        return self._shown(_or_refused(self._read))

    def _add(self, request: Mapping[str, Any], who: Who, now: float) -> object:
        name, route = _text(request, "name"), _text(request, "route")
        password, routes = _text(request, "password"), lan_routes(self._texts())
        found = _or_refused(lambda: with_user(self._read(), routes, name, route, password))
        return self._keep(found)

    def _remove(self, request: Mapping[str, Any], who: Who, now: float) -> object:
        name, route = _text(request, "name"), _text(request, "route")
        return self._keep(_or_refused(lambda: without_user(self._read(), name, route)))

    def _keep(self, changed: Mapping[str, str]) -> object:
        for file, text in changed.items():
            write_file(self._folder / file, bytes_of(text))
        return self._shown(self._read())

    def _read(self) -> dict[str, str]:
        found = {}
        for file in FILES:
            path = self._folder / file
            found[file] = text_of(path.read_bytes() if path.exists() else b"", file)
        return found

    def _shown(self, secrets: Mapping[str, str]) -> dict[str, Any]:
        return {"users": [asdict(one) for one in users_in(secrets, lan_routes(self._texts()))]}


def _or_refused(make: Callable[[], dict[str, str]]) -> dict[str, str]:
    try:
        return make()
    except BadUser as error:
        raise Refused(str(error), error.hint) from None


def _text(request: Mapping[str, Any], name: str) -> str:
    value = request.get(name, "")
    if not isinstance(value, str):
        raise Refused(f"{name} is no text", "Compare the versions: `postern version`")
    return value
