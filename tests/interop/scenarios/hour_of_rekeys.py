"""Two clients renew both phases again and again under traffic: an hour of Windows in half a minute.

In an hour Windows renews a pair by time and one every 250 MB, and its main mode every eight; here
all of it comes every few seconds, by lifetimes in the clients' own configuration.
"""

from typing import Any

from tests.interop.lab.client import OldClient
from tests.interop.lab.gateway import Gateway
from tests.interop.lab.ike import Profile
from tests.interop.lab.libreswan import MARGIN
from tests.interop.lab.ping import Pinging
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until

COUNT, INTERVAL = 600, 0.05
LIBRESWAN = Profile(nat_t="drafts", ike_life=MARGIN + 10, esp_life=MARGIN + 4)
STRONGSWAN = Profile("3des-sha1-modp1024", ike_life=10, esp_life=4)
MAIN_MODE = {
    "libreswan": ("pluto", "IKE SA established"),
    "strongSwan": ("charon", "established b"),
}


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    nat = lab.nat()
    clients = {
        "libreswan": lab.libreswan(LIBRESWAN, behind=nat),
        "strongSwan": lab.strongswan(STRONGSWAN, behind=nat, user="second"),
    }
    dials = {name: client.dial() for name, client in clients.items()}
    before = {session["client_ip"]: session["id"] for session in gateway.sessions()}
    lab.step("both are up; half a minute of renewals while both ends ping")
    pings = {
        name: [
            Pinging(client.node, dials[name].server, COUNT, INTERVAL),
            Pinging(lab.server, dials[name].address, COUNT, INTERVAL),
        ]
        for name, client in clients.items()
    }
    pairs = _pairs_until_over(gateway, [each for both in pings.values() for each in both])
    found = {name: [ping.finish() for ping in both] for name, both in pings.items()}
    facts = {
        name: {
            "sent": [ping.sent for ping in found[name]],
            "lost": [ping.sent - ping.received for ping in found[name]],
            "pairs": len(pairs[dials[name].address]),
            "main_modes": _main_modes(name, client),
        }
        for name, client in clients.items()
    }
    lab.step(f"{facts}")
    after = {session["client_ip"]: session["id"] for session in gateway.sessions()}
    return facts | {"same_sessions": before == after}


def _pairs_until_over(gateway: Gateway, pings: list[Pinging]) -> dict[str, set[str]]:
    """The SPIs that each client has had, by its address."""
    pairs: dict[str, set[str]] = {}

    def over() -> bool:
        for session in gateway.sessions():
            pairs.setdefault(session["client_ip"], set()).add(session["spi_in"])
        return all(ping.is_over() for ping in pings)

    until(over, 3 * COUNT * INTERVAL, "the end of the pings")
    return pairs


def _main_modes(name: str, client: OldClient) -> int:
    log, words = MAIN_MODE[name]
    return client.node.log(log).count(words)
