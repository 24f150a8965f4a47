"""`postern sessions`: the table of all, or one with the account of its dial."""

import argparse
from collections.abc import Callable, Sequence
from typing import Final

from gateway.control.explain import Told
from gateway.control.problems import printable
from gateway.control.sessions import SessionView, to_json
from gateway.control.systems import TOLD, label_of, short_of
from gateway.user.cli import exits, show
from gateway.user.cli.show import Column
from gateway.user.client import Daemon, socket_path

ABOUT = "list the sessions, or tell of one how it came up"
EXAMPLE = (
    "examples:\n  postern sessions\n  postern sessions 7      one session, and its dial step by "
    "step\n  postern sessions --wide\n\n"
    "INSIDE is the encryption between the gateway and the old server. SYSTEM is what the\nmachine "
    "seems to be; a guess has a question mark. STATE idle: its keys have ended for want\nof "
    "traffic, and it makes new ones when it has something to send."
)
WIDTH = 80  # letters

Cell = Callable[[SessionView], str]
NARROW: tuple[tuple[Column, Cell], ...] = (
    (Column("ID", right=True), lambda one: str(one.id)),
    (Column("CLIENT", least=8), lambda one: one.client),
    (Column("SYSTEM", least=6), lambda one: short_of(one.system, one.confidence) or "-"),
    (Column("FROM", least=12), lambda one: one.peer),
    (Column("STATE"), lambda one: one.state),
    (Column("FOR", right=True), lambda one: show.duration(one.since)),
    (Column("ADDRESS"), lambda one: one.client_ip or "-"),
    (Column("INSIDE", least=6, dear=True), lambda one: one.encryption),
)
WIDE: tuple[tuple[Column, Cell], ...] = (
    *NARROW,
    (Column("USER"), lambda one: one.user or "-"),
    (Column("ROUTE"), lambda one: one.route),
    (Column("SERVER"), lambda one: one.server),
    (Column("CARRIER"), lambda one: one.carrier),
    (Column("NAT-T"), lambda one: one.natt or "-"),
    (Column("IKE"), lambda one: one.ike_suite),
    (Column("ESP"), lambda one: one.esp_suite),
    (Column("IN", right=True), lambda one: show.size(one.bytes_in)),
    (Column("OUT", right=True), lambda one: show.size(one.bytes_out)),
    (Column("DROPS", right=True), lambda one: str(sum(one.drops.values()))),
)
OTHERS: Final = {"kernel": "the kernel", "worker": "a worker"}  # who may carry but the daemon


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    parser.add_argument("id", nargs="?", type=int, metavar="ID", help="one session, with its dial")
    parser.add_argument("--wide", action="store_true", help="every column, however long the lines")
    parser.add_argument("--socket", metavar="PATH", help="the daemon's control socket")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(options: argparse.Namespace) -> int:
    daemon = Daemon(socket_path(options.socket))
    if options.id is not None:
        return _one(daemon, options.id, options.json)
    sessions = daemon.sessions()
    if options.json:
        show.print_json([to_json(one) for one in sessions])
    elif sessions:
        print("\n".join(lines(sessions, wide=options.wide)))
    else:
        print("no sessions; `postern status` tells of refused dials")
    return exits.OK


def lines(sessions: Sequence[SessionView], *, wide: bool) -> list[str]:
    """The table of all sessions."""
    chosen = WIDE if wide else NARROW
    rows = [[cell(one) for _, cell in chosen] for one in sessions]
    return show.table([column for column, _ in chosen], rows, None if wide else WIDTH)


def _one(daemon: Daemon, number: int, as_json: bool) -> int:
    session, told = daemon.session(number)
    if as_json:
        account = [{"ms": line.ms, "text": line.text} for line in told]
        view = None if session is None else to_json(session)
        show.print_json({"session": view, "account": account})
        return exits.OK
    print("\n".join([*details(session), "how it came up:", *account_lines(told)]))
    return exits.OK


def account_lines(told: Sequence[Told]) -> list[str]:
    """The dial step by step, each with its seconds since the start."""
    return [f"  {line.ms / 1000:8.3f} s  {printable(line.text)}" for line in told]


def details(session: SessionView | None) -> list[str]:
    """Everything there is to know of one session, but its account."""
    if session is None:
        return ["no such session any more"]
    inward, outward = show.size(session.bytes_in), show.size(session.bytes_out)
    rows = [
        ("state", f"{session.state}, for {show.duration(session.since)}"),
        ("from", session.peer),
        ("identity", session.identity),
        ("recognised", _system(session)),
        ("because", "; ".join(session.why)),
        ("quirks", ", ".join(session.quirks)),
        ("key", "the old one: type the new one in there" if session.rotation == "old" else ""),
        ("user", session.user),
        (
            "addresses",
            _both(session.client_ip, "of the client", session.server_ip, "of the server"),
        ),
        ("route", _both(session.route, "", session.server, "")),
        ("inside", session.encryption),
        ("carrier", _carrier(session)),
        ("may reach", session.reach),
        ("IKE", session.ike_suite),
        ("ESP", session.esp_suite),
        ("NAT traversal", session.natt or "none"),
        ("SPI", _both(session.spi_in, "in", session.spi_out, "out")),
        ("L2TP tunnel", f"{session.l2tp_tunnel} here, {session.l2tp_peer_tunnel} at the client"),
        ("L2TP call", f"{session.l2tp_call} here, {session.l2tp_peer_call} at the client"),
        (
            f"{session.inside_kind or 'inside'} call",
            f"{session.inside_call} here, {session.inside_peer_call} at the server",
        ),
        ("from client", f"{show.counted(session.frames_in, 'frame')}, {inward}"),
        ("to client", f"{show.counted(session.frames_out, 'frame')}, {outward}"),
        ("drops", ", ".join(f"{name} {count}" for name, count in session.drops.items())),
        ("last error", session.last_error),
    ]
    return [printable(f"session {session.id}, client {session.client}"), *show.pairs(rows)]


def _carrier(session: SessionView) -> str:
    """Who carries its traffic; and if that is the daemon, why."""
    if session.carrier in OTHERS:
        return OTHERS[session.carrier]
    return "the daemon" + (f": {session.carrier_why}" if session.carrier_why else "")


def _system(session: SessionView) -> str:
    """Who it seems to be, and how sure that is."""
    if not session.system:
        return ""
    sure = "as its entry says" if session.confidence == TOLD else session.confidence
    return f"{label_of(session.system)}" + (f", {sure}" if sure else "")


def _both(one: str, said_of_it: str, other: str, said_of_other: str) -> str:
    """Two values with a word each, as far as they are there."""
    parts = [f"{one} {said_of_it}" if one else "", f"{other} {said_of_other}" if other else ""]
    return ", ".join(part.rstrip() for part in parts if part)
