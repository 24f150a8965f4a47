"""`postern remote`: one box or a handful, by SSH, from the owner's own machine."""

import argparse
import os
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

import gateway
from gateway.control.problems import printable
from gateway.user.cli import remote_lines, show
from gateway.user.cli.run import environment
from gateway.user.client import DaemonError
from gateway.user.remote import tasks
from gateway.user.remote.boxes import ALL, Where, parse_boxes, pick
from gateway.user.remote.connection import name_of
from gateway.user.remote.host_key import fingerprint_in, keys_in
from gateway.user.remote.keys_file import claim, read_keys
from gateway.user.remote.line import Line, open_line
from gateway.user.remote.outcomes import (
    EXPLAINED,
    Kind,
    Outcome,
    exit_status,
    not_claimed,
    of_error,
    to_json,
)
from gateway.user.remote.together import Work, together
from gateway.user.remote.upgrade import Wanted, World, upgrade
from gateway.user.remote.words import ANSWER

ABOUT = "look after one box or a handful by SSH, from your own machine"
EXAMPLE: Final = f"""examples:
  postern remote claim gw-1                       compare its key with its console, once
  postern remote status                           of all boxes in the file
  postern remote sessions gw-1,gw-2 --wide
  postern remote run gw-1 explain press-3         any verb of `postern`, as it is typed there
  postern remote support all --into bundles
  postern remote upgrade all postern-0.2.0-amd64.raucb
  postern remote flash rescue-3 /dev/sda --provision gw-3.toml

The boxes are in ~/.config/postern/boxes.toml, the keys that were claimed in known_hosts beside it:
  [gw-1]
  address = "10.10.0.1"
  user = "ada"                    # may be left out, and so may port and key
Nobody is logged in to whose key was not claimed. `postern remote VERB --help` has the options.

{EXPLAINED}"""
AT_ONCE: Final = 4
MOST_AT_ONCE: Final = 32
PROVES: Final = 1200  # seconds for a box to start an update and prove it
LARGEST_FILE: Final = 1 << 20  # bytes, of the file of boxes and of what is fed to a verb

Options = argparse.Namespace
On = Callable[[Where, Line], Outcome]
Lines = Callable[[Outcome], list[str]]


@dataclass(frozen=True, slots=True)
class Verb:
    """`run` gives the exit status; `more` adds options of its own."""

    about: str
    run: Callable[[Options], int]
    more: Callable[[argparse.ArgumentParser], None] = lambda parser: None
    at_once: int = AT_ONCE  # 0: has no such option
    optional: bool = False  # whether all boxes are meant where none is named
    json: bool = True


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    verbs = parser.add_subparsers(dest="remote_verb", metavar="VERB", required=True)
    for name, verb in VERBS.items():
        one = verbs.add_parser(
            name,
            help=verb.about,
            description=f"{verb.about[0].upper()}{verb.about[1:]}.",
            epilog=EXPLAINED,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        what = "names of the file, or USER@ADDRESS:PORT, with commas between; or all"
        nargs: dict[str, str] = {"nargs": "?", "default": ALL} if verb.optional else {}
        one.add_argument("boxes", metavar="BOXES", help=what, **nargs)  # type: ignore[arg-type]
        one.add_argument("--boxes", dest="file", metavar="FILE", help="of boxes, if another")
        one.add_argument("--known-hosts", metavar="FILE", help="of claimed keys, if another")
        if verb.json:
            one.add_argument("--json", action="store_true", help="print JSON")
        if verb.at_once:
            help_ = f"how many boxes at the same time, {verb.at_once} else"
            one.add_argument(
                "--at-once", type=_number, default=verb.at_once, metavar="N", help=help_
            )
        verb.more(one)


def run(options: Options) -> int:
    return VERBS[options.remote_verb].run(options)


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) <= MOST_AT_ONCE:
        raise argparse.ArgumentTypeError(f"a number from 1 to {MOST_AT_ONCE}")
    return int(text)


def _seconds(text: str) -> float:
    if not text.isdecimal() or not 0 < int(text) <= 86400:
        raise argparse.ArgumentTypeError("seconds, from 1 to 86400")
    return float(text)


# --- which boxes, and who they are


def _folder() -> Path:
    return Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config") / "postern"


