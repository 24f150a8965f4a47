"""What `make demo` shows: two old clients behind one NAT reach a plain PPTP server."""

from collections.abc import Callable
from typing import Any

from tests.interop.lab.client import OldClient
from tests.interop.lab.gateway import Gateway
from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    return two_clients(lab, lab.gateway())


def two_clients(
    lab: Lab, gateway: Gateway, ready: Callable[[OldClient], OldClient] = lambda client: client
) -> dict[str, Any]:
    """Whatever stands inside, the same two clients and the same figures. `ready`: what a client
    needs besides."""
    nat = lab.nat()
    client = ready(lab.libreswan(Profile(nat_t="drafts"), behind=nat))
    first = dial(lab, gateway, client, "libreswan")
    lab.step("pinging the inside server")
    ping = client.ping(count=20)
    lab.step("TCP from the client to the server, 4 s")
    up = client.tcp_mbit(lab.server)
    lab.step("TCP from the server to the client, 4 s")
    down = client.tcp_mbit(lab.server, down=True)
    other = ready(lab.strongswan(Profile("3des-sha1-modp1024"), behind=nat, user="second"))
    second = dial(lab, gateway, other, "strongSwan")
    lab.step("pinging from both clients")
    return {
        "dials": [first, second],
        "ping_loss_percent": ping.loss_percent,
        "rtt_ms": ping.mean_ms,
        "tcp_up_mbit": up,
        "tcp_down_mbit": down,
        "both_answer": [client.ping().received, other.ping().received],
        "daemon_rss_kb": gateway.rss_kb(),
        "table": gateway.command("sessions"),
        "status": gateway.command("status"),
    }


def dial(lab: Lab, gateway: Gateway, client: OldClient, name: str) -> dict[str, Any]:
    lab.step(f"{name} dials")
    done = client.dial()
    session = gateway.sessions()[-1]
    lab.step(f"PPP is up after {done.milliseconds} ms: {done.address} to {done.server}")
    return {
        "client": name,
        "dial_ms": done.milliseconds,
        "session": session,
        "account": gateway.account(session["id"]),
    }
