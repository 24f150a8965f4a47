"""`postern record`: a client's handshake as a file, its secrets cut, to be played again."""

import argparse
import sys
from pathlib import Path

from gateway.control.problems import printable
from gateway.control.recorded import Case, build_case
from gateway.control.systems import UNKNOWN, label_of
from gateway.user.box_client import Box
from gateway.user.cli import exits
from gateway.user.cli.show import counted
from gateway.user.client import Daemon, DaemonError, socket_path

ABOUT = "write down how a client dials, its secrets cut, so that it can be played again"
SECONDS = 300
EXAMPLE = (
    "examples:\n  postern record --client press-3 press-3.toml\n"
    "  postern record --peer 203.0.113.7 --seconds 3600 unknown.toml\n"
    "  postern record --client press-3 --keep       on the appliance: updates are tried with it\n\n"
    "It waits for the next dial. Keys, passwords, proofs, addresses and names are not in the\n"
    "file, only how the messages were put together. Send it along where a client fails to connect."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--client", metavar="NAME", help="as the configuration has it")
    which.add_argument("--peer", metavar="ADDRESS", help="whoever dials from there")
    which.add_argument("--kept", action="store_true", help="tell whose recordings the box has kept")
    which.add_argument("--forget", metavar="NAME", help="take the kept one of this machine away")
    parser.add_argument("file", metavar="FILE", type=Path, nargs="?", help="must not be there yet")
    parser.add_argument(
        "--keep", action="store_true", help="keep it on the appliance: each update is tried with it"
    )
    parser.add_argument(
        "--seconds", type=int, default=SECONDS, help=f"how long to wait for it, {SECONDS} else"
    )
    parser.add_argument("--socket", metavar="PATH", help="the daemon's control socket")
    parser.add_argument("--box-socket", metavar="PATH", help="the box agent's socket")


def run(options: argparse.Namespace) -> int:
    box, file = Box(options.box_socket), options.file
    if options.kept:
        return _tell("\n".join(box.recordings()) or "no recording is kept")
    if options.forget:
        box.forget_recording(options.forget)
        return _tell(f"no update is tried with {options.forget} any more")
    if options.keep and not options.client:
        raise DaemonError("what is kept is a machine's", "Name it with --client")
    if not options.keep and not file:
        raise DaemonError("there is no file to write to", "Name one, or keep it on a box: --keep")
    if file and file.exists():
        raise DaemonError(f"{file} is there already", "Name another file, or take it away first")
    case = _heard(options)
    if file:
        _write(case, file)
        _tell(f"{file}: {told(case)}")
    if options.keep:
        box.keep_recording(options.client, build_case(case))
        _tell(f"{told(case)}; each update is tried with it before it stays")
    return exits.OK


def _heard(options: argparse.Namespace) -> Case:
    daemon = Daemon(socket_path(options.socket))
    daemon.record(client=options.client, peer=options.peer, seconds=options.seconds)
    who = options.client or options.peer
    waiting = f"waiting for {who} to dial, {options.seconds} s at most; Ctrl-C ends it"
    print(printable(waiting), file=sys.stderr, flush=True)
    case = None
    try:
        case = daemon.recorded(options.seconds)
    finally:
        if case is None:
            daemon.stop_recording()
    if case is None:
        raise DaemonError(
            f"{who} has not dialled within {options.seconds} s, or not with its key",
            "Dial meanwhile; where the key may be wrong, name the client's address with --peer",
        )
    return case


def _write(case: Case, file: Path) -> None:
    try:
        with file.open("x") as written:
            written.write(build_case(case))
    except OSError as error:
        hint = "Choose a place where you may write"
        raise DaemonError(f"{file} cannot be written: {error.strerror}", hint) from None


def _tell(text: str) -> int:
    print("\n".join(map(printable, text.splitlines())))
    return exits.OK


def told(case: Case) -> str:
    """What was recorded, in a sentence."""
    came = case.came[-1].replace("-", " ") if case.came else "nothing"
    who = "" if case.system == UNKNOWN else f", of {label_of(case.system)}"
    return f"{counted(len(case.lines), 'message')}{who}; it came as far as: {came}"
