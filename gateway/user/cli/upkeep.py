"""`postern box | board | slots | upgrade | selftest | support | claim`: keeping the box well."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from gateway.control.problems import printable
from gateway.user.box_client import Box
from gateway.user.box_lines import finding_lines, slot_lines
from gateway.user.box_views import spoken
from gateway.user.cli import exits, show
from gateway.user.cli.box import add_box_options, box_of
from gateway.user.client import DaemonError
from gateway.user.console.pages.login import console_code_lines

Options = argparse.Namespace
USB = "usb"  # the stick labelled POSTERN
TESTS = ("all", "ports", "chance", "ciphers", "disk", "clock", "watchdog")


@dataclass(frozen=True, slots=True)
class Asked:
    """A verb that asks the box something. `act` gives lines for people and a value for JSON."""

    ABOUT: str
    example: str
    act: Callable[[Box, Options], tuple[list[str], object]]
    more: Callable[[argparse.ArgumentParser], None] = lambda parser: None

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.epilog = f"example: {self.example}"
        self.more(parser)
        add_box_options(parser)

    def run(self, options: Options) -> int:
        lines, value = self.act(box_of(options), options)
        if options.json:
            show.print_json(value)
        else:
            print("\n".join(map(printable, lines)))
        bad = isinstance(value, list) and any(
            isinstance(one, dict) and one.get("ok") is False for one in value
        )
        return exits.PROBLEM if bad else exits.OK


def _board(box: Box, options: Options) -> tuple[list[str], object]:
    if options.report:
        path = box.report()
        return [f"the report is in {path}"], {"path": path}
    found = box.board()
    return spoken(found), found


def _box(box: Box, options: Options) -> tuple[list[str], object]:
    status = box.status()
    pending = status.pending
    waits = f"by {pending.by}, for {show.duration(pending.seconds_left)}" if pending else ""
    rows = [
        ("version", status.version),
        ("owner", "" if status.claimed else "nobody yet"),
        ("board", status.board),
        ("up for", show.duration(status.uptime_s)),
        ("clock", "ok" if status.clock_ok else "not set"),
        ("unconfirmed", waits),
        ("SSH", ", ".join(status.fingerprints)),
        *((role, ", ".join(hosts)) for role, hosts in status.addresses.items()),
    ]
    notes = [f"! {note}" for note in status.notes]
    return [status.hostname, *show.pairs(rows), *notes], asdict(status)


def _slots(box: Box, options: Options) -> tuple[list[str], object]:
    status = box.status()
    return slot_lines(status), {
        "booted": status.booted,
        "slots": [asdict(one) for one in status.slots],
    }


def _upgrade(box: Box, options: Options) -> tuple[list[str], object]:
    if options.status:
        now = box.upgrading()
        return [f"{now.state} {now.percent}%", *filter(None, [now.error])], asdict(now)
    if not options.file:
        raise DaemonError("there is no file to install", "Name it, or usb, or look with --status")
    file = options.file if options.file == USB else str(Path(options.file).absolute())
    for one in box.status().upgrade:
        print(printable(f"of this box: {one}"), file=sys.stderr)
    version = box.upgrade(file, options.older)
    return [f"{version} is installed, and starts with the next reboot"], {"version": version}


def _selftest(box: Box, options: Options) -> tuple[list[str], object]:
    found = box.selftest(options.which)
    return finding_lines(found), [asdict(one) for one in found]


def _support(box: Box, options: Options) -> tuple[list[str], object]:
    if options.list:
        listed = box.support_contents()
        return listed, {"contents": listed}
    path, contents = box.support(options.path)
    lines = [f"written to {path}; in it:", *(f"  {one}" for one in contents)]
    return lines, {"path": path, "contents": contents}


def _claim(box: Box, options: Options) -> tuple[list[str], object]:
    try:
        key = Path(options.key).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise DaemonError(f"{options.key} cannot be read: {error}", "Name a .pub file") from None
    box.claim(options.name, key)
    return [f"this box is {options.name}'s"], {}


def _console_code(box: Box, options: Options) -> tuple[list[str], object]:
    code, seconds = box.console_code()
    return console_code_lines(code, seconds), {"code": code, "seconds": seconds}


def _seen(box: Box, options: Options) -> tuple[list[str], object]:
    box.seen()
    return ["it is noted that you have seen it"], {}


def _file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", nargs="?", metavar="FILE", help="a .raucb file; usb is the stick")
    parser.add_argument("--status", action="store_true", help="how far an update has come")
    parser.add_argument("--older", action="store_true", help="even if an older version is in it")


def _report(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--report", action="store_true", help="write a report to send in")


def _which(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("which", nargs="?", choices=TESTS, default="all")


def _path(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "path", nargs="?", default="", metavar="NAME", help="of the file; usb is the stick"
    )
    parser.add_argument("--list", action="store_true", help="only tell what would be in it")


def _owner(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="what you will log in as")
    parser.add_argument("--key", required=True, metavar="FILE", help="your public SSH key")


BOX = Asked("tell how the box is", "postern box", _box)
BOARD = Asked("tell what hardware this is", "postern board --report", _board, _report)
SLOTS = Asked("tell how both systems on the disk are", "postern slots", _slots)
UPGRADE = Asked("install an update", "postern upgrade postern-1.2.raucb", _upgrade, _file)
SELFTEST = Asked("test the box", "postern selftest clock", _selftest, _which)
SUPPORT = Asked(
    "make a support bundle, without secrets",
    "postern support --list && postern support usb",
    _support,
    _path,
)
CONSOLE_CODE = Asked(
    "give a code for a login at the box's console", "postern console-code", _console_code
)
SEEN = Asked("note that you have seen who was let in without a code", "postern seen", _seen)
CLAIM = Asked(
    "make a new box your own", "postern claim ada --key ~/.ssh/id_ed25519.pub", _claim, _owner
)
