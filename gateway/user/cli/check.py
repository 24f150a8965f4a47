"""`postern check`: every problem of a configuration; needs neither the daemon nor root."""

import argparse
from dataclasses import asdict
from pathlib import Path

from gateway.control.check import judge
from gateway.control.config import build
from gateway.control.confined import silent_about
from gateway.control.dated import notices
from gateway.control.document import File
from gateway.control.findings import Document
from gateway.control.problems import Problem, printable
from gateway.control.schema import example
from gateway.user.cli import exits, show
from gateway.user.files import beside, read_file
from gateway.user.today import today

CONFIG = "/etc/postern/postern.toml"
ABOUT = "tell everything that is wrong with a configuration"
EXAMPLE = "example: postern check --config ./postern.toml\n\nevery key there is:\n\n"


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE + "\n".join("  " + line for line in example())
    parser.add_argument("--config", default=CONFIG, metavar="FILE", help=f"instead of {CONFIG}")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    path = Path(options.config)
    file = read_file(path)
    if isinstance(file, File):
        document, problems = judge(file, beside(path), path.name, today())
    else:
        document, problems = {}, [_unreadable(path, file)]
    usable = all(problem.warning for problem in problems)
    days, reach = (_days(document), silent_about(build(document))) if usable else ([], [])
    if options.json:
        found = _as_json(path, document, problems, usable)
        show.print_json({**found, "days": days, "reach": reach})
    else:
        _print(path, document, problems, usable)
        for text in (*days, *reach):
            print(printable(f"  {text}"))
    return exits.OK if usable else exits.PROBLEM


def _unreadable(path: Path, why: str) -> Problem:
    return Problem(path.name, f"cannot be read: {why}", f"Look at {path}, or name another file")


def _days(document: Document) -> list[str]:
    """What holds until a day, and for how long it does."""
    return [notice.text for notice in notices(build(document).clients, today())]


def _as_json(
    path: Path, document: Document, problems: list[Problem], usable: bool
) -> dict[str, object]:
    return {
        "ok": usable,
        "file": str(path),
        "clients": len(document.get("client", ())),
        "routes": len(document.get("route", ())),
        "problems": [asdict(problem) for problem in problems],
    }


def _print(path: Path, document: Document, problems: list[Problem], usable: bool) -> None:
    for problem in problems:
        print(printable(str(problem)))
    warnings = sum(problem.warning for problem in problems)
    if usable:
        counts = [
            show.counted(len(document["client"]), "client"),
            show.counted(len(document["route"]), "route"),
        ]
        counts += [show.counted(warnings, "warning")] if warnings else []
        print("ok: " + ", ".join(counts))
    else:
        found = show.counted(len(problems) - warnings, "problem")
        print(printable(f"{found} to put right in {path}"))
