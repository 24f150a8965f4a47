"""strongSwan 5.9.8's charon, driven by swanctl: IKEv1, transport mode, by key or certificate.

As initiator it announces draft-02\\n and RFC 3947.
"""

import re
import time

from tests.interop.lab.certificates import Bundle, put
from tests.interop.lab.ike import IkeFailed, Profile
from tests.interop.lab.world import Node, until

# Only what a small client has: Debian's whole set takes a second longer to start, and its
# `forecast` and `connmark` plugins change how packets flow.
PLUGINS = (
    "random nonce openssl gmp hmac md5 sha1 des aes pem x509 pubkey pkcs1 constraints"
    " kernel-netlink socket-default vici"
)
SENDING = re.compile(r"^([\d:.]+) .*sending packet", re.MULTILINE)
FOR_CERTIFICATES = " sha2 rc2 pkcs7 pkcs8 pkcs12"


class StrongSwan:
    """The client end."""

    def __init__(
        self, node: Node, gateway: str, profile: Profile, bundle: Bundle | None = None
    ) -> None:
        self.node = node
        ends = f"local {{ auth = psk\nid = {node.address} }}\nremote {{ auth = psk\nid = %any }}\n"
        if bundle is not None:
            put(node, "/etc/swanctl/pkcs12/press.p12", bundle.pkcs12)
            put(node, "/etc/swanctl/x509ca/root.cer", bundle.authority)
            ends = (
                f'local {{ auth = pubkey\nid = "CN={bundle.machine}" }}\n'
                f'remote {{ auth = pubkey\nid = "CN=gateway" }}\n'
            )
        _start(
            node,
            f"local_addrs = {node.address}\nremote_addrs = {gateway}\n{ends}",
            "local_ts = dynamic[udp/1701]\nremote_ts = dynamic[udp/1701]\n",
            profile,
            bundle,
        )

    def up(self) -> None:
        status, text = self.node.ask(up_line(12))
        if status != 0:
            raise IkeFailed(text)

    def down(self) -> None:
        self.node.ask("swanctl --terminate --ike l2tp --timeout 5")

    def rekey_phase1(self) -> None:
        self.node.sh("swanctl --rekey --ike l2tp")

    def rekey_phase2(self) -> None:
        self.node.sh("swanctl --rekey --child l2tp")

    def suites(self) -> str:
        return self.node.ask("swanctl --list-sas")[1]

    def kill(self) -> None:
        self.node.kill("charon")


def up_line(patience: int) -> str:
    """The shell line that brings both phases up within so many seconds, or fails."""
    # It says so before the third message of quick mode has left; a call's first message that
    # overtakes it would be tried again after a whole second.
    return f"swanctl --initiate --child l2tp --timeout {patience} && sleep 0.05"


def serve(node: Node, profile: Profile) -> None:
    """The answering end, for the lab's stand-in of a gateway."""
    _start(
        node,
        f"local_addrs = {node.address}\nremote_addrs = %any\nunique = never\n"
        "local { auth = psk }\nremote { auth = psk\nid = %any }\n",
        "local_ts = dynamic[udp/1701]\nremote_ts = dynamic[udp]\n",
        profile,
        detail=1,
    )


def first_packet(node: Node, mark: int, since: float) -> float:
    """Seconds after `since` at which it sent the first one behind character `mark` of its log."""
    found = SENDING.search(node.log("charon"), mark)
    if found is None:
        raise IkeFailed(f"{node.name}: charon sent nothing")
    hours, minutes, seconds = found[1].split(":")
    start = time.localtime(since)
    of_day = 3600 * start.tm_hour + 60 * start.tm_min + start.tm_sec + since % 1
    return (3600 * int(hours) + 60 * int(minutes) + float(seconds) - of_day) % 86400


def _start(
    node: Node,
    ends: str,
    selectors: str,
    profile: Profile,
    bundle: Bundle | None = None,
    detail: int = 2,
) -> None:
    plugins = PLUGINS + (FOR_CERTIFICATES if bundle else "")
    secret = f'ike-all {{ secret = "{profile.psk}" }}'
    if bundle is not None:
        secret = f'pkcs12-press {{ file = press.p12\nsecret = "{bundle.password}" }}'
    node.write(
        "/etc/strongswan.conf",
        f"charon {{\nload = {plugins}\nfragment_size = {profile.fragment_size or 1280}\n"
        "filelog { log { path = /run/log/charon.log\ntime_format = %H:%M:%S\ntime_add_ms = yes\n"
        f"default = 1\nike = {detail}\n"
        "flush_line = yes } }\nsyslog { daemon { default = -1 } } }\n"
        "swanctl { load = random openssl pem x509 pkcs1 pkcs7 pkcs8 pkcs12 sha1 des hmac rc2 }\n",
    )
    node.write(
        "/etc/swanctl/swanctl.conf",
        f"connections {{ l2tp {{\nversion = 1\nproposals = {profile.ike}\n"
        f"fragmentation = {'yes' if profile.fragment_size else 'no'}\n"
        f"rekey_time = {profile.ike_life}s\nover_time = 60s\ndpd_delay = {profile.dpd}s\n{ends}"
        f"children {{ l2tp {{\nmode = transport\nesp_proposals = {profile.esp}\n"
        f"rekey_time = {profile.esp_life}s\nlife_time = {profile.esp_life + 60}s\nrand_time = 0\n"
        f"{selectors}}} }} }} }}\n"
        f"secrets {{ {secret} }}\n",
        0o600,
    )
    node.spawn(["/usr/lib/ipsec/charon"], "charon-output")
    until(lambda: node.has("/run/charon.vici"), 20, f"{node.name}: charon's control socket")
    node.sh("swanctl --load-all --noprompt")
