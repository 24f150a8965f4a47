"""pppd's files (2.4.9): options, secrets, and scripts that tell when the link is up."""

from dataclasses import dataclass

from tests.interop.lab.world import Node

MTU = 1400
UP = "/run/ppp-up"

# ip-up is given: interface, device, speed, local address, remote address (pppd(8), SCRIPTS)
IP_UP = f'#!/bin/sh\necho "$1 $4 $5 $(date +%s.%N)" >{UP}.new && mv {UP}.new {UP}\n'
IP_DOWN = f"#!/bin/sh\nrm -f {UP}\n"
NOTHING = "#!/bin/sh\n"
SCRIPTS = "ip-pre-up ip-up ip-down"

# Without connect-delay and lcp-restart a dial waits seconds for a Configure-Request that was lost
# while the other pppd was still starting.
QUICK = "connect-delay 10\nlcp-restart 1\nlcp-echo-interval 0\n"
# A client has no ccp, as Windows has no MPPE inside L2TP/IPsec; nor has a server without MPPE, so
# that clear frames can be compared.
NO_CCP = "noccp\n"
COMMON = f"{QUICK}nodefaultroute\nmtu {MTU}\nmru {MTU}\ndebug\nlogfile /run/log/pppd.log\n"


@dataclass(frozen=True, slots=True)
class Link:
    """A PPP link that is up: its interface and both addresses, and when ip-up said so."""

    interface: str
    local: str
    remote: str
    since: float  # seconds since the epoch, the lab's clock


def write_client(node: Node, user: str, password: str, options: str, ccp: str = NO_CCP) -> None:
    """Files for the calling end, with its options in the file `options`."""
    refuse = "refuse-pap\nrefuse-eap\nrefuse-chap\n"
    node.write(options, f"noauth\n{refuse}user {user}\n{ccp}{COMMON}")
    _write_rest(node, user, password, IP_UP, IP_DOWN)


def write_server(
    node: Node,
    users: dict[str, str],
    options: str,
    name: str,
    chap: str = "mschap-v2",
    ccp: str = NO_CCP,
) -> None:
    """Files for the answering end; it demands this kind of CHAP and knows the users itself."""
    node.write(options, f"auth\nname {name}\nrefuse-pap\nrequire-{chap}\n{ccp}{COMMON}")
    for user, password in users.items():
        _write_rest(node, user, password, NOTHING, NOTHING)
    secrets = "".join(f'{user} * "{password}" *\n' for user, password in users.items())
    node.write("/etc/ppp/chap-secrets", secrets, 0o600)


def link(node: Node) -> Link | None:
    """The client's link, or None while it is not up."""
    words = node.read(UP).split()
    if len(words) != 4:
        return None
    interface, local, remote, since = words
    return Link(interface, local, remote, float(since))


def write_scripts(node: Node, up: str = NOTHING, down: str = NOTHING) -> None:
    """In the place of Debian's, which run what other packages have put into a folder."""
    node.write("/etc/ppp/ip-up", up, 0o755)
    node.write("/etc/ppp/ip-down", down, 0o755)


def put_scripts_away(node: Node) -> None:
    """Those that a server's pppd runs, Debian's `ip-pre-up` among them."""
    node.sh(f"cd /etc/ppp && for name in {SCRIPTS}; do mv $name $name.away; done")


def put_scripts_back(node: Node) -> None:
    """Nothing if they were not away."""
    away = "[ ! -e $name.away ] || mv $name.away $name"
    node.sh(f"cd /etc/ppp && for name in {SCRIPTS}; do {away}; done")


def forget(node: Node) -> None:
    """Remove what a pppd that was killed left behind."""
    node.remove(UP)


def _write_rest(node: Node, user: str, password: str, up: str, down: str) -> None:
    node.write("/etc/ppp/options", "lock\n")
    node.write("/etc/ppp/chap-secrets", f'{user} * "{password}" *\n', 0o600)
    write_scripts(node, up, down)
