"""The owner reloads a broken file, then a good one, and at last ends the session."""

from typing import Any

from tests.interop.lab.gateway import configuration
from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import PSK, Lab
from tests.interop.lab.world import until


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=lab.nat())
    client.dial()
    number = gateway.session()["id"]
    lab.step("reloading a broken configuration")
    gateway.reload(configuration(PSK, client='colour = "blue"'))
    until(lambda: gateway.ask("status")["config_problems"] != [], 10, "the problems to be told")
    problems = gateway.ask("status")["config_problems"]
    after_bad = client.ping().received
    lab.step("reloading a good one")
    gateway.reload(configuration(PSK, limits="sessions = 7"))
    until(lambda: gateway.ask("status")["config_problems"] == [], 10, "the problems to be gone")
    after_good = client.ping().received
    same = gateway.session()["id"] == number
    lab.step("ending the session")
    said = gateway.command("disconnect", str(number))
    told = until(lambda: client.link() is None, 10)
    return {
        "problems": problems,
        "after_bad": after_bad,
        "after_good": after_good,
        "same_session": same,
        "said": said,
        "client_told": told,
        "sessions": len(gateway.sessions()),
    }
