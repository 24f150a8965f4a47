"""`postern ca`: the box's own authority, which gives old machines their certificates."""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NamedTuple

from gateway.control.authority import BITS, HASHES, MACHINE_YEARS, ROOT_YEARS
from gateway.control.edit import change_from, edited
from gateway.control.problems import printable
from gateway.user.authority import Authority, BoxAuthority, FolderAuthority
from gateway.user.cli import exits, show
from gateway.user.cli.box import add_box_options, box_of
from gateway.user.cli.show import Column

ABOUT = "give machines certificates, and revoke them"
EXAMPLE = """examples:
  postern ca create --dialled vpn.works.example --dialled 203.0.113.1
  postern ca issue press-3 --route old-nt4     a file to import at that machine
  postern ca revoke press-3                    it is refused from now on
  postern ca export                            the authority's certificate, as .cer

A machine imports its .p12 file into the store of the computer, not that of a user. Certificates
are signed with SHA-1, which all old clients can check: --hash sha256 needs XP SP3 or later.
Without the box agent, name the folder of postern.toml with --folder."""
WIDTH: Final = 96  # letters
Options = argparse.Namespace
Run = Callable[[Options, Authority], int]


class Verb(NamedTuple):
    about: str
    run: Run
    options: tuple[tuple[tuple[str, ...], dict[str, Any]], ...] = ()


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    verbs = parser.add_subparsers(dest="ca_verb", metavar="WHAT", required=True)
    for name, verb in VERBS.items():
        one = verbs.add_parser(name, help=verb.about, description=f"{verb.about}.")
        for words, more in verb.options:
            one.add_argument(*words, **more)
        one.add_argument("--folder", metavar="DIR", help="that of postern.toml, without the agent")
        add_box_options(one)


def run(options: Options) -> int:
    folder = options.folder
    authority = FolderAuthority(Path(folder)) if folder else BoxAuthority(box_of(options))
    return VERBS[options.ca_verb].run(options, authority)


def _create(options: Options, authority: Authority) -> int:
    found = authority.ask(
        "create",
        name=options.name,
        organisation=options.organisation,
        hash=options.hash,
        bits=options.bits,
        years=options.years,
        names=options.dialled,
    )
    lines = [
        f"{found['authority']} is made, good until {date_of(found['until'])}.",
        "Machines must trust it: `postern ca export` gives its certificate.",
    ]
    return _done(options, authority, found, lines)


def _gateway(options: Options, authority: Authority) -> int:
    found = authority.ask("gateway", bits=options.bits, years=options.years, names=options.dialled)
    lines = [f"The gateway has a new certificate, good until {date_of(found['until'])}."]
    lines += [left] if (left := authority.apply()) else []
    return _done(options, authority, found, lines)


def _issue(options: Options, authority: Authority) -> int:
    found = authority.ask(
        "issue",
        name=options.machine,
        route=options.route,
        known=authority.knows(options.machine),
        names=options.dialled,
        bits=options.bits,
        years=options.years,
        path=options.path,
    )
    lines = [
        f"The certificate for {found['name']} is in {found['path']}, good until "
        f"{date_of(found['until'])}.",
        f"Password for the import: {found['password']}",
        "It is shown only now, and the key is nowhere else. Destroy the file after the import.",
    ]
    return _done(options, authority, found, lines)


def _revoke(options: Options, authority: Authority) -> int:
    found = authority.ask("revoke", name=options.machine)
    lines = [f"{one['name']}, number {one['serial']}, is revoked." for one in found["revoked"]]
    left = authority.apply()
    lines.append(left or "Who was connected by it is out.")
    return _done(options, authority, found, lines)


def _list(options: Options, authority: Authority) -> int:
    found = authority.ask("list")
    if options.json:
        show.print_json(found)
    else:
        print("\n".join(register_lines(found)))
    return exits.OK


def _crl(options: Options, authority: Authority) -> int:
    found = authority.ask("crl", path=options.path)
    return _done(options, authority, found, [f"A new list is in {found['path']}."])


def _export(options: Options, authority: Authority) -> int:
    found = authority.ask("export", key=options.key, path=options.path)
    lines = [f"The authority's certificate is in {found['path']}."]
    if options.key:
        lines = [
            f"The authority and its key are in {found['path']}: keep it in a safe.",
            f"Password: {found['password']}",
        ]
    return _done(options, authority, found, lines)


