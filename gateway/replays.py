"""Plays recorded handshakes to a gateway made for each: a roof of its own.

A process apart, because what it plays comes from a file and what it plays it to is new: whichever
of the two fails, hangs or takes too much memory, whoever asked still has an answer. It says a line
for each recording before it is played and one after (`control/proving.py` reads them).
"""

import argparse
import sys
from pathlib import Path

from gateway.bridge.replay import replay
from gateway.control import proving
from gateway.control.recorded import LARGEST, BadCase, parse_case
from gateway.system.chance import Chance


def main(argv: list[str] | None = None) -> int:
    """0 when every file had its turn; an error of the gateway's own ends it with a trace."""
    parser = argparse.ArgumentParser(prog="gateway.replays", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="named as its machine")
    for path in parser.parse_args(argv).files:
        _say(proving.begun(path.stem))
        _say(_played(path))
    return 0


def _played(path: Path) -> str:
    try:
        with path.open("rb") as file:
            text = file.read(LARGEST + 1).decode()
        found = replay(parse_case(text), Chance())
    except BadCase as error:
        return proving.unplayable(path.stem, str(error))
    except OSError as error:
        return proving.unplayable(path.stem, f"it cannot be read: {error.strerror}")
    except UnicodeDecodeError:
        return proving.unplayable(path.stem, "it is no text")
    return proving.done(path.stem, found.problems)


def _say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - this is what it is there for


if __name__ == "__main__":
    sys.exit(main())
