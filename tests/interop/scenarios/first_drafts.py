"""Clients of drafts 00 and 01: all on UDP 500, ESP by the kernel, behind a NAT that rebinds."""

from typing import Any

from tests.interop.lab.ping import ping
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    return {way: _road(lab, gateway, way) for way in ("draft-00", "draft-01")}


def _road(lab: Lab, gateway: Any, way: str) -> dict[str, Any]:
    nat = lab.nat()
    client = lab.first_draft(way, behind=nat)
    dial = client.dial()
    lab.step(f"up after {dial.milliseconds} ms as {dial.address}")
    received = [client.ping().received, ping(lab.server, dial.address).received]
    before = gateway.session()
    nat.forget()
    moved = [client.ping().received, ping(lab.server, dial.address).received]
    after = gateway.session()
    encapsulated = "espinudp-nonike" in client.ike.suites()
    client.hang_up()
    gateway.wait_for_sessions(0)
    return {
        "received": received,
        "moved": moved,
        "same_session": before["id"] == after["id"],
        "ports": [session["peer"].rpartition(":")[2] for session in (before, after)],
        "session": after,
        "non_ike": encapsulated,
    }
