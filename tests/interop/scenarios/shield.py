"""A client sends the frames that killed old servers, behind a shield and without; the server's
cable is recorded."""

from typing import Any

from gateway.crypto.passwords import nt_hash
from tests.interop.lab.capture import capture
from tests.interop.lab.encrypted import frames_inside
from tests.interop.lab.gateway import PPTP, Gateway, configuration
from tests.interop.lab.hostile import HostileClient
from tests.interop.lab.pptpd import USERS
from tests.interop.lab.stage import PSK, Lab
from tests.pair.killing import EVERY, HEAD, UDP, ip

ECHO = HEAD + b"\xc0\x21\x09\x63\x00\x08evil"
LAST = ip(b"the last of all", UDP)


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    capture(lab.server, "eth0", "inside", "proto gre")
    gateway = lab.gateway()
    behind = session(lab, gateway, seed=1)
    lab.step("the same without a shield")
    gateway.reload(configuration(PSK, routes=PPTP + "shield = false\n"))
    gateway.wait_for_log("loaded again")
    without = session(lab, gateway, seed=2)
    return {"frames": len(EVERY), "behind": behind, "without": without}


def session(lab: Lab, gateway: Gateway, seed: int) -> dict[str, Any]:
    """One dial with all the frames; which of them the server's cable has carried."""
    node = lab.world.direct_client()
    client = HostileClient(node, PSK, "operator", nt_hash(USERS["operator"]), seed)
    lab.step("dialling")
    up = client.dial()
    before = len(frames_inside(lab.server))
    lab.step(f"sending {len(EVERY)} frames" if up else "not up")
    for frame in EVERY.values():
        client.say(frame)
    client.say(ECHO)
    client.say(LAST, wait=1.5)
    passed = frames_inside(lab.server)[before:]
    heard = [frame for frame in client.client.ppp.got if frame]
    drops = gateway.sessions()[-1]["drops"] if gateway.sessions() else {}
    client.hang_up()
    gateway.wait_for_sessions(0)
    return {
        "up": up,
        "reached": [name for name, frame in EVERY.items() if len(frame) > 4 and frame in passed],
        "echo": ECHO in passed,
        "last": LAST in passed,
        "heard": len(heard),
        "drops": drops,
    }