def _restore(options: Options, authority: Authority) -> int:
    text = sys.stdin.read() if options.file == "-" else Path(options.file).read_text()
    found = authority.ask("restore", text=text, bits=options.bits, names=options.dialled)
    lines = [
        f"{found['authority']} is taken up, good until {date_of(found['until'])}.",
        "The configuration of then names it; what it has issued is good again.",
    ]
    return _done(options, authority, found, lines)


def register_lines(found: dict[str, Any]) -> list[str]:
    """The authority, and all it has issued."""
    head = [
        printable(f"{found['authority']}, good until {date_of(found['until'])}, signs with ")
        + found["hash"],
        f"sha256 {found['fingerprint']}",
        "",
    ]
    rows = [
        [one["name"], one["state"], date_of(one["until"]), one["serial"], one["kind"]]
        for one in found["issued"]
    ]
    columns = [
        Column("NAME", least=12),
        Column("STATE"),
        Column("UNTIL"),
        Column("NUMBER"),
        Column("KIND"),
    ]
    return [*head, *show.table(columns, rows, WIDTH)]


def _done(options: Options, authority: Authority, found: dict[str, Any], lines: list[str]) -> int:
    """What was done, and what the configuration must say of it."""
    changes = [change_from(one) for one in found.get("changes", [])]
    told = authority.keep(changes)
    if options.json:
        show.print_json({**found, "told": told})
        return exits.OK
    print("\n".join(printable(line) for line in [*lines, *told]))
    if changes and not authority.keeps:
        print("\n" + edited("", [one for one in changes if one.op == "add"]).strip())
    return exits.OK


def date_of(seconds: int) -> str:
    """2031-05-17."""
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


MACHINE: Final = (("machine",), {"metavar": "MACHINE", "help": "its name, as in [[client]]"})
PATH: Final = (
    ("--path",),
    {"default": "", "metavar": "FILE", "help": "where to; on a box a plain name, or usb"},
)
DIALLED: Final = (
    ("--dialled",),
    {
        "action": "append",
        "default": [],
        "metavar": "NAME",
        "help": "a host's name or address that stands in it; may be given several times",
    },
)
KEY_BITS: Final = (
    ("--bits",),
    {"type": int, "choices": BITS, "default": BITS[0], "help": f"of the key ({BITS[0]})"},
)


def _years(usual: int) -> tuple[tuple[str, ...], dict[str, Any]]:
    return ("--years",), {"type": int, "default": usual, "metavar": "N", "help": f"({usual})"}


VERBS: Final[dict[str, Verb]] = {
    "create": Verb(
        "make the authority, and the gateway's own certificate",
        _create,
        (
            (("--name",), {"default": "Postern CA", "help": "what clients see (Postern CA)"}),
            (("--organisation",), {"default": "", "help": "whose it is"}),
            (("--hash",), {"choices": HASHES, "default": HASHES[0], "help": "to sign with"}),
            (DIALLED[0], {**DIALLED[1], "required": True, "help": "what clients dial: a host's "
             "name or address; may be given several times"}),
            KEY_BITS,
            _years(ROOT_YEARS),
        ),
    ),
    "issue": Verb(
        "make a certificate for a machine, as a .p12 file",
        _issue,
        (
            MACHINE,
            (("--route",), {"default": "", "help": "let it dial: make a [[client]] of this route"}),
            DIALLED,
            KEY_BITS,
            _years(MACHINE_YEARS),
            PATH,
        ),
    ),
    "revoke": Verb("refuse a machine's certificates from now on", _revoke, (MACHINE,)),
    "list": Verb("list what was issued", _list),
    "crl": Verb("make a new list of what is revoked, for others", _crl, (PATH,)),
    "export": Verb(
        "write the authority's certificate, for machines to trust",
        _export,
        (
            (("--key",), {"action": "store_true", "help": "all of it, with its key, for a safe"}),
            PATH,
        ),
    ),
    "restore": Verb(
        "take up an authority that was kept: the text of authority.json",
        _restore,
        (
            (("file",), {"metavar": "FILE", "help": "- for the standard input"}),
            (DIALLED[0], {**DIALLED[1], "required": True}),
            KEY_BITS,
        ),
    ),
    "gateway": Verb(
        "make a new certificate for the gateway, which is dialled by another name",
        _gateway,
        ((DIALLED[0], {**DIALLED[1], "required": True}), KEY_BITS, _years(MACHINE_YEARS)),
    ),
}  # fmt: skip
