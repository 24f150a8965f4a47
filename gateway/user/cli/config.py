"""`postern config`: look at the box's configuration, edit it, put it in force, keep it."""

import argparse
import getpass
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import localtime, strftime
from typing import Any, Final, NamedTuple

from gateway.control.document import File
from gateway.control.edit import Change, EditError, parse_path, table_called, value_of
from gateway.control.problems import printable
from gateway.user.box_client import LONG, Box, Who
from gateway.user.cli import exits, show
from gateway.user.cli.box import add_box_options, box_of
from gateway.user.cli.show import Column
from gateway.user.client import DaemonError
from gateway.user.files import read_file

ABOUT = "look at the box's configuration, edit it, put it in force"
EXAMPLE = """examples:
  postern config set outside.mtu 1400
  postern config add client name=press-4 route=old-nt4 psk=-     asks for the key
  postern config set client.press-4.psk -                        does so too
  postern config remove client.press-3
  postern config diff && postern config apply --comment 'press 4'
  postern config confirm              over a new connection, within five minutes

Edits are kept on the box until they are applied or discarded. What is applied and not confirmed is
taken back by itself, also after a power cut."""
ASK: Final = "-"  # in the place of a value: read it, so that no process list shows it
FACES: Final = ("cli", "ansible")

Run = Callable[[argparse.Namespace, Box], int]


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    verbs = parser.add_subparsers(dest="config_verb", metavar="WHAT", required=True)
    for name, verb in VERBS.items():
        one = verbs.add_parser(name, help=verb.about, description=f"{verb.about}.")
        for words, more in verb.options:
            one.add_argument(*words, **more)
        one.add_argument("--face", choices=FACES, default=FACES[0], help=argparse.SUPPRESS)
        add_box_options(one)


def run(options: argparse.Namespace) -> int:
    try:
        return VERBS[options.config_verb].run(options, box_of(options))
    except EditError as error:
        raise DaemonError(str(error), error.hint) from None


def _ask(options: argparse.Namespace, box: Box, verb: str, **more: object) -> Any:
    return box.ask_slowly(f"config.{verb}", LONG, **more, **Who.here(options.face).told())


def _base(options: argparse.Namespace) -> dict[str, object]:
    return {"base": options.base} if options.base else {}


# --- looking


def _show(options: argparse.Namespace, box: Box) -> int:
    more = {} if options.number is None else {"number": options.number}
    masked = not options.secrets
    found = _ask(options, box, "show", which=options.which, masked=masked, **more)
    if options.json:
        show.print_json(found)
    elif options.secrets:
        print(found["text"], end="")  # as it is written, to be saved in a file
    else:
        print(_lines(found["text"]))
    return exits.OK


def _check(options: argparse.Namespace, box: Box) -> int:
    found = _ask(options, box, "check")
    _tell_problems(options, found, "ok: it can be applied")
    usable = all(one["warning"] for one in found["problems"])
    return exits.OK if usable else exits.PROBLEM


def _diff(options: argparse.Namespace, box: Box) -> int:
    number = {} if options.number is None else {"number": options.number}
    found = _ask(options, box, "diff", which=options.which, **{"from": options.start}, **number)
    if options.json:
        show.print_json(found)
    elif found["lines"]:
        print(_lines("\n".join(found["lines"])))
        print(f"touches: {', '.join(found['parts']) or 'nothing that runs'}")
    else:
        print("no difference")
    return exits.OK


def _history(options: argparse.Namespace, box: Box) -> int:
    found = _ask(options, box, "history")
    if options.json:
        show.print_json(found)
    elif found:
        rows = [
            [str(one["number"]), _when(one["when"]), one["user"], one["face"], one["comment"]]
            for one in found
        ]
        columns = [
            Column("NUMBER", right=True),
            Column("WHEN"),
            Column("BY", least=8),
            Column("FROM"),
            Column("COMMENT", least=12),
        ]
        print("\n".join(show.table(columns, rows, WIDTH)))
    else:
        print("nothing was saved yet")
    return exits.OK


def _status(options: argparse.Namespace, box: Box) -> int:
    found = _ask(options, box, "status")
    pending = found["pending"]
    if options.json:
        show.print_json(found)
        return exits.OK
    if found["recovered"]:
        print(printable(found["recovered"]))
    if pending:
        left = show.duration(pending["seconds_left"])
        print(printable(f"the change of {pending['by']} is taken back in {left}: confirm it"))
    edited = f", last by {found['edited_by']}" if found["edited_by"] else ""
    changed = show.counted(found["changed"], "table")
    print(printable(f"{changed} edited{edited}" if found["changed"] else "nothing is edited"))
    return exits.OK


# --- editing


