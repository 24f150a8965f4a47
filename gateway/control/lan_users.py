"""Users of routes into the LAN, where PPP ends at Postern: pppd's files, by what the routes say.

pppd asks `chap-secrets` for CHAP of any kind and `pap-secrets` for PAP, and reads them at every
call. Which of the two a user has to be in follows from the route's `auth`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from gateway.control.check import judge
from gateway.control.document import File
from gateway.control.limits import LARGEST_FILE, MOST_USERS
from gateway.control.problems import shown
from gateway.control.schema_routes import LOCAL
from gateway.control.secrets_file import (
    ANY,
    ENCODING,
    Unclear,
    lines_of,
    with_secret,
    without,
)
from gateway.control.users import BadUser

CHAP, PAP = "chap-secrets", "pap-secrets"
FILES: Final = (CHAP, PAP)
# Letters: pppd cuts a name and a password of PAP to 256 (MAXNAMELEN, MAXSECRETLEN) with their ends.
LONGEST: Final = 255
Secrets = Mapping[str, str]  # the files' text by their names, as `secrets_file.py` has it


@dataclass(frozen=True, slots=True)
class LanRoute:
    """`files` are those that its users stand in; none where a RADIUS server knows them."""

    name: str
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LanUser:
    """`missing` are files that the route's `auth` asks for and that do not have the user."""

    name: str
    route: str
    known: bool = True  # there is such a route
    missing: tuple[str, ...] = ()


def lan_routes(texts: Iterable[str]) -> list[LanRoute]:
    """Of these configurations, whatever else is wrong with them; one that is in several has the
    files of each."""
    found: dict[str, set[str]] = {}
    for text in texts:
        document, _ = judge(File(text.encode()), lambda name: "not read here")
        for entry in document.get("route", ()):
            values = entry.values
            if values.get("kind") == LOCAL and {"name", "auth"} <= values.keys():
                files = set() if "radius" in entry.given else _files(values["auth"])
                found.setdefault(values["name"], set()).update(files)
    return [LanRoute(name, tuple(sorted(files))) for name, files in found.items()]


def users_in(secrets: Secrets, routes: Iterable[LanRoute]) -> list[LanUser]:
    """Everybody who stands in the files, by name; never a password."""
    wanted = {route.name: route.files for route in routes}
    stands = {
        file: {line.pair for line in lines_of(text) if line.pair[0]}
        for file, text in secrets.items()
    }
    everybody = sorted({pair for pairs in stands.values() for pair in pairs})
    return [
        LanUser(
            name,
            route,
            route == ANY or route in wanted,
            tuple(
                file for file in wanted.get(route, ()) if (name, route) not in stands.get(file, ())
            ),
        )
        for name, route in everybody
    ]


def with_user(
    secrets: Secrets, routes: Iterable[LanRoute], name: str, route: str, password: str
) -> dict[str, str]:
    """The files that change; `BadUser` for what cannot be."""
    files = _route_of(routes, route).files
    check_user(name, password)
    if len(users_in(secrets, ())) >= MOST_USERS and not _stands(secrets, name, route):
        raise BadUser(f"there are {MOST_USERS} users already", "Remove one")
    return {
        file: _changed(file, lambda text: with_secret(text, name, route, password), secrets)
        for file in files
    }


def without_user(secrets: Secrets, name: str, route: str) -> dict[str, str]:
    """The files that change; `BadUser` if there is no such user on that route."""
    found = {
        file: _changed(file, lambda text: without(text, name, route), secrets) for file in secrets
    }
    changed = {file: text for file, text in found.items() if text != secrets[file]}
    if not changed:
        what = f"there is no user {shown(name)} on the route {shown(route)}"
        raise BadUser(what, "See `postern users list`")
    return changed


def check_user(name: str, password: str) -> None:
    """`BadUser` for what pppd could not read, or would take for something else."""
    hint = "Write it as it is typed at the client, such as DOMAIN\\ada"
    if not name or name == ANY or name != name.strip() or not _plain(name):
        raise BadUser(f"{shown(name)} is no name of a user that pppd can tell", hint)
    if not password:
        raise BadUser("a password is missing", "Type one")
    if not _plain(password):
        what = f"pppd reads no such password: up to {LONGEST} letters, all of them ASCII"
        raise BadUser(what, "Choose another, without letters such as ä and without tabs")
    if password.startswith("@/") or password == "@login":  # noqa: S105 - pppd's word, no secret
        what = "a password that begins with @/ is a file to pppd, and @login the system's own"
        raise BadUser(what, "Choose another")


def text_of(data: bytes, file: str) -> str:
    """What stands in one of the files; `BadUser` if that is too much."""
    if len(data) > LARGEST_FILE:
        raise BadUser(f"{file} is too large", "Take out as root what nobody needs")
    return data.decode(ENCODING)


def bytes_of(text: str) -> bytes:
    return text.encode(ENCODING)


def _changed(file: str, change: Callable[[str], str], secrets: Secrets) -> str:
    try:
        return change(secrets.get(file, ""))
    except Unclear:
        what = f"{file} has a quote or a backslash that goes on into the next line"
        raise BadUser(what, "Put that line right as root, and do this again then") from None


def _route_of(routes: Iterable[LanRoute], name: str) -> LanRoute:
    known = list(routes)
    found = next((one for one in known if one.name == name), None)
    if found is None:
        names = ", ".join(one.name for one in known)
        hint = f"Name one of these: {names}" if names else "Add one first: in the menu under Routes"
        raise BadUser(f"there is no route into the LAN called {shown(name)}", hint)
    if not found.files:
        what = f"the users of the route {shown(name)} are those of its RADIUS server"
        raise BadUser(what, "Add the user there")
    return found


def _files(auth: Iterable[str]) -> set[str]:
    return {PAP if one == "pap" else CHAP for one in auth}


def _stands(secrets: Secrets, name: str, route: str) -> bool:
    return any(line.pair == (name, route) for text in secrets.values() for line in lines_of(text))


def _plain(word: str) -> bool:
    """Letters that pppd takes as they come: it writes others as M-x or ^x before it compares."""
    return len(word) <= LONGEST and word.isascii() and word.isprintable()
