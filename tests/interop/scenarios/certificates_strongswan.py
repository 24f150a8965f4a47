"""strongSwan behind a NAT with certificates that our own command has issued; then what is refused.

The .p12 is what an old Windows would import: strongSwan opens it, too. Both ends cut long messages.
"""

from typing import Any

from tests.interop.lab.certificates import Authority
from tests.interop.lab.ike import Profile
from tests.interop.lab.report import whole_road
from tests.interop.lab.stage import Lab

PROFILE = Profile("3des-sha1-modp1024", fragment_size=700)


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway, authority = lab.certified_gateway("press-3")
    check = authority.check()
    nat = lab.nat()
    press = lab.strongswan(PROFILE, behind=nat, bundle=authority.issue("press-3"))
    facts = whole_road(lab, gateway, press)
    lab.step("a certificate of another authority")
    other = Authority(lab.world.gateway, "/etc/other")
    stranger = lab.strongswan(PROFILE, behind=nat, user="second", bundle=other.issue("press-3"))
    wrong = stranger.refused_dial()
    told_wrong = gateway.refusals()
    lab.step("a certificate of no client")
    nobody = lab.strongswan(PROFILE, behind=nat, user="second", bundle=authority.issue("press-9"))
    unknown = nobody.refused_dial()
    told_unknown = gateway.refusals()
    lab.step("the certificate is revoked while the client is up, and it dials again")
    press.start_over()
    press.dial()
    revoked_as = authority.revoke("press-3")
    gateway.reload(gateway.node.read("/etc/postern/postern.toml"))
    gateway.wait_for_sessions(0)
    press.start_over()
    revoked = press.refused_dial()
    return facts | {
        "check": check,
        "wrong": wrong.step,
        "told_wrong": told_wrong,
        "unknown": unknown.step,
        "told_unknown": told_unknown,
        "revoked_as": revoked_as,
        "revoked": revoked.step,
        "told_revoked": gateway.refusals(),
        "pieces": "received fragment" in press.node.log("charon"),
    }
