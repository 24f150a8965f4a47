"""`postern users`: whose passwords the gateway knows, where it encrypts towards a server.

On a box its agent keeps them; elsewhere they are in a file beside the configuration.
"""

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import Any, Final

from gateway.control.problems import printable
from gateway.control.users import BadUser, Users
from gateway.user import box_client
from gateway.user.box_client import Box
from gateway.user.cli import exits, show
from gateway.user.cli.check import CONFIG
from gateway.user.client import DaemonError
from gateway.user.users_file import keep_users, load_users

ABOUT = 'store users\' passwords, for routes with encryption = "mppe"'
EXAMPLE = (
    "examples:\n  postern users add 'PRESS\\ada'     asks for the password; nothing shows it later"
    "\n  postern users list\n  postern users remove 'PRESS\\ada'\n\n"
    "The name is the one typed at the client. Only a hash is stored, which is as good as the "
    "password\nto whoever steals it. --lm stores an older hash besides, which gives the password "
    "away, and which\na server with MS-CHAP version 1 needs for 40 or 56 bits."
)
STDIN: Final = "-"
RELOAD: Final = "a running gateway learns of it when it is sent SIGHUP"


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
        action.add_argument(
            "--config", metavar="FILE", help=f"where there is no box agent: instead of {CONFIG}"
        )
        action.add_argument("--box-socket", metavar="PATH", help="the box agent's socket")
        action.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    if options.action == "list":
        return _list(options)
    add = options.action == "add"
    password = _password(options) if add else ""
    box = _box(options)
    more, changed = "", True
    if box is not None and add:
        changed = box.store_user(options.name, password, lm=options.lm)
    elif box is not None:
        box.forget_user(options.name)
    else:
        config = Path(options.config or CONFIG)
        before = load_users(config)
        users = _changed(before, options, password)
        more, changed = f"; {RELOAD}", users != before
        keep_users(config, users)
    done = "stored" if add else "forgotten"
    if options.json:
        show.print_json({"user": options.name, "done": done, "changed": changed})
    else:
        print(printable(f"the password of {options.name} is {done}{more}"))
    return exits.OK


def _changed(users: Users, options: argparse.Namespace, password: str) -> Users:
    try:
        if options.action == "add":
            return users.with_user(options.name, password, lm=options.lm)
        return users.without(options.name)
    except BadUser as error:
        raise DaemonError(str(error), error.hint) from None


def _list(options: argparse.Namespace) -> int:
    box = _box(options)
    found = _stored(Path(options.config or CONFIG)) if box is None else box.users()
    if options.json:
        show.print_json(found)
    elif found:
        print("\n".join(lines(found)))
    else:
        print("no password is stored")
    return exits.OK


def _stored(config: Path) -> list[dict[str, Any]]:
    users = load_users(config)
    return [{"name": name, "lm": users.known[name].lm is not None} for name in users.names()]


def lines(users: list[dict[str, Any]]) -> list[str]:
    """One user a line, and whose LM hash is stored."""
    return [printable(str(one["name"]) + (" (with LM hash)" if one["lm"] else "")) for one in users]


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
