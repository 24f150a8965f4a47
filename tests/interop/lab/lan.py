"""The LAN itself: PPP ends at the gateway by Debian's pppd; a plain host inside, FreeRADIUS."""

from tests.interop.lab.client import OldClient
from tests.interop.lab.gateway import CHECKOUT, CONFIG, PYTHON
from tests.interop.lab.gateway import SOCKET as CONTROL
from tests.interop.lab.pptpd import ADDRESS, USERS
from tests.interop.lab.topology import INSIDE, SERVER
from tests.interop.lab.world import Node, until

SECRET = "between-gateway-and-radius"
SOCKET = "/run/postern-pppd/pppd.sock"
NAME = "lan"
TELLER = "10.10.0.9"  # an address of the gateway's from which its accounts come
POOL = "10.10.0.150-10.10.0.169"
OTHER = "10.10.0.3"  # a second address of the host inside, which is in no reach of the tests
FRAMED = "10.10.0.77"  # what RADIUS gives the operator
REACH = f'reach = ["{SERVER}", "{ADDRESS}", "{INSIDE} icmp"]'
RADIUS = f'radius = "{SERVER}"\nradius_secret = "{SECRET}"\n'
# The same server keeps the accounts, by another secret for another client of its.
SHARED = "between-postern-and-radius"
ACCOUNTING = f'''[accounting]
server = "{SERVER}"
secret = "{SHARED}"
address = "{TELLER}"
nas_identifier = "postern-1"
disconnect = true
'''
# The files of FreeRADIUS, as small as they can be: users in a file, MS-CHAP, a detail file.
RADIUSD = """\
prefix = /usr
libdir = /usr/lib/freeradius
raddbdir = /etc/raddb
logdir = /run/log
run_dir = /run/radiusd
client gateway {{
  ipaddr = {gateway}
  secret = {secret}
}}
client accountant {{
  ipaddr = {teller}
  secret = {shared}
}}
modules {{
  chap {{
  }}
  pap {{
  }}
  mschap {{
  }}
  files {{
    filename = /etc/raddb/users
  }}
  detail {{
    filename = /run/log/detail.log
    permissions = 0644
  }}
}}
server default {{
  listen {{
    type = auth
    ipaddr = *
    port = 1812
  }}
  listen {{
    type = acct
    ipaddr = *
    port = 1813
  }}
  authorize {{
    chap
    mschap
    files
    pap
  }}
  authenticate {{
    Auth-Type CHAP {{
      chap
    }}
    Auth-Type MS-CHAP {{
      mschap
    }}
    Auth-Type PAP {{
      pap
    }}
  }}
  accounting {{
    detail
  }}
}}
"""


def routed(client: OldClient) -> OldClient:
    """It sends what is not its own through the link, as Windows does; the lab's client does not."""
    ways = " ".join((f"{ADDRESS}/32", "10.10.0.0/24"))
    up = client.node.read("/etc/ppp/ip-up").removeprefix("#!/bin/sh\n")
    script = f'#!/bin/sh\nfor way in {ways}; do ip route add $way dev "$1"; done\n{up}'
    client.node.write("/etc/ppp/ip-up", script, 0o755)
    return client


def routes(more: str = f'pool = "{POOL}"\n') -> str:
    """The gateway's route into the LAN; `more` are lines more."""
    return f'[[route]]\nname = "{NAME}"\nkind = "local"\n{more}'


class Lan:
    """The host inside, and on the gateway who starts pppd."""

    def __init__(self, server: Node, gateway: Node) -> None:
        self.server, self.gateway = server, gateway
        server.ip(f"addr add {OTHER}/24 dev eth0", f"addr add {ADDRESS}/32 dev lo")
        gateway.ip(f"route add {ADDRESS} via {SERVER}")
        gateway.write("/etc/ppp/options", "debug\n")
        secrets = "".join(f'{user} {NAME} "{password}" *\n' for user, password in USERS.items())
        for file in ("chap-secrets", "pap-secrets"):
            gateway.write(f"/etc/ppp/{file}", secrets, 0o600)

    def start_pppds(self) -> None:
        """`postern pppd`, once the configuration is there. This kernel has no nftables, so what
        comes back from inside is forwarded by the owner's own word."""
        self.gateway.sh("echo 1 >/proc/sys/net/ipv4/conf/eth1/forwarding")
        words = ["-m", "gateway.pppd", "--config", CONFIG, "--no-rules"]
        self.gateway.spawn([PYTHON, *words], "pppd", folder=str(CHECKOUT))
        until(lambda: self.gateway.has(SOCKET), 20, "somebody who starts pppd")

    def start_radius(self) -> None:
        known = {"gateway": INSIDE, "secret": SECRET, "teller": TELLER, "shared": SHARED}
        self.server.write("/etc/raddb/radiusd.conf", RADIUSD.format(**known))
        users = f'operator Cleartext-Password := "{USERS["operator"]}"\n'
        users += f"\tFramed-IP-Address = {FRAMED}, Framed-Protocol = PPP\n\n"
        self.server.write("/etc/raddb/users", users)
        self.server.sh("mkdir -p /run/radiusd")
        argv = ["freeradius", "-f", "-l", "stdout", "-xx", "-d", "/etc/raddb", "-D", DICTIONARY]
        self.server.spawn(argv, "freeradius")
        until(lambda: "Ready to process" in self.server.log("freeradius"), 20, "FreeRADIUS")

    def start_accounting(self) -> None:
        """`postern accounting`, once the gateway has read that it is wanted."""
        self.gateway.ip(f"addr add {TELLER}/24 dev eth1")
        words = ["-m", "gateway.accounting", "--config", CONFIG, "--socket", CONTROL]
        words += ["--state", "/run/accounting"]
        self.gateway.spawn([PYTHON, *words], "accounting", folder=str(CHECKOUT))
        until(lambda: "ready to tell" in self.gateway.log("accounting"), 20, "the accountant")

    def disconnect(self, session: str) -> str:
        """What `radclient` on the RADIUS server's machine has to say."""
        asked = f"echo 'Acct-Session-Id = \"{session}\"' | radclient -x -r 1 -t 10 -D {DICTIONARY}"
        return self.server.ask(f"{asked} {TELLER}:3799 disconnect {SHARED}")[1]


DICTIONARY = "/usr/share/freeradius"
