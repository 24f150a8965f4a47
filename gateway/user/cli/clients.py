"""`postern clients`: the old machines that may dial; a new key for one, or its end."""

import argparse
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from gateway.control.check import check
from gateway.control.document import File
from gateway.control.edit import Change, EditError, edited
from gateway.control.problems import printable
from gateway.control.rotation import (
    GRACE_DAYS,
    LONGEST_GRACE,
    client_entry,
    has_old_key,
    let_in_again,
    revoked,
    rotated,
    without_old_key,
)
from gateway.user.cli import exits, show
from gateway.user.cli.box import add_box_options, box_of
from gateway.user.cli.config import asked
from gateway.user.cli.entries import Listed
from gateway.user.client import DaemonError, NotRunning
from gateway.user.console.draft import Draft
from gateway.user.console.pages.edits import new_key
from gateway.user.files import beside, read_file, replace_file
from gateway.user.today import today

EXAMPLE: Final = """examples:
  postern clients                        lists them
  postern clients rotate press-3         a new key; the old one holds for 14 days more
  postern clients rotate press-3 --grace 0      the old one holds no more: what is up by it ends
  postern clients drop-old press-3       its old key holds no more, before its time
  postern clients revoke press-3         it may dial no more, and what it has up ends
  postern clients readmit press-3        it may dial again

On the appliance these are edits, which `postern config apply` puts in force. With --file they are
made in that file, and the gateway reads it again on SIGHUP. `postern config` changes the rest."""

Make = Callable[[argparse.Namespace, Draft], tuple[list[Change], dict[str, Any], list[str]]]
"""-> what to change, what JSON tells, what a person is told."""


class Clients:
    """The list, and the verbs below it."""

    ABOUT = "list the old machines that may dial; give one a new key, or revoke it"
    _listed = Listed(ABOUT, "client")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        self._listed.add_options(parser)
        parser.epilog = EXAMPLE
        parser.set_defaults(make=None)
        verbs = parser.add_subparsers(dest="clients_verb", metavar="WHAT")
        for name, (make, about) in VERBS.items():
            one = verbs.add_parser(name, help=about, description=f"{about}.")
            one.add_argument("name", metavar="NAME", help="as in the configuration")
            if make is _rotate:
                _add_rotate_options(one)
            one.add_argument(
                "--file", metavar="FILE", help="this file, where there is no appliance"
            )
            add_box_options(one)
            one.set_defaults(make=make)

    def run(self, options: argparse.Namespace) -> int:
        if options.make is None:
            return self._listed.run(options)
        try:
            return _change(options, options.make)
        except EditError as error:
            raise DaemonError(str(error), error.hint) from None
        except NotRunning as error:
            hint = f"{error.hint}. Elsewhere name the configuration: --file postern.toml"
            raise NotRunning(str(error), hint) from None


def _add_rotate_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--grace",
        type=int,
        default=GRACE_DAYS,
        metavar="DAYS",
        help=f"for which the old key holds: {GRACE_DAYS} unless you say",
    )
    parser.add_argument("--psk", metavar="KEY", help="this key, - asks for it; else one by chance")
    parser.add_argument(
        "--again",
        action="store_true",
        help="though the last rotation is not over: its old key goes",
    )


def _rotate(
    options: argparse.Namespace, draft: Draft
) -> tuple[list[Change], dict[str, Any], list[str]]:
    if not 0 <= options.grace <= LONGEST_GRACE:
        raise EditError(f"{options.grace} days are no time of grace", f"Say 0 to {LONGEST_GRACE}")
    name, entry = options.name, client_entry(draft.raw("client"), options.name)
    if has_old_key(entry, today()) and options.grace and not options.again:
        what = f"{name} has an old key already, good until {entry['psk_old_until']}"
        raise EditError(what, "Wait until then, or say --again and type the newest key in there")
    words = asked([options.psk], f"new key of {name}") if options.psk else ()
    psk = "".join(words) or new_key()
    until = _until(options.grace)
    told = [f"the new key of {name}:", "", f"    {psk}", ""]
    told.append(
        f"the old one holds until {until}" if until else "the old one holds no more once this does"
    )
    known = {"client": name, "psk": psk, "old_until": None if until is None else str(until)}
    return rotated(entry, psk, until), known, told


def _until(grace: int) -> date | None:
    return today() + timedelta(days=grace) if grace else None


def _revoke(
    options: argparse.Namespace, draft: Draft
) -> tuple[list[Change], dict[str, Any], list[str]]:
    client_entry(draft.raw("client"), options.name)
    told = f"{options.name} is revoked: what it has up ends at once when this is in force"
    return revoked(options.name), {"client": options.name, "revoked": True}, [told]


def _drop_old(
    options: argparse.Namespace, draft: Draft
) -> tuple[list[Change], dict[str, Any], list[str]]:
    changes = without_old_key(client_entry(draft.raw("client"), options.name))
    if not changes:
        raise EditError(f"{options.name} has no old key", "There is nothing to drop")
    told = f"the old key of {options.name} holds no more, and what is up by it ends"
    return changes, {"client": options.name, "old_until": None}, [told]


def _readmit(
    options: argparse.Namespace, draft: Draft
) -> tuple[list[Change], dict[str, Any], list[str]]:
    if "revoked" not in client_entry(draft.raw("client"), options.name):
        raise EditError(f"{options.name} is not revoked", "It may dial as it is")
    known = {"client": options.name, "revoked": False}
    return let_in_again(options.name), known, [f"{options.name} may dial again"]


def _change(options: argparse.Namespace, make: Make) -> int:
    if options.file:
        known, told, problems = _in_file(options, make)
        after = "the gateway follows it after SIGHUP, which is `systemctl reload postern`"
    else:
        box = box_of(options)
        draft = Draft(*box.config("candidate", masked=False))
        changes, known, told = make(options, draft)
        problems = [str(one) for one in box.change(changes, draft.revision) if not one.warning]
        after = "kept; `postern config diff` shows it, `postern config apply` makes it so"
    if options.json:
        show.print_json({**known, "problems": problems})
        return exits.OK
    print("\n".join(printable(line) for line in [*told, *problems, after]))
    return exits.OK


def _in_file(
    options: argparse.Namespace, make: Make
) -> tuple[dict[str, Any], list[str], Sequence[str]]:
    """The file with the change in it, unless that made it unusable."""
    path = Path(options.file)
    file = read_file(path)
    if not isinstance(file, File):
        raise EditError(f"{path} cannot be read: {file}", "Name another file")
    text = file.data.decode(errors="replace")
    changes, known, told = make(options, Draft(text))
    text = edited(text, changes)
    wrong = [one for one in check(File(text.encode(), file.mode), beside(path)) if not one.warning]
    if wrong:
        raise EditError(f"{path} would not be usable: {wrong[0]}", "See `postern check`")
    try:
        replace_file(path, text)
    except OSError as error:
        raise EditError(f"{path} cannot be written: {error.strerror}", "Run this as root") from None
    return known, told, []


VERBS: Final[dict[str, tuple[Make, str]]] = {
    "rotate": (_rotate, "give a client a new key; the old one holds for a while beside it"),
    "drop-old": (_drop_old, "end the time of a client's old key"),
    "revoke": (_revoke, "let a client dial no more, and end what it has up"),
    "readmit": (_readmit, "let a client dial again that was revoked"),
}
CLIENTS: Final = Clients()
