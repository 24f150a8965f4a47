"""A client behind a NAT dials a real box (tests/image), which stands where the gateway would."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import ping
from tests.interop.lab.stage import Lab
from tests.interop.lab.world import until

# The steps at which the test looks at the box.
UP = "the link is up"
LATE = 0.5  # seconds that an emulated box may take for one answer
PINGED = "all pings have had their time"


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=lab.nat())
    lab.step("dialling")
    dial = client.dial(patience=60)
    lab.step(f"{UP} after {dial.milliseconds} ms as {dial.address}")
    until(lambda: client.ping(count=1).received == 1, 10, "a first answer")
    up = client.ping(interval=LATE)
    down = ping(lab.server, dial.address, interval=LATE)
    # The largest that fits PPP's MTU of 1400.
    large = client.ping(count=3, interval=LATE, size=1372)
    lab.step(PINGED)
    # Eight seconds, in which the slowest console shows the session and the box tells of it.
    up_mbit, down_mbit = client.tcp_mbit(lab.server), client.tcp_mbit(lab.server, down=True)
    lab.step("hanging up")
    client.hang_up()
    return {
        "dial_ms": dial.milliseconds,
        "address": dial.address,
        "received": [up.received, down.received, large.received],
        "rtt_ms": up.mean_ms,
        "tcp_up_mbit": up_mbit,
        "tcp_down_mbit": down_mbit,
    }
