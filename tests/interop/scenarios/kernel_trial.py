"""scratch"""
from typing import Any
from tests.interop.lab.ike import Profile
from tests.interop.lab.ping import ping
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    lab.pptpd()
    gateway = lab.gateway()
    nat = lab.nat()
    client = lab.strongswan(Profile("3des-sha1-modp1024"), behind=nat)
    dial = client.dial()
    gw = gateway.node
    lab.capture(gw, "any")
    found = {}
    gw.spawn(["conntrack", "-E", "-o", "timestamp"], "events")
    import time; time.sleep(0.5)
    nat.forget()
    found["up"] = str(client.ping())
    found["xfrm"] = gw.sh("ip -s xfrm state; cat /proc/net/xfrm_stat | awk '$2>0'; conntrack -L; iptables-legacy -t raw -nvL; iptables-legacy -t mangle -nvL")
    found["ev"]=gw.log("events")
    return found
