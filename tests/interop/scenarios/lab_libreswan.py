"""The lab itself: libreswan with NAT-T drafts, behind a NAT, dials the stand-in."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    profile = Profile(nat_t="drafts")
    lab.stand_in(profile)
    client = lab.libreswan(profile, behind=lab.nat())
    lab.step("dialling")
    dial = client.dial()
    lab.step(f"up after {dial.milliseconds} ms")
    return {
        "dial_ms": dial.milliseconds,
        "ike_ms": dial.ike_milliseconds,
        "address": dial.address,
        "received": client.ping().received,
        "encapsulation": client.encapsulation(),
        "esp_packets": client.esp_packets(),
        "tcp_up_mbit": client.tcp_mbit(lab.world.gateway, seconds=2),
        "tcp_down_mbit": client.tcp_mbit(lab.world.gateway, seconds=2, down=True),
    }
