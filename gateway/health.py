"""`postern health`: dial this box by loopback, and say whether it answers. A roof of its own.

The exit status is 0 if it does, and if the recorded handshakes of this site's machines still come
to what they came to. In an image it is what makes a system that was just started count as good; a
system that has once proved itself stays good, whatever its configuration has become.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

from gateway.control.problems import printable
from gateway.ike.events import Send
from gateway.ike.probe import Failed, Probe, ProbeEvent, Proved
from gateway.system.box import health
from gateway.system.box.places import Places
from gateway.system.box.recordings import Recordings
from gateway.system.box.slots import Slots
from gateway.system.chance import Chance
from gateway.system.run import ToolFailed
from gateway.user.client import Daemon, DaemonError, socket_path
from gateway.wire.udp import Datagram, Endpoint

OK, FAILED = 0, 1
ALL_THE_SAME = "To have it all the same, set upgrade.replay to false and install it again"


def main(argv: list[str] | None = None) -> int:
    """0 if the box answers its own dial, or did once; 1 with a sentence if not."""
    parser = argparse.ArgumentParser(prog="postern health", description=__doc__)
    parser.add_argument("--socket", help="the daemon's control socket")
    parser.add_argument("--wait", type=float, default=health.LONGEST_WAIT, metavar="SECONDS")
    parser.add_argument("--root", type=Path, default=Path("/"), help="of the machine")
    parser.add_argument("--keep", action="store_true", help="note what came of it on the disk")
    parser.add_argument("--mark-good", action="store_true", help="and tell RAUC")
    options = parser.parse_args(argv)
    places = Places(options.root)
    ask = Asked(Daemon(socket_path(options.socket)))
    try:
        health.wait_for(ask, options.wait)
        took = health.handshake(ask, Dialling)
    except health.Unhealthy as error:
        return _failed(str(error), places, options)
    except OSError as error:
        return _failed(f"no dial could be made: {error}", places, options)
    print(f"the gateway answered a dial by loopback in {took * 1000:.0f} ms")  # noqa: T201
    if options.keep and health.was_proved(places):
        return _good(places, options)
    return _recorded(places, options)


class Asked:
    """The daemon, as `system/box/health.py` wants to ask it."""

    def __init__(self, daemon: Daemon) -> None:
        self._daemon = daemon

    def __call__(self, request: dict[str, Any]) -> None:
        more = {name: value for name, value in request.items() if name != "verb"}
        try:
            self._daemon.ask(request["verb"], **more)
        except DaemonError as error:
            if request["verb"] == "status":
                raise ConnectionError(str(error)) from error
            raise health.Unhealthy(f"the gateway takes no dial of its own: {error}") from error


class Dialling:
    """`ike/probe.py` on a wire that carries bytes."""

    def __init__(self, key: bytes, here: Endpoint, there: Endpoint) -> None:
        self._here, self._there = here, there
        self._probe = Probe(key, here, there, Chance())

    def start(self, now: float) -> health.Turn:
        return _turn(self._probe.start(now))

    def receive(self, message: bytes, now: float) -> health.Turn:
        return _turn(self._probe.receive(Datagram(self._there, self._here, message), now))

    def handle_timeout(self, now: float) -> health.Turn:
        return _turn(self._probe.handle_timeout(now))

    def deadline(self) -> float | None:
        return self._probe.deadline()


def _turn(events: list[ProbeEvent]) -> health.Turn:
    return health.Turn(
        [event.message for event in events if isinstance(event, Send)],
        next((event.reason for event in events if isinstance(event, Failed)), None),
        any(isinstance(event, Proved) for event in events),
    )


def _recorded(places: Places, options: argparse.Namespace) -> int:
    """The handshakes of this site, played to the system that runs."""
    verdict = Recordings(places).prove()
    for sentence in verdict.told:
        _say(sentence)
    if verdict.well:
        print(f"recorded handshakes go as they went: {', '.join(verdict.well)}")  # noqa: T201
    if not verdict.against:
        return _good(places, options)
    why = ". ".join((*verdict.against, ALL_THE_SAME))
    if not options.mark_good:
        return _failed(why, places, options)
    slots = Slots()
    if not any(one.state == "good" and not one.booted for one in slots.read()):
        _say(f"{why}; there is no other good system to go back to: this one stays")
        return _good(places, options)
    status = _failed(why, places, options)
    health.note_why(places, why)
    slots.mark_bad()  # it would do the same at its next try
    return status


def _good(places: Places, options: argparse.Namespace) -> int:
    try:
        if options.keep:
            health.note_proved(places)
        if options.mark_good:
            Slots().mark_good()
    except (ToolFailed, OSError) as error:
        _say(f"it could not be noted: {error}")
        return FAILED
    return OK


def _failed(why: str, places: Places, options: argparse.Namespace) -> int:
    _say(why)
    if not options.keep:
        return FAILED
    try:
        _say(f"the journal is kept: {health.keep_journal(places, why)}")
    except OSError as error:
        _say(f"the journal could not be kept: {error}")
    if not health.was_proved(places):
        return FAILED
    _say("this very system has answered before: it stays, and the cause is elsewhere")
    return _good(places, argparse.Namespace(keep=False, mark_good=options.mark_good))


def _say(text: str) -> None:
    print(printable(f"postern health: {text}"), file=sys.stderr)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
