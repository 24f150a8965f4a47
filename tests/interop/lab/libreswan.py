"""libreswan 4.10's pluto: the client that offers NAT-T drafts 02 and 03 alone, and a native server.

Debian builds it without MODP1024 and without DES.
"""

from tests.interop.lab.certificates import Bundle, put
from tests.interop.lab.ike import IkeFailed, Profile
from tests.interop.lab.world import Node, until

PHASE1_UP = "IKE SA established"
MARGIN = 10  # seconds before the end of a lifetime at which it renews
LIBEXEC = "/usr/libexec/ipsec"
NSS = "/var/lib/ipsec/nss"
WHACK = f"{LIBEXEC}/whack --rundir /run/pluto"
PLUTO = [
    f"{LIBEXEC}/pluto",
    *("--nofork", "--config", "/etc/ipsec.conf", "--secretsfile", "/etc/ipsec.secrets"),
    *("--nssdir", NSS, "--rundir", "/run/pluto", "--ipsecdir", "/etc/ipsec.d"),
    *("--logfile", "/run/log/pluto.log"),
]


class Libreswan:
    """The client end."""

    def __init__(
        self, node: Node, gateway: str, profile: Profile, bundle: Bundle | None = None
    ) -> None:
        self.node = node
        ends = f"  authby=secret\n  left={node.address}\n  right={gateway}\n"
        if bundle is not None:
            ends = (
                f"  authby=rsasig\n  left={node.address}\n  leftid=%fromcert\n"
                f"  leftcert={bundle.machine}\n  leftsendcert=always\n"
                f'  right={gateway}\n  rightid="CN=gateway"\n  rightca=%same\n'
                "  rightrsasigkey=%cert\n"
            )
        dpd = f"  dpddelay={profile.dpd}\n  dpdtimeout={3 * profile.dpd}\n" if profile.dpd else ""
        node.write(
            "/etc/ipsec.conf",
            "config setup\n  protostack=xfrm\n  ikev1-policy=accept\n"
            "  dumpdir=/run/pluto\n"
            "conn l2tp\n  type=transport\n  ikev2=no\n  pfs=no\n"
            f"  ike={_with_semicolon(profile.ike)}\n  esp={profile.esp}\n"
            f"  nat-ikev1-method={profile.nat_t}\n  fragmentation={_cut(profile)}\n"
            f"  ikelifetime={profile.ike_life}s\n  salifetime={profile.esp_life}s\n"
            f"  rekeymargin={MARGIN}s\n  rekeyfuzz=0%\n{dpd}"
            f"{ends}  leftprotoport=17/1701\n  leftupdown=%disabled\n"
            "  rightprotoport=17/1701\n  auto=ignore\n",
        )
        node.write("/etc/ipsec.secrets", f': PSK "{profile.psk}"\n', 0o600)
        node.sh(f"mkdir -p /run/pluto {NSS} /etc/ipsec.d/policies")
        node.sh(f"certutil -N --empty-password -d sql:{NSS}")
        if bundle is not None:
            _import(node, bundle)
        _start(node)

    def up(self) -> None:
        status, text = self.node.ask(f"timeout 12 {WHACK} --name l2tp --initiate")
        if status != 0 or "IPsec SA established" not in text:
            raise IkeFailed(text)

    def down(self) -> None:
        self.node.ask(f"{WHACK} --name l2tp --terminate")

    def rekey_phase1(self) -> None:
        """It takes no command to; only a short `ike_life` of the profile makes it do so."""
        before = self.node.log("pluto").count(PHASE1_UP)
        until(lambda: self.node.log("pluto").count(PHASE1_UP) > before, 30, "a new phase 1")

    def rekey_phase2(self) -> None:
        self.up()

    def suites(self) -> str:
        return self.node.ask(f"{WHACK} --trafficstatus; {WHACK} --status | grep -i -e algo -e '#'")[
            1
        ]

    def kill(self) -> None:
        self.node.kill("pluto")


class Answering:
    """The answering end of a server that knows no NAT traversal; anybody with the key may come."""

    def __init__(self, node: Node, profile: Profile) -> None:
        self.node = node
        node.write(
            "/etc/ipsec.conf",
            "config setup\n  protostack=xfrm\n  ikev1-policy=accept\n"
            "  dumpdir=/run/pluto\n"
            "conn l2tp\n  type=transport\n  authby=secret\n  ikev2=no\n  pfs=no\n"
            f"  ike={_with_semicolon(profile.ike)}\n  esp={profile.esp}\n"
            "  nat-ikev1-method=none\n  fragmentation=no\n"
            f"  ikelifetime={profile.ike_life}s\n  salifetime={profile.esp_life}s\n"
            f"  rekeymargin={MARGIN}s\n  rekeyfuzz=0%\n"
            f"  left={node.address}\n  leftprotoport=17/1701\n  leftupdown=%disabled\n"
            "  right=%any\n  rightprotoport=17/1701\n  auto=ignore\n",
        )
        node.write("/etc/ipsec.secrets", f': PSK "{profile.psk}"\n', 0o600)
        node.sh(f"mkdir -p /run/pluto {NSS} /etc/ipsec.d/policies")
        node.sh(f"certutil -N --empty-password -d sql:{NSS}")
        self.start()

    def start(self) -> None:
        _start(self.node)

    def kill(self) -> None:
        """As a power cut does: no word to anybody, and the kernel's associations are gone too."""
        self.node.kill("pluto")
        self.node.sh("rm -f /run/pluto/pluto.ctl /run/pluto/pluto.pid")
        self.node.sh("ip xfrm state flush; ip xfrm policy flush")

    def trafficstatus(self) -> str:
        return self.node.ask(f"{WHACK} --trafficstatus")[1]


def _start(node: Node) -> None:
    node.spawn(PLUTO, "pluto-output")
    until(lambda: node.has("/run/pluto/pluto.ctl"), 20, f"{node.name}: pluto's control socket")
    node.sh(f"{WHACK} --listen")
    node.sh(f"{LIBEXEC}/addconn --config /etc/ipsec.conf --ctlsocket /run/pluto/pluto.ctl l2tp")


def _cut(profile: Profile) -> str:
    """`force` cuts at once; `yes` only when nothing has come back."""
    return "force" if profile.fragment_size else "no"


def _import(node: Node, bundle: Bundle) -> None:
    """Into NSS, by its own tools: the machine's key and whom it trusts."""
    put(node, "/run/press.p12", bundle.pkcs12)
    put(node, "/run/root.cer", bundle.authority)
    node.sh(f"certutil -A -n root -t CT,C,C -i /run/root.cer -d sql:{NSS}")
    node.sh(f"pk12util -i /run/press.p12 -W {bundle.password} -K '' -d sql:{NSS}")


def _with_semicolon(suite: str) -> str:
    """libreswan writes the group after a semicolon: 3des-sha1;modp2048."""
    cipher_and_hash, _, group = suite.rpartition("-")
    return f"{cipher_and_hash};{group}"
