"""A wrong pre-shared key, then suites that no client may use: neither comes up, both are told."""

from typing import Any

from tests.interop.lab.ike import Profile
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    lab.step("dialling with a wrong key")
    wrong_key = lab.strongswan(Profile("3des-sha1-modp1024", psk="not-this-one-either"))
    key = wrong_key.refused_dial()
    told_key = gateway.refusals()
    lab.step("dialling with a suite that is not allowed")
    weak = lab.strongswan(Profile("des-md5-modp768", "des-md5")).refused_dial()
    told_weak = gateway.refusals()
    lab.step("dialling with a good IKE suite and a bad one for ESP")
    weak_esp = lab.strongswan(Profile("3des-sha1-modp1024", "des-md5")).refused_dial()
    return {
        "key": key.step,
        "told_key": told_key,
        "weak": weak.step,
        "told_weak": told_weak,
        "weak_esp": weak_esp.step,
        "told_weak_esp": gateway.refusals(),
        "sessions": len(gateway.sessions()),
        "half_open": gateway.ask("status")["half_open"],
    }
