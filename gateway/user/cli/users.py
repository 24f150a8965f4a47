"""`postern users`: whose passwords are stored, and for what.

With `--route` a user of a route into the LAN, whom pppd lets in; without it one of a server towards
which the gateway encrypts. On a box its agent keeps them; elsewhere they are in pppd's files, and
in a file beside the configuration.
"""

import argparse
import getpass
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from gateway.control.lan_users import LanUser
from gateway.control.problems import printable
from gateway.control.secrets_file import ANY
from gateway.control.users import BadUser, Users
from gateway.user import box_client
from gateway.user.box_client import Box
from gateway.user.cli import exits, show
from gateway.user.cli.check import CONFIG
from gateway.user.client import DaemonError
from gateway.user.lan_users_files import LanFiles
from gateway.user.users_file import keep_users, load_users

ABOUT = 'store users\' passwords, for routes into the LAN and those with encryption = "mppe"'
EXAMPLE = """\
examples:
  postern users add operator --route lan   who may dial into the LAN; asks for the password
  postern users add 'PRESS\\ada'            for a server that demands encryption
  postern users list
  postern users remove operator --route lan

The name is the one typed at the client, and nothing shows a password later. A user of a route into
the LAN stands in pppd's chap-secrets, where the route's auth has "pap" in pap-secrets; pppd needs
the password itself. A person's own lines there stay as they are.

Without --route only a hash is stored, which is as good as the password to whoever steals it. --lm
stores an older hash besides, which gives the password away, and which a server with MS-CHAP version
1 needs for 40 or 56 bits.\
"""
STDIN: Final = "-"
RELOAD: Final = "a running gateway learns of it when it is sent SIGHUP"
MPPE: Final = 'routes with encryption = "mppe"'


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="tell whose passwords are stored")
    adding = actions.add_parser("add", help="store one, or another in its place")
    adding.add_argument("name", metavar="NAME", help="as it is typed at the client")
    adding.add_argument("--lm", action="store_true", help="store the LM hash, too")
    adding.add_argument(
        "--password", choices=(STDIN,), metavar="-", help="read it from the standard input"
    )
    removing = actions.add_parser("remove", help="forget one")
    removing.add_argument("name", metavar="NAME")
    for action in (listing, adding, removing):
        action.add_argument("--route", metavar="NAME", help="of users of this route into the LAN")
        action.add_argument(
            "--config", metavar="FILE", help=f"where there is no box agent: instead of {CONFIG}"
        )
        action.add_argument("--box-socket", metavar="PATH", help="the box agent's socket")
        action.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    if options.action == "list":
        return _list(options)
    if options.route is not None and options.action == "add" and options.lm:
        what = "pppd has no use for an LM hash, so nothing is stored"
        raise DaemonError(what, "Leave out --lm, or --route")
    password = _password(options) if options.action == "add" else ""
    more, changed = (_change if options.route is None else _change_lan)(options, password)
    done = "stored" if options.action == "add" else "forgotten"
    place = {} if options.route is None else {"route": options.route}
    if options.json:
        told = {} if changed is None else {"changed": changed}
        show.print_json({"user": options.name, **place, "done": done, **told})
    else:
        print(printable(f"the password of {options.name} is {done}{more}"))
    return exits.OK


def _change_lan(options: argparse.Namespace, password: str) -> tuple[str, None]:
    """What more there is to say of it; whether it was otherwise before is not known."""
    name, route = options.name, options.route
    where = _box(options)
    if where is None:
        files = LanFiles(Path(options.config or CONFIG))
        store, forget = files.store, files.forget
    else:
        store, forget = where.store_lan_user, where.forget_lan_user
    if options.action == "add":
        store(name, route, password)
    else:
        forget(name, route)
    return f" for the route {route}, from the next dial on", None


def _change(options: argparse.Namespace, password: str) -> tuple[str, bool]:
    """What more there is to say of it, and whether it was otherwise before."""
    box = _box(options)
    if box is None:
        config = Path(options.config or CONFIG)
        before = load_users(config)
        users = _changed(before, options, password)
        keep_users(config, users)
        return f" for {MPPE}; {RELOAD}", users != before
    if options.action == "add":
        return f" for {MPPE}", box.store_user(options.name, password, lm=options.lm)
    box.forget_user(options.name)
    return f" for {MPPE}", True


def _changed(users: Users, options: argparse.Namespace, password: str) -> Users:
    try:
        if options.action == "add":
            return users.with_user(options.name, password, lm=options.lm)
        return users.without(options.name)
    except BadUser as error:
        raise DaemonError(str(error), error.hint) from None


def _list(options: argparse.Namespace) -> int:
    box = _box(options)
    config = Path(options.config or CONFIG)
    found: list[dict[str, Any]] = []
    if options.route is None:
        found = _stored(config) if box is None else box.users()
    everybody = _in_files(config, options.route) if box is None else box.lan_users()
    lan = [one for one in everybody if options.route in (None, one.route) or one.route == ANY]
    if options.json:
        show.print_json([*found, *map(asdict, lan)])
    elif found or lan:
        print("\n".join([*lines(found), *lan_lines(lan)]))
    else:
        print("no password is stored")
    return exits.OK


def _stored(config: Path) -> list[dict[str, Any]]:
    users = load_users(config)
    return [{"name": name, "lm": users.known[name].lm is not None} for name in users.names()]


def _in_files(config: Path, route: str | None) -> list[LanUser]:
    """Where no route leads into the LAN, pppd's files are none of our business."""
    files = LanFiles(config)
    return files.users() if route or files.routes() else []


def lines(users: list[dict[str, Any]]) -> list[str]:
    """One user a line, and whose LM hash is stored."""
    return [printable(str(one["name"]) + (" (with LM hash)" if one["lm"] else "")) for one in users]


def lan_lines(users: list[LanUser]) -> list[str]:
    """One user a line, with the route, and with what is odd about that."""
    found = []
    for one in users:
        name = "everybody (*)" if one.name == ANY else one.name
        where = "every route into the LAN (*)" if one.route == ANY else f"the route {one.route}"
        odd = "" if one.known else " (there is no such route into the LAN)"
        if one.missing:
            odd = f" (not in {' and '.join(one.missing)}, which its auth asks: add it again)"
        found.append(printable(f"{name} on {where}{odd}"))
    return found


def _box(options: argparse.Namespace) -> Box | None:
    """The box agent, where there is one and no file was named."""
    path = box_client.socket_path(options.box_socket)
    if options.config is not None or not (options.box_socket or os.path.exists(path)):
        return None
    return Box(options.box_socket)


def _password(options: argparse.Namespace) -> str:
    if options.password == STDIN:
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(f"Password of {printable(options.name)}: ")
    if getpass.getpass("Once more: ") != first:
        raise DaemonError("the two are not the same, so nothing is stored", "Type it again")
    return first
