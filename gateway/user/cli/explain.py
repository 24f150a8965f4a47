"""`postern explain`: why does this client not connect, in one sentence with the next step."""

import argparse
from pathlib import Path

from gateway.control.ailments import of_gateway
from gateway.control.diagnosis import diagnosis_to_json
from gateway.control.problems import printable
from gateway.control.windows import SCREENS
from gateway.user.cli import exits, show
from gateway.user.cli.trace import explain_file
from gateway.user.client import Daemon, socket_path
from gateway.user.explain_lines import cause_json, explained, numbers_known

ABOUT = "tell why a client does not connect, and what to do"
EXAMPLE = (
    "examples:\n  postern explain press-3\n  postern explain 203.0.113.7     whoever dials from "
    "there\n  postern explain                 every machine that was heard of\n"
    "  postern explain --error 789     what a number on a Windows screen can be\n"
    "  postern explain press-3 --error 789\n"
    "  postern explain --trace press-3.pcapng    a file that `postern trace` has written\n\n"
    f"Numbers known: {numbers_known()}."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    parser.add_argument(
        "machine", nargs="?", metavar="MACHINE", help="the client's name, or its outside address"
    )
    parser.add_argument(
        "--error", type=_number, metavar="NUMBER", help="the number on the machine's screen"
    )
    parser.add_argument(
        "--trace", type=Path, metavar="FILE", help="tell message by message what is in a trace"
    )
    parser.add_argument("--socket", metavar="PATH", help="the daemon's control socket")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    if options.trace is not None:
        print("\n".join(explain_file(options.trace)))
        return exits.OK
    daemon = Daemon(socket_path(options.socket))
    word = (options.machine or "").strip()
    if options.json:
        show.print_json(_json(daemon, word, options.error))
    else:
        print("\n".join(map(printable, explained(daemon, word, options.error))))
    return exits.OK


def _json(daemon: Daemon, word: str, number: int | None) -> dict[str, object]:
    if number is not None and not word:
        return cause_json(number)
    trouble = [diagnosis_to_json(one) for one in of_gateway(daemon.status())]
    if not word:
        machines = [
            {"machine": name, "diagnosis": diagnosis_to_json(one)}
            for name, one in daemon.machines()
        ]
        return {"gateway": trouble, "machines": machines}
    found = [diagnosis_to_json(one) for one in daemon.explain(word)]
    return {"gateway": trouble, "diagnoses": found}


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) in SCREENS):
        raise argparse.ArgumentTypeError(f"{text!r} is none of {numbers_known()}")
    return int(text)
