"""`postern kit`: everything that the person at one old machine needs, on a disk for it."""

import argparse
import json
import os
import sys
from typing import Final

from gateway.control.kits import FORMS, WINDOWS, ZIP
from gateway.control.problems import printable
from gateway.user.cli import exits, show
from gateway.user.cli.box import add_box_options, box_of
from gateway.user.cli.run import environment
from gateway.user.client import Daemon, DaemonError, NotRunning, socket_path

ABOUT = "make what an old machine needs to dial: sheet, key, registry files, as ZIP, floppy or CD"
EXAMPLE: Final = """examples:
  postern kit press-3                            kit-press-3.zip, in RAM, for scp
  postern kit press-3 usb --as floppy            an image of 1.44 MB on the stick
  postern kit press-3 usb --as folder            the files themselves, on the stick
  postern kit press-3 --p12 press-3.p12          with a certificate from `postern ca issue`
  postern kit press-3 --file postern.toml        where there is no appliance

It has the machine's key in it, or its certificate's: hand it over, and destroy what is left."""


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    parser.add_argument("machine", metavar="MACHINE", help="its name, as in [[client]]")
    parser.add_argument(
        "path",
        nargs="?",
        default="",
        metavar="PATH",
        help="where to; on a box a plain name, or usb",
    )
    parser.add_argument(
        "--as", dest="form", choices=FORMS, default=ZIP, help=f"what it is put into ({ZIP})"
    )
    parser.add_argument(
        "--windows", choices=WINDOWS, default="", help="the machine's; else what it was seen to be"
    )
    parser.add_argument(
        "--dialled",
        action="append",
        default=[],
        metavar="NAME",
        help="what it dials, if not the address in the configuration; up to three times",
    )
    parser.add_argument(
        "--p12", default="", metavar="FILE", help="its certificate, in place of a key"
    )
    parser.add_argument("--file", metavar="FILE", help="this configuration, without the box agent")
    parser.add_argument("--socket", metavar="PATH", help="the daemon's control socket")
    add_box_options(parser)


def run(options: argparse.Namespace) -> int:
    """With --file it does not return, unless the interpreter itself cannot be started."""
    wanted: dict[str, object] = {
        "name": options.machine,
        "form": options.form,
        "windows": options.windows,
        "recognised": recognised(Daemon(socket_path(options.socket)), options.machine),
        "dialled": options.dialled,
        "p12": options.p12,
        "path": options.path,
    }
    if options.file:
        return _beside(options, wanted)
    try:
        path, told = box_of(options).kit(wanted)
    except NotRunning as error:
        hint = f"{error.hint}. Elsewhere name the configuration: --file postern.toml"
        raise NotRunning(str(error), hint) from None
    if options.json:
        show.print_json({"path": path, "told": told})
    else:
        print("\n".join(map(printable, [*told, f"It is in {path}."])))
    return exits.OK


def recognised(daemon: Daemon, machine: str) -> str:
    """What the gateway takes it for, while it is connected."""
    try:
        found = daemon.sessions()
    except DaemonError:
        return ""
    return next((one.system for one in found if one.client == machine and one.system), "")


def _beside(options: argparse.Namespace, wanted: dict[str, object]) -> int:
    command = [sys.executable, "-P", "-m", "gateway.kit", options.file, json.dumps(wanted)]
    command += ["--json"] if options.json else []
    try:
        os.execve(sys.executable, command, environment())
    except OSError as error:
        what = f"{sys.executable} could not be started: {error.strerror}"
        raise DaemonError(what, "Install postern again") from None
