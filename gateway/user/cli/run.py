"""`postern run`: become the daemon.

The daemon is another program: this one is replaced by it, so that a service manager sees one
process and the command knows nothing of the daemon's parts.
"""

import argparse
import os
import sys
from pathlib import Path

import gateway
from gateway.user.cli.check import CONFIG
from gateway.user.client import DaemonError, socket_path

ABOUT = "run the gateway in the foreground, until it is told to stop"
EXAMPLE = (
    "examples:\n  postern run --config ./postern.toml\n"
    "  postern run --remove-rules      take away the firewall's rules of a crashed daemon\n\n"
    "SIGTERM ends all sessions in order; SIGHUP loads the configuration again."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    parser.add_argument("--config", default=CONFIG, metavar="FILE", help=f"instead of {CONFIG}")
    parser.add_argument("--socket", metavar="PATH", help="where to make the control socket")
    parser.add_argument(
        "--remove-rules", action="store_true", help="only take away the firewall's rules"
    )


def run(options: argparse.Namespace) -> int:
    """Does not return, unless the interpreter itself cannot be started."""
    command = [sys.executable, "-P", "-m", "gateway.daemon", "--config", options.config]
    command += ["--socket", socket_path(options.socket)]
    command += ["--remove-rules"] if options.remove_rules else []
    try:
        os.execve(sys.executable, command, environment())
    except OSError as error:
        what = f"{sys.executable} could not be started: {error.strerror}"
        raise DaemonError(what, "Install postern again") from None


def environment() -> dict[str, str]:
    """With -P the daemon's modules come from where ours did, and never from the folder it is
    started in: that may be anybody's, and the daemon is root."""
    home = str(Path(gateway.__file__).parents[1])
    paths = [home, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