def _picked(options: Options) -> list[Where]:
    path = Path(options.file) if options.file else _folder() / "boxes.toml"
    if not path.exists() and not options.file:
        return pick(options.boxes, {})
    return pick(options.boxes, parse_boxes(_read(path).decode(errors="replace")))


def _read(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise DaemonError(f"{path} cannot be read: {error.strerror}", "Look at its name") from None
    if len(data) > LARGEST_FILE:
        raise DaemonError(f"{path} is larger than a megabyte", "Name the right file")
    return data


def _keys(options: Options) -> Path:
    return Path(options.known_hosts) if options.known_hosts else _folder() / "known_hosts"


# --- on every box


def _on_each(options: Options, work: Work, lines: Lines, *, stops: bool = False) -> int:
    """Tell of each as it comes, or of all as JSON in the order that was asked for."""
    boxes = _picked(options)
    found: dict[str, Outcome] = {}
    for one in together(boxes, work, options.at_once, stops=stops):
        found[one.name] = one
        if not options.json:
            _tell(one, lines)
    if options.json:
        show.print_json(to_json(found[where.name] for where in boxes))
    return exit_status(found.values())


def _tell(one: Outcome, lines: Lines) -> None:
    out = [] if one.value is None else lines(one)
    _print(one.name, out)
    _print(one.name, remote_lines.of_failure(one), sys.stderr)


def _print(name: str, lines: Sequence[str], stream: TextIO | None = None) -> None:
    """In one piece: other boxes are told of at the same time."""
    text = "".join(printable(f"{name}: {line}") + "\n" for line in lines)
    print(text, end="", file=stream or sys.stdout, flush=True)


def _connected(options: Options, on: On) -> Work:
    known = read_keys(_keys(options))

    def work(where: Where) -> Outcome:
        line = open_line(where, known)
        try:
            return on(where, line)
        finally:
            line.close()

    return work


def _status(options: Options) -> int:
    return _on_each(options, _connected(options, tasks.status), remote_lines.status)


def _sessions(options: Options) -> int:
    def lines(one: Outcome) -> list[str]:
        return remote_lines.sessions(one, wide=options.wide)

    return _on_each(options, _connected(options, tasks.sessions), lines)


def _support(options: Options) -> int:
    folder = Path(options.into)
    if not folder.is_dir():
        raise DaemonError(f"{folder} is no folder", "Make it, or name another with --into")

    def on(where: Where, line: Line) -> Outcome:
        return tasks.support(where, line, folder, time.time())

    return _on_each(options, _connected(options, on), remote_lines.support)


def _run(options: Options) -> int:
    words: list[str] = options.words
    if not words or words[0].startswith("-"):
        hint = "Options of `remote run` stand before the boxes: postern remote run --json gw-1 box"
        raise DaemonError("there is no verb to run", hint)
    feed = _read(Path(options.input)) if options.input else b""

    def on(where: Where, line: Line) -> Outcome:
        return tasks.verb(where, line, words, feed, options.timeout)

    return _on_each(options, _connected(options, on), remote_lines.verb)


def _upgrade(options: Options) -> int:
    file = Path(options.update)
    if not file.is_file() or file.suffix != ".raucb" or not file.name.isprintable():
        raise DaemonError(f"{file} is no update", "Name a file that ends in .raucb")
    known = read_keys(_keys(options))
    quiet = options.json

    def told(name: str, what: str) -> None:
        if not quiet:
            _print(name, [what])

    world = World(lambda where: open_line(where, known), time.monotonic, time.sleep, told)
    wanted = Wanted(file, options.version, options.patience, options.older)

    def work(where: Where) -> Outcome:
        return Outcome(where.name, Kind.WELL, upgrade(where, wanted, world))

    return _on_each(options, work, remote_lines.upgrade, stops=True)


# --- those that ask a person


def _claim(options: Options) -> int:
    boxes = _picked(options)
    if options.fingerprint and len(boxes) != 1:
        raise DaemonError("a fingerprint is one box's", "Name one, or write each in the file")
    given = _given(options)
    found: list[Outcome] = []
    for where in boxes:
        try:
            wanted = given or fingerprint_in(where.fingerprint)
            one = claim(where, _keys(options), wanted, _type_in)
        except DaemonError as error:
            one = of_error(where.name, error)
        found.append(one)
        if not options.json:
            _tell(one, remote_lines.claim)
    if options.json:
        show.print_json(to_json(found))
    return exit_status(found)


def _given(options: Options) -> str:
    """What was named in the command; empty if nothing was."""
    if not options.fingerprint:
        return ""
    file = Path(options.fingerprint)
    text = options.fingerprint
    if not fingerprint_in(text):
        text = _read(file).decode(errors="replace") if file.is_file() else ""
    found = fingerprint_in(text)
    if not found:
        what = f"{options.fingerprint} is no fingerprint, and no file with one in it"
        raise DaemonError(what, "Copy SHA256: and the 43 letters after it from its console")
    return found


def _type_in(prompt: str) -> str:
    if not sys.stdin.isatty():
        return ""
    print(prompt, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline()


def _flash(options: Options) -> int:
    """Does not return, unless what flashes is not here."""
    boxes = _picked(options)
    if len(boxes) != 1:
        raise DaemonError("one disk is written at a time", "Name one box: you type its disk's name")
    [where] = boxes
    home = Path(gateway.__file__).parents[1]
    if not (home / "image" / "flash.py").is_file():
        what = "what writes images, the folder image/, is not installed here"
        raise DaemonError(
            what, "Do it in a checkout of the project: .venv/bin/postern remote flash"
        )
    if not keys_in(read_keys(_keys(options)), name_of(where)):
        one = of_error(where.name, not_claimed(where.name))
        _print(one.name, remote_lines.of_failure(one), sys.stderr)
        return exit_status([one])
    address = f"[{where.address}]" if ":" in where.address else where.address
    command = [sys.executable, "-P", "-m", "image", "flash", options.disk]
    command += ["--ssh", f"{options.user}@{address}:{where.port}"]
    command += ["--known-hosts", str(_keys(options))]
    for name in ("image", "provision"):
        value = getattr(options, name)
        command += [f"--{name}", value] if value else []
    try:
        os.execve(sys.executable, command, environment())
    except OSError as error:
        what = f"{sys.executable} could not be started: {error.strerror}"
        raise DaemonError(what, "Install postern again") from None


def _fingerprint(parser: argparse.ArgumentParser) -> None:
    help_ = (
        "what its console shows, or a file with that in it; else the file of boxes' or asked for"
    )
    parser.add_argument("--fingerprint", metavar="SHA256:...", help=help_)


def _disk(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("disk", metavar="DISK", help="/dev/NAME there, of the whole disk")
    parser.add_argument("--user", default="root", metavar="NAME", help="to log in there: root else")
    parser.add_argument("--image", metavar="FILE", help="in place of the last one built")
    parser.add_argument("--provision", metavar="FILE", help="what the box is to take up by itself")


def _wide(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--wide", action="store_true", help="every column, however long the lines")


def _into(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--into", default=".", metavar="FOLDER", help="where they go, else here")


def _update(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("update", metavar="FILE", help="the update, a .raucb file of this machine")
    parser.add_argument(
        "--version", default="", help="what it has: boxes that run it already are left as they are"
    )
    parser.add_argument("--older", action="store_true", help="even if an older version is in it")
    parser.add_argument(
        "--patience", type=_seconds, default=float(PROVES), metavar="SECONDS",
        help=f"for a box to start it and prove itself, {PROVES} else",
    )  # fmt: skip


def _words(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--input", metavar="FILE", help="what the verb reads, instead of nothing")
    parser.add_argument(
        "--timeout", type=_seconds, default=ANSWER, metavar="SECONDS",
        help=f"for the verb to end, {ANSWER:.0f} else",
    )  # fmt: skip
    parser.add_argument(
        "words", nargs=argparse.REMAINDER, metavar="VERB ...", help="as it is typed on the box"
    )


VERBS: Final[dict[str, Verb]] = {
    "claim": Verb("know a box by the key that its console shows", _claim, _fingerprint, 0),
    "flash": Verb(
        "write the image to a disk of a machine in some rescue Linux", _flash, _disk, 0, json=False
    ),
    "status": Verb("tell how boxes and their gateways are", _status, optional=True),
    "sessions": Verb("list who is connected", _sessions, _wide, optional=True),
    "support": Verb("fetch support bundles, without secrets", _support, _into, optional=True),
    "upgrade": Verb(
        "bring an update, start it and see it prove itself; no further box after a failure",
        _upgrade,
        _update,
        at_once=1,
    ),
    "run": Verb("run a verb of `postern` on boxes", _run, _words),
}
