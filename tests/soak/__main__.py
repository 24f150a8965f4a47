"""`make soak`: a week of the gateway on the virtual clock, and a closing table.

    python -m tests.soak [--hours 168] [--seed 1] [--faster 1] [--carrier user|kernel]

Ends with 1 if anything is wrong. A week takes some minutes; `--minutes` bounds that.
"""

import argparse
import os
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Final

from gateway.system.rules import Rules, nft_text
from tests.pair import gateway_world
from tests.soak.census import REMEMBERED, objects
from tests.soak.week import Week

DAY: Final = 24.0  # hours
MORE_RSS: Final = 16 * 1024  # kB that the process may grow after the first day, peers included


def main() -> int:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=168.0, help="virtual ones")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--faster", type=float, default=1.0, help="more trouble in the same time")
    parser.add_argument("--carrier", choices=("user", "kernel"), default="user")
    parser.add_argument("--minutes", type=float, default=20.0, help="real ones, at most")
    options = parser.parse_args()
    gateway_world.CARRIER = options.carrier
    who = "the daemon" if options.carrier == "user" else "the kernel where it can"
    print(f"A soak of {options.hours:g} hours, seed {options.seed}, carried by {who}", flush=True)
    return soak(
        options.hours, options.seed, options.faster, time.monotonic() + 60 * options.minutes
    )


def soak(hours: float, seed: int, faster: float, until: float) -> int:
    """0 if all is well; `until` is on the real clock."""
    week = Week(seed, faster)
    week.net.run_for(60.0)
    tables, rules = week.census(), week.rules()
    lived, first, held, files = 0.0, _rss(), objects(), _descriptors()
    while lived < hours and time.monotonic() < until:
        step = min(DAY, hours - lived)
        week.live(step)
        lived += step
        print(_day(week, lived), flush=True)
        first = first if lived > DAY else _rss()
    week.calm_down()
    week.let_a_night_pass()
    week.count_exactly()
    week.compare(tables, rules)
    full, living = week.census(), objects()
    last = _rss()
    if last > first + MORE_RSS:
        week.problems.append(f"the process has grown from {first} to {last} kB")
    week.send_everybody_home()
    if _descriptors() > files:
        week.problems.append(f"{_descriptors() - files} descriptors more than at first")
    if lived < hours:
        week.problems.append(f"only {lived:g} hours were lived: the real time was up")
    print(closing(week, lived, tables, full, (held, living, objects()), (first, last)))
    print(ending(week, (files, _descriptors()), rules))
    return 1 if week.problems else 0


def _day(week: Week, lived: float) -> str:
    up = sum(person.up for person in week.people)
    return (
        f"  {lived:6.0f} h: {up} of {len(week.people)} up, {sum(week.happened.values())} troubles, "
        f"{sum(person.redials for person in week.people)} sessions dialled again by their users, "
        f"{_rss()} kB, {len(week.problems)} problems"
    )


def closing(
    week: Week,
    lived: float,
    tables: dict[str, int],
    full: dict[str, int],
    held: tuple[Counter[str], Counter[str], Counter[str]],
    rss: tuple[int, int],
) -> str:
    """All that is to be said at the end."""
    people, core, kernel = week.people, week.core, week.gateway.kernel
    lines = ["", f"What happened in {lived:g} hours ({week.sent} datagrams):"]
    lines += [f"  {count:6}  {name}" for name, count in week.happened.most_common()]
    lines += ["", "What became of it:"]
    facts = (
        ("questions of users", sum(person.asked for person in people)),
        ("  answered", sum(person.answered for person in people)),
        ("sessions that users dialled again", sum(person.redials for person in people)),
        ("renewals of keys by time and volume", sum(person.rekeys for person in people)),
        ("renewals of main modes", sum(person.phase1_rekeys for person in people)),
        ("machines fallen idle", sum(person.idled for person in people)),
        ("packets lost on the lines", week.net.lost),
        ("packets dropped by the full queue", week.gateway.queue_drops),
        ("errors for want of memory", sum(week.gateway.errors.values())),
        ("frames that the kernel carried", kernel.carried if kernel else 0),
        ("connections open in the end", week.gateway.open_connections),
        ("RSS after a day, kB (peers included)", rss[0]),
        ("RSS in the end", rss[1]),
    )
    lines += [f"  {value:8}  {name}" for name, value in facts]
    lines += ["", f"{'Held by the gateway':34}{'at first':>10}{'at last':>10}{'all gone':>10}"]
    kinds = ("Session", "ClientLeg", "Phase1", "Pair", "Inbound", "Outbound", "Tunnel", "Trunk",
             "PptpLeg", "Gre", "Fact")  # fmt: skip
    lines += [_row(f"objects: {kind}", *(each[kind] for each in held)) for kind in kinds]
    after = week.census()
    names = sorted(set(tables) | set(full), key=lambda name: -full.get(name, 0))
    shown = [name for name in names if name not in REMEMBERED][:12]
    lines += [_row(n, tables.get(n, 0), full.get(n, 0), after.get(n, 0)) for n in shown]
    lines += ["", f"{'Remembered on purpose':34}{'bound':>10}{'at last':>10}"]
    lines += [
        f"{name:34}{bound:>10}{full.get(name, 0):>10}"
        for name, bound in REMEMBERED.items()
        if full.get(name)
    ]
    counted = ", ".join(f"{name} {count}" for name, count in core.counters().items())
    lines += ["", f"Counted: {counted}", ""]
    return "\n".join(lines)


def ending(week: Week, descriptors: tuple[int, int], rules: Rules) -> str:
    """What must not be otherwise, line by line, and what is."""
    core, after = week.core, week.census()
    lines = [f"{'In the end':44}{'at first':>10}{'all gone':>10}"]
    facts = (
        ("descriptors of the process", *descriptors),
        ("connections to servers", 0, week.gateway.open_connections),
        ("sessions", 0, len(core.sessions)),
        ("SAs of clients", 0, after.get("SaTable._pairs", 0)),
        *((name, 0, count) for name, count in week.in_kernel().items()),
        ("lines of packet rules", _rules(rules), _rules(week.rules())),
        ("sessions that were stuck", 0, week.stuck),
        ("machines whose frames were counted wrongly", 0, week.miscounted),
    )
    lines += [f"{name:44}{first:>10}{last:>10}" for name, first, last in facts]
    said = f"{len(week.people)} people, {len(after)} tables: nothing is wrong."
    return "\n".join([*lines, "", *(week.problems or [said])])


def _row(name: str, *counts: int) -> str:
    return f"{name:34}" + "".join(f"{count:>10}" for count in counts)


def _rules(rules: Rules) -> int:
    return nft_text(rules).count("\n")


def _descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def _rss() -> int:
    """What this process uses, in kB (proc(5))."""
    lines = Path("/proc/self/status").read_text().splitlines()
    [line] = [line for line in lines if line.startswith("VmRSS:")]
    return int(line.split()[1])


if __name__ == "__main__":
    sys.exit(main())
