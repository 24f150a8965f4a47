"""`postern status`: the daemon as a whole."""

import argparse

from gateway.control.problems import printable
from gateway.control.sessions import StatusView, to_json
from gateway.user.cli import exits, show
from gateway.user.client import Daemon, socket_path

ABOUT = "tell how the daemon is"
EXAMPLE = (
    "example: postern status --json\n\n"
    "The exit status is 1 if the firewall's rules are not in place or the last reload was refused."
)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    parser.add_argument("--socket", metavar="PATH", help="the daemon's control socket")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    status = Daemon(socket_path(options.socket)).status()
    if options.json:
        show.print_json(to_json(status))
    else:
        print("\n".join(status_lines(status)))
    return exits.OK if status.rules_ok and not status.config_problems else exits.PROBLEM


def status_lines(status: StatusView) -> list[str]:
    """Everything the daemon tells of itself."""
    loaded = f", loaded {show.duration(status.config_loaded_s)} ago"
    rules = "rules in place" if status.rules_ok else "RULES ARE NOT IN PLACE: restart postern"
    rows = [
        ("up for", show.duration(status.uptime_s)),
        ("sessions", str(status.sessions)),
        ("half-open", str(status.half_open)),
        ("queue drops", str(status.queue_drops)),
        ("memory", show.size(status.rss_kb * 1024)),
        ("firewall", f"{status.firewall or 'unknown'}, {rules}"),
        ("carried by", _carriers(status)),
        ("configuration", status.config_file + loaded if status.config_file else ""),
        ("goes by", status.today),
    ]
    lines = [printable(f"postern {status.version}"), *show.pairs(rows)]
    if status.warnings or status.notices:
        lines.append("holds until a day:")
        lines += [f"  {printable(f'warning: {one}')}" for one in status.warnings]
        lines += [f"  {printable(one)}" for one in status.notices]
    if status.config_problems:
        lines.append("the last reload was refused, and the old configuration is in force:")
        lines += [f"  {printable(problem)}" for problem in status.config_problems]
    if status.servers_down:
        lines.append("not there:")
        lines += [f"  {printable(server)}" for server in status.servers_down]
    if status.refusals:
        lines.append("refused of late:")
        lines += [f"  {printable(refusal)}" for refusal in status.refusals]
    counted = [(name, str(count)) for name, count in sorted(status.counters.items()) if count]
    return [*lines, "counted since the start:", *show.pairs(counted)] if counted else lines


def _carriers(status: StatusView) -> str:
    """Whether workers or the kernel carry traffic, and if not why."""
    if status.workers:
        return f"workers where they can ({status.workers}), else the daemon"
    if status.virtual:
        return f"the kernel where it can ({status.virtual}), else the daemon"
    return "the daemon" + (f": {status.carrier}" if status.carrier else "")
