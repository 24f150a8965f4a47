"""Standing in front of a native server: those it serves itself, and those it cannot."""

from dataclasses import dataclass
from typing import Any

from tests.interop.lab import native
from tests.interop.lab.client import OldClient
from tests.interop.lab.gateway import Gateway
from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab
from tests.interop.lab.topology import SERVER

# As the server's own client: its key and its suite, no NAT traversal.
OWN = Profile(psk=native.PROFILE.psk, nat_t="none")


def lines(fail: str) -> str:
    """The gateway's configuration."""
    return f'[front]\nservers = ["{SERVER}"]\nfail = "{fail}"\n'


@dataclass(frozen=True, slots=True)
class Stand:
    """The server, the gateway before it, a client that the server serves and one that it cannot."""

    server: native.Native
    gateway: Gateway
    own: OldClient
    natted: OldClient


def stand(lab: Lab, fail: str = "closed") -> Stand:
    server = lab.native()
    lab.stand_in_front()
    gateway = lab.gateway(route="old-w2k", routes=native.routes() + lines(fail))
    natted = lab.libreswan(Profile(nat_t="drafts"), behind=lab.nat(), user="second")
    return Stand(server, gateway, lab.libreswan(OWN), natted)


def passed(gateway: Gateway) -> int:
    """Packets that went on to the server."""
    found: int = gateway.ask("status")["counters"].get("front_passed", 0)
    return found


def without_daemon(lab: Lab, fail: str) -> dict[str, Any]:
    """The server's own client is up, then the daemon is killed, and comes again."""
    at = stand(lab, fail)
    at.own.dial()
    before = at.own.ping().received
    other = lab.libreswan(OWN, user="third")
    lab.step("killing the daemon")
    at.gateway.kill()
    meanwhile = at.own.ping().received
    lab.step("dialling while it is away")
    if fail == "open":
        other.dial()
        dialled, served = "up", other.ping().received
    else:
        dialled, served = other.refused_dial().step, 0
    at.gateway.start()
    lab.step("the daemon is there again")
    at.natted.dial()
    return {
        "before": before,
        "meanwhile": meanwhile,
        "dialled": dialled,
        "served": served,
        "afterwards": [at.own.ping().received, at.natted.ping().received],
        "sessions": len(at.gateway.sessions()),
        "rules_ok": at.gateway.ask("status")["rules_ok"],
    }
