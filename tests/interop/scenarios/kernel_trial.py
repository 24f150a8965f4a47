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
    lab.capture(gateway.node, "any")
    lab.capture(nat.node, "any")
    dial = client.dial()
    gw = gateway.node
    found = {}
    gw.spawn(["conntrack", "-E", "-o", "timestamp"], "events")
    gateway.session()
    nat.forget()
    found["up"] = str(client.ping(count=5))
    found["xfrm"] = gw.sh("ip -s xfrm state; cat /proc/net/xfrm_stat | awk '$2>0'; conntrack -L; iptables-legacy -t raw -nvL; iptables-legacy -t mangle -nvL")
    found["ev"]=gw.log("events")
    found["nat"]=nat.node.sh("conntrack -L")
    return found
