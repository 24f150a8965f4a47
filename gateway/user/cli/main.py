"""The command `postern`: one verb a file, every error a sentence with a hint."""

import argparse
import io
import os
import sys
from collections.abc import Sequence
from functools import cache
from typing import Final, Protocol

from gateway.control.problems import printable
from gateway.user.cli import (
    accounting,
    ca,
    check,
    clients,
    config,
    console,
    diagnose,
    disconnect,
    entries,
    exits,
    explain,
    health,
    kit,
    metrics,
    ports,
    power,
    pppd,
    record,
    remote,
    run,
    sessions,
    show,
    status,
    trace,
    upkeep,
    users,
    version,
)
from gateway.user.client import DaemonError, NotRunning


class Verb(Protocol):
    """A module of this folder, or a value in one that has several."""

    @property
    def ABOUT(self) -> str: ...  # noqa: N802

    def add_options(self, parser: argparse.ArgumentParser, /) -> None: ...

    def run(self, options: argparse.Namespace, /) -> int: ...


VERBS: Final[dict[str, Verb]] = {
    "run": run,
    "pppd": pppd,
    "metrics": metrics,
    "accounting": accounting,
    "check": check,
    "status": status,
    "health": health,
    "sessions": sessions,
    "explain": explain,
    "trace": trace,
    "disconnect": disconnect,
    "record": record,
    "console": console,
    "config": config,
    "claim": upkeep.CLAIM,
    "console-code": upkeep.CONSOLE_CODE,
    "seen": upkeep.SEEN,
    "ports": ports,
    "clients": clients.CLIENTS,
    "routes": entries.ROUTES,
    "kit": kit,
    "users": users,
    "admins": entries.ADMINS,
    "ca": ca,
    "ping": diagnose.PING,
    "link": diagnose.LINK,
    "capture": diagnose.CAPTURE,
    "box": upkeep.BOX,
    "board": upkeep.BOARD,
    "slots": upkeep.SLOTS,
    "upgrade": upkeep.UPGRADE,
    "rollback": power.ROLLBACK,
    "selftest": upkeep.SELFTEST,
    "support": upkeep.SUPPORT,
    "restart": power.RESTART,
    "reboot": power.REBOOT,
    "poweroff": power.POWEROFF,
    "reset": power.RESET,
    "remote": remote,
    "version": version,
}
INTERRUPTED: Final = 130  # as a shell has it for SIGINT


def main(argv: Sequence[str] | None = None) -> int:
    """The exit status; `argv` without the program's name, the process's own if None."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # terminals of any alphabet
    try:
        options = parser().parse_args(argv)
    except SystemExit as done:  # argparse has said why, or has shown the help
        return done.code if isinstance(done.code, int) else exits.USAGE
    return _guarded(options)


def _guarded(options: argparse.Namespace) -> int:
    try:
        code = VERBS[options.verb].run(options)
        sys.stdout.flush()
    except DaemonError as error:
        _tell(error, as_json=getattr(options, "json", False))
        return exits.NOT_RUNNING if isinstance(error, NotRunning) else exits.PROBLEM
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader, say `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return exits.OK
    return code


def _tell(error: DaemonError, *, as_json: bool) -> None:
    if as_json:
        show.print_json({"error": str(error), "hint": error.hint})
    print(printable(f"postern: {error}"), file=sys.stderr)
    print(printable(f"  {error.hint}"), file=sys.stderr)


@cache
def parser() -> argparse.ArgumentParser:
    """The whole command; the manual is made from it, too."""
    top = argparse.ArgumentParser(
        prog="postern",
        description="A gateway that keeps old L2TP/IPsec clients connected.",
        epilog=f"example: postern check && postern sessions\n\n{exits.EXPLAINED}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = top.add_subparsers(dest="verb", metavar="VERB", required=True)
    for name, verb in VERBS.items():
        one = verbs.add_parser(
            name,
            help=verb.ABOUT,
            description=f"{verb.ABOUT[0].upper()}{verb.ABOUT[1:]}.",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        verb.add_options(one)
        one.epilog = f"{one.epilog}\n\n{exits.EXPLAINED}"
    return top


if __name__ == "__main__":
    sys.exit(main())
