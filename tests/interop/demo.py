"""`make demo ROUTE=...`: an old client dials through a NAT and reaches the server inside.

ROUTE is what the server speaks: pptp (if nothing is said), l2tp-ipsec, or local, where there is no
server and PPP ends at the gateway.
Exit status 0 if all of it worked, 1 if a step failed, 2 if the lab cannot run here. The figures of
the first client go to build/demo.json.
"""

import json
import sys
import time
from collections.abc import Sequence
from typing import Any

from tests.interop.lab.boot import CHECKOUT, LabFailed, Played, play

RESULT = CHECKOUT / "build/demo.json"
JOURNAL_LINES = 25
MAP = """\
 libreswan  192.168.1.10 --+
                           +-- NAT 203.0.113.10 -- 203.0.113.1 POSTERN 10.10.0.1 -- {} 10.10.0.2
 strongSwan 192.168.1.11 --+
"""
# By route: the scenario, and what stands inside.
ROUTES = {
    "pptp": ("demo", "pptpd"),
    "l2tp-ipsec": ("demo_native", "libreswan and xl2tpd"),
    "local": ("demo_local", "a host of the LAN"),
}
FIGURES = (
    ("dial_ms", "dial, from the client's first packet to its address", "ms"),
    ("ping_loss_percent", "ping, lost", "%"),
    ("rtt_ms", "ping, round trip", "ms"),
    ("tcp_up_mbit", "TCP, client to server", "Mbit/s"),
    ("tcp_down_mbit", "TCP, server to client", "Mbit/s"),
    ("daemon_rss_kb", "memory of the gateway", "kB"),
)


def main(arguments: Sequence[str] = ()) -> int:
    route = arguments[0] if arguments else "pptp"
    if route not in ROUTES:
        known = ", ".join(ROUTES)
        print(f"demo: there is no ROUTE={route}; write one of: {known}", file=sys.stderr)
        return 2
    scenario, inside = ROUTES[route]
    started = time.monotonic()
    RESULT.unlink(missing_ok=True)
    print(f"Booting a small world in User-Mode Linux:\n\n{MAP.format(inside)}", flush=True)
    steps: list[str] = []

    def show(_: str, seconds: float, text: str) -> None:
        steps.append(text)
        print(f"  {seconds:5.1f} s  {text}", flush=True)

    try:
        played = play([scenario], show)[scenario]
    except LabFailed as failure:
        print(f"demo: {failure}", file=sys.stderr)
        return 2
    if played.error:
        return _tell_failure(played, steps)
    figures = _figures(played.facts, route)
    _tell(played.facts, figures)
    RESULT.write_text(json.dumps(figures, indent=2) + "\n")
    print(f"\n{RESULT.relative_to(CHECKOUT)} written; {time.monotonic() - started:.0f} s in all.")
    return 0


def _figures(facts: dict[str, Any], route: str) -> dict[str, Any]:
    """What the first client found, under the names that demo.json has."""
    dial = facts["dials"][0]
    session = dial["session"]
    return {
        "client": dial["client"],
        "natt": session["natt"],
        "ike_suite": session["ike_suite"],
        "esp_suite": session["esp_suite"],
        "dial_ms": dial["dial_ms"],
        "ppp_up": session["state"] == "up",
        **{name: facts[name] for name, _, _ in FIGURES[1:]},
        "route": route,
        "inside_encryption": session["encryption"],
    }


def _tell(facts: dict[str, Any], figures: dict[str, Any]) -> None:
    for dial in facts["dials"]:
        print(f"\nHow {dial['client']} came up, as the gateway tells it:\n")
        for line in dial["account"]:
            print(f"  {line['ms']:6d} ms  {line['text']}")
    print(f"\npostern sessions\n\n{facts['table']}")
    print("Both clients, pinging at last: {} and {} of 5 answered.\n".format(*facts["both_answer"]))
    width = max(len(label) for _, label, _ in FIGURES)
    for name, label, unit in FIGURES:
        print(f"  {label:{width}}  {figures[name]} {unit}")


def _tell_failure(played: Played, steps: list[str]) -> int:
    """Which step, what the gateway says of it, and where to look further."""
    done = [step for step in steps if step != "failed"]
    print(f"\nThe demo failed at this step: {done[-1] if done else 'booting the lab'}\n")
    why = (line for line in played.error.splitlines() if not line.startswith((" ", "Traceback")))
    print("\n".join(why))
    journal = played.logs / "gateway/postern.log"
    if journal.exists():
        lines = journal.read_text(errors="replace").splitlines()[-JOURNAL_LINES:]
        print("\nThe gateway's own account:\n\n  " + "\n  ".join(lines))
    print(f"\nWhat every tool logged is in {played.logs}")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
