"""The facts that most scenarios want of a client that dials the gateway."""

from typing import Any

from tests.interop.lab.client import OldClient
from tests.interop.lab.gateway import Gateway
from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import Pinging, ping
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until


def whole_road(lab: Lab, gateway: Gateway, client: OldClient) -> dict[str, Any]:
    """Dial, use the link from both ends, hang up; what the gateway and the client say of it."""
    lab.step("dialling")
    dial = client.dial()
    lab.step(f"up after {dial.milliseconds} ms as {dial.address}")
    up = client.ping()
    down = ping(lab.server, dial.address)
    large = client.ping(count=3, size=1372)  # the largest that fits PPP's MTU of 1400
    session = gateway.session()
    account = gateway.account(session["id"])
    encapsulation, esp_packets = client.encapsulation(), client.esp_packets()
    lab.step("hanging up")
    client.hang_up()
    gateway.wait_for_sessions(0)
    return {
        "dial_ms": dial.milliseconds,
        "address": dial.address,
        "received": [up.received, down.received, large.received],
        "encapsulation": encapsulation,
        "esp_packets": esp_packets,
        "session": session,
        "account": [line["text"] for line in account],
    }


def rekeyed_under_traffic(lab: Lab, gateway: Gateway, client: OldClient) -> dict[str, Any]:
    """Renew both phases while the client and the server ping each other without a pause."""
    dial = client.dial()
    before = gateway.session()
    pings = [
        Pinging(client.node, dial.server, count=400, interval=0.03),
        Pinging(lab.server, dial.address, count=400, interval=0.03),
    ]
    lab.step("renewing phase 2")
    client.ike.rekey_phase2()
    until(lambda: gateway.session()["spi_in"] != before["spi_in"], 10, "a new pair of SPIs")
    between = gateway.session()
    lab.step("renewing phase 1")
    client.ike.rekey_phase1()
    finished = [pinging.finish() for pinging in pings]
    after = gateway.session()
    return {
        "sent": [ping.sent for ping in finished],
        "received": [ping.received for ping in finished],
        "same_session": before["id"] == after["id"],
        "spis": [session["spi_in"] for session in (before, between, after)],
        "drops": after["drops"],
        "still_answers": client.ping().received,
        "account": [line["text"] for line in gateway.account(after["id"])],
    }


def recording(lab: Lab, gateway: Gateway, client: OldClient) -> dict[str, Any]:
    """A dial that is written down while it happens, and the session it leaves alone."""
    lab.step("recording a dial")
    text = gateway.recorded("/run/log/recorded.toml", client.dial)
    session = gateway.session()
    return {
        "text": text,
        "said": gateway.node.log("record"),
        "system": session["system"],
        "confidence": session["confidence"],
        "answers": client.ping().received,
        "identity": session["identity"],
        "peer": session["peer"],
    }


def three_behind_one_nat(lab: Lab, gateway: Gateway) -> dict[str, Any]:
    """Three old clients behind one NAT, all from UDP 1701; the server starts every packet."""
    nat = lab.nat()
    clients = [
        lab.libreswan(Profile(nat_t="drafts"), behind=nat),
        lab.strongswan(Profile("3des-sha1-modp1024"), behind=nat, user="second"),
        lab.strongswan(Profile("3des-sha1-modp1024"), behind=nat, user="third"),
    ]
    dials = [client.dial() for client in clients]
    lab.step("all three are up")
    addresses = [dial.address for dial in dials]
    in_turn = [
        ping(lab.server, address, count=1).received for _ in range(5) for address in addresses
    ]
    at_once = [Pinging(lab.server, address, count=50) for address in addresses]
    facts = {
        "in_turn": in_turn,
        "at_once": [pinging.finish().received for pinging in at_once],
        "addresses": addresses,
        "sessions": gateway.sessions(),
    }
    lab.step("the first hangs up")
    clients[0].hang_up()
    gateway.wait_for_sessions(2)
    return facts | {"others": [ping(lab.server, each).received for each in addresses[1:]]}