def _set(options: argparse.Namespace, box: Box) -> int:
    table, name, key = parse_path(options.path)
    found = table_called(table).key(key)
    words = asked(options.value, options.path)
    value: object = value_of(found, words) if found else " ".join(words)
    return _change(options, box, Change("set", table, name, key, value))


def _unset(options: argparse.Namespace, box: Box) -> int:
    table, name, key = parse_path(options.path)
    return _change(options, box, Change("unset", table, name, key))


def _add(options: argparse.Namespace, box: Box) -> int:
    table = table_called(options.table)
    values: dict[str, object] = {}
    for word in options.values:
        name, equals, value = word.partition("=")
        if not equals:
            raise EditError(f"{word!r} has no equals sign", "Write for example name=press-4")
        key = table.key(name)
        words = asked([value], f"{table.name}.{name}")
        values[name] = value_of(key, words) if key else value
    return _change(options, box, Change("add", table.name, value=values))


def _remove(options: argparse.Namespace, box: Box) -> int:
    table, name, key = parse_path(options.path)
    what = f"{name}.{key}" if key else name  # an entry may be called as a key is
    return _change(options, box, Change("remove", table, what))


def _change(options: argparse.Namespace, box: Box, change: Change) -> int:
    wanted = [{name: getattr(change, name) for name in ("op", "table", "name", "key", "value")}]
    return _kept(options, _ask(options, box, "set", changes=wanted, **_base(options)))


def _load(options: argparse.Namespace, box: Box) -> int:
    return _kept(options, _ask(options, box, "edit", text=_text(options), **_base(options)))


def _wish(options: argparse.Namespace, box: Box) -> int:
    more = {"text": _text(options), "merge": options.merge, **_base(options)}
    return _kept(options, _ask(options, box, "wish", **more))


def _plan(options: argparse.Namespace, box: Box) -> int:
    found = _ask(options, box, "plan", text=_text(options), merge=options.merge)
    _tell_problems(options, found, "ok: it can be applied")
    if not options.json:
        print(_lines("\n".join(found["lines"] or ["no difference"])))
    usable = all(one["warning"] for one in found["problems"])
    return exits.OK if usable else exits.PROBLEM


def _text(options: argparse.Namespace) -> str:
    if options.file == ASK:
        return sys.stdin.read()
    file = read_file(Path(options.file))
    if not isinstance(file, File):
        raise EditError(f"{options.file} cannot be read: {file}", "Name another file")
    return file.data.decode(errors="replace")


def _restore(options: argparse.Namespace, box: Box) -> int:
    return _kept(options, _ask(options, box, "restore", number=options.number, **_base(options)))


def _sealed(options: argparse.Namespace, box: Box) -> int:
    found = _ask(options, box, "sealed", authority=options.authority)
    return _done(options, found, found["text"].rstrip("\n"))


def _discard(options: argparse.Namespace, box: Box) -> int:
    return _done(options, _ask(options, box, "discard"), "the edits are forgotten")


def _kept(options: argparse.Namespace, found: dict[str, Any]) -> int:
    """What an edit has led to. Problems are not the end of it: the next edit may mend them."""
    _tell_problems(options, found, "kept; `postern config diff` shows it, `apply` makes it so")
    return exits.OK if found["kept"] else exits.PROBLEM


# --- putting in force


def _apply(options: argparse.Namespace, box: Box) -> int:
    seconds = 0 if options.now else options.deadline
    more = {"comment": options.comment, "deadline_s": seconds, **_base(options)}
    found = _ask(options, box, "apply", **more)
    waits = (
        f"in force, and taken back in {found['deadline_s']:.0f} s unless you confirm it"
        " over a new connection: postern config confirm"
    )
    return _done(options, found, "in force and saved" if found["confirmed"] else waits)


def _confirm(options: argparse.Namespace, box: Box) -> int:
    found = _ask(options, box, "confirm")
    return _done(options, found, f"saved, as number {found['number']} of the history")


def _extend(options: argparse.Namespace, box: Box) -> int:
    found = _ask(options, box, "extend", deadline_s=options.deadline)
    return _done(options, found, f"taken back in {found['deadline_s']:.0f} s unless confirmed")


def _revert(options: argparse.Namespace, box: Box) -> int:
    found = _ask(options, box, "revert")
    return _done(options, found, "taken back; the edits are kept")


# --- words


def _done(options: argparse.Namespace, found: object, text: str) -> int:
    if options.json:
        show.print_json(found)
    else:
        print(text)
    return exits.OK


def _tell_problems(options: argparse.Namespace, found: dict[str, Any], well: str) -> None:
    if options.json:
        show.print_json(found)
        return
    for one in found["problems"]:
        kind = "warning: " if one["warning"] else ""
        line = f"line {one['line']}, " if one.get("line") else ""
        print(printable(f"{line}{one['where']}: {kind}{one['what']}. {one['hint']}."))
    if all(one["warning"] for one in found["problems"]):
        print(well)


def asked(words: Sequence[str], path: str) -> Sequence[str]:
    if list(words) != [ASK]:
        return words
    if sys.stdin.isatty():
        return [getpass.getpass(f"{path}: ")]
    return [sys.stdin.readline().rstrip("\r\n")]


def _lines(text: str) -> str:
    return "\n".join(printable(line) for line in text.split("\n"))


def _when(wall: object) -> str:
    if not isinstance(wall, (int, float)) or not 0 < wall < 1 << 36:
        return "-"
    return strftime("%Y-%m-%d %H:%M", localtime(wall))


WIDTH: Final = 80  # letters
Option = tuple[tuple[str, ...], dict[str, Any]]


class Verb(NamedTuple):
    about: str
    run: Run
    options: tuple[Option, ...] = ()


BASE: Final[Option] = (
    ("--base",),
    {"metavar": "REVISION", "help": "refuse if somebody has edited since (see diff --json)"},
)
PATH: Final[Option] = (("path",), {"metavar": "PATH", "help": "outside.mtu, client.press-3.psk"})
DEADLINE: Final[Option] = (
    ("--deadline",),
    {"type": float, "default": 300.0, "metavar": "SECONDS", "help": "300 unless you say"},
)
NUMBER: Final[Option] = (("--number",), {"type": int, "metavar": "N", "help": "of the history"})
WHICH: Final[Option] = (
    ("--which",),
    {"choices": ("candidate", "running", "saved"), "default": "candidate"},
)
FILE: Final[Option] = (("file",), {"metavar": "FILE", "help": "- for the standard input"})
MERGE: Final[Option] = (
    ("--merge",),
    {"action": "store_true", "help": "it names only what shall be other than what is in force"},
)
VERBS: Final[dict[str, Verb]] = {
    "show": Verb(
        "show the configuration, its secrets masked",
        _show,
        (
            WHICH,
            NUMBER,
            (("--secrets",), {"action": "store_true", "help": "as it is written, keys and all"}),
        ),
    ),
    "check": Verb("tell everything that is wrong with the edits", _check),
    "diff": Verb(
        "show what the edits would change",
        _diff,
        (
            WHICH,
            NUMBER,
            (
                ("--from",),
                {"dest": "start", "choices": ("running", "saved"), "default": "running"},
            ),
        ),
    ),
    "status": Verb("tell what is edited and what waits to be confirmed", _status),
    "history": Verb("list what has been saved", _history),
    "set": Verb(
        "set a key",
        _set,
        (PATH, (("value",), {"nargs": "+", "metavar": "VALUE", "help": "- asks for it"}), BASE),
    ),
    "unset": Verb("leave a key out", _unset, (PATH, BASE)),
    "add": Verb(
        "add a client, a route, a choice, an administrator, a port",
        _add,
        (
            (("table",), {"metavar": "TABLE", "help": "client, route, choice, admin, port"}),
            (("values",), {"nargs": "+", "metavar": "KEY=VALUE", "help": "KEY=- asks for it"}),
            BASE,
        ),
    ),
    "remove": Verb("remove one", _remove, (PATH, BASE)),
    "load": Verb("put a whole file in the place of the edits", _load, (FILE, BASE)),
    "plan": Verb(
        "tell what a file would change of what is in force, and keep nothing",
        _plan,
        (FILE, MERGE),
    ),
    "wish": Verb(
        "put a file in the place of the edits, and the ports as they are where it names none",
        _wish,
        (FILE, MERGE, BASE),
    ),
    "restore": Verb(
        "take one of the history as the edits",
        _restore,
        ((("number",), {"type": int, "metavar": "N"}), BASE),
    ),
    "sealed": Verb(
        "print the copy that a factory reset has kept, for `age -d` to open",
        _sealed,
        ((("--authority",), {"action": "store_true", "help": "that of `postern ca` instead"}),),
    ),
    "discard": Verb("forget the edits", _discard),
    "apply": Verb(
        "put the edits in force until they are confirmed",
        _apply,
        (
            (("--comment",), {"default": "", "metavar": "TEXT", "help": "why, for the history"}),
            DEADLINE,
            (("--now",), {"action": "store_true", "help": "save it at once; only at the console"}),
            BASE,
        ),
    ),
    "confirm": Verb("keep what is in force", _confirm),
    "extend": Verb("give yourself more time to confirm", _extend, (DEADLINE,)),
    "revert": Verb("take what is not confirmed back now", _revert),
}
