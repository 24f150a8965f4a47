"""The lab's map. Addresses outside are from 203.0.113.0/24 (RFC 5737), the rest is private.

client 192.168.1.10+j --- NAT 203.0.113.10+i ---+
client 203.0.113.100+k -------------------------+--- 203.0.113.1 gateway 10.10.0.1 --- 10.10.0.2

With `World.forward`: --- 203.0.113.1 front 172.16.0.1 --- 172.16.0.2 gateway
With `World.stand_in_front` the gateway is a router, and clients dial 10.10.0.2 itself.
With `World.two_gateways`: gateway has 203.0.113.2, gateway2 203.0.113.3 and 10.10.0.101.
With `World.one_more_server`: 10.10.0.2 is a switch too, and behind it are 10.10.0.3 ...

Where boot.py was given taps, the gateway is a real box at their other ends, and no host of the lab.
"""

import subprocess
from pathlib import Path

from tests.interop.lab.world import Node, wire

OUTSIDE = "203.0.113.1"
INSIDE = "10.10.0.1"
SERVER = "10.10.0.2"
FRONT, BEHIND = "172.16.0.1", "172.16.0.2"  # the router before the gateway, and the gateway then
OWN = ("203.0.113.2", "203.0.113.3")  # of two gateways that share the address which clients dial
INSIDE_2 = "10.10.0.101"  # of the second
SPREAD = "203.0.113.{}"  # of a client of a NAT that has an address for each

TAPS = ("vec0", "vec1")  # outside and inside, if the gateway is elsewhere
# A box outlives the lab, and knows its server by this card when it comes to the next one.
SERVER_MAC = "02:00:0a:0a:00:02"

# A client whose IKE failed must not come up in the clear and look like success.
NO_CLEAR_L2TP = (
    "iptables-legacy -A OUTPUT -p udp --dport 1701 -m policy --dir out --pol none -j DROP;"
    "iptables-legacy -A INPUT -p udp --sport 1701 -m policy --dir in --pol none -j DROP"
)


class Nat:
    """A masquerading router with a switch of clients behind it."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.clients = 0
        self.is_spread = False

    def spread(self, wanted: bool = True) -> None:
        """Whether each client behind it leaves by an address of its own, from now on."""
        if wanted != self.is_spread:
            (self._spread if wanted else self._gather)()
            self.is_spread = wanted

    def forget(self) -> None:
        """Drop every mapping; the next packet of each client leaves by another port."""
        self.node.sh(
            "iptables-legacy -t nat -I POSTROUTING -o eth0 -p udp -j MASQUERADE"
            " --to-ports 50000-59999; conntrack -F"
        )

    def _spread(self) -> None:
        hosts = range(self.clients)
        self.node.ip(*(f"addr add {SPREAD.format(130 + host)}/24 dev eth0" for host in hosts))
        self.node.sh(
            "".join(
                f"iptables-legacy -t nat -I POSTROUTING -o eth0 -s 192.168.1.{10 + host}"
                f" -j SNAT --to-source {SPREAD.format(130 + host)};"
                for host in hosts
            )
            + "conntrack -F"
        )

    def _gather(self) -> None:
        """All leave by its one address again."""
        rules = "iptables-legacy -t nat -D POSTROUTING 1;" * self.clients
        self.node.sh(rules + "conntrack -F")
        self.node.ip(
            *(f"addr del {SPREAD.format(130 + host)}/24 dev eth0" for host in range(self.clients))
        )


class World:
    """Gateway and inside server are always there; NATs and clients are added as asked."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.nats = 0
        self.directs = 0
        self.dialled = OUTSIDE  # by clients made from now on
        self.more_servers = 0
        self.rivals: list[Node] = []  # at the gateway's address, too
        self.switched = False
        self.internet = self._node("internet")
        self.internet.ip("link add br0 type bridge", "link set br0 up")
        self.server = self._node("server")
        self.server.address = SERVER
        if all(Path(f"/sys/class/net/{tap}").exists() for tap in TAPS):
            self._join_box()
        else:
            self._make_gateway()
        self.server.ip(f"addr add {SERVER}/24 dev eth0", f"route add default via {INSIDE}")

    def nat(self) -> Nat:
        node = self._node(f"nat{self.nats}")
        self._plug(node, f"203.0.113.{10 + self.nats}")
        self.nats += 1
        self._show_way(node)
        # Without an address of its own a bridge takes the lowest of its ports', and another with
        # the next client: whoever knows it by the old one is not heard for a while.
        node.ip("link add br0 address 02:00:c0:a8:01:01 type bridge", "link set br0 up")
        node.ip("addr add 192.168.1.1/24 dev br0")
        node.sh(
            "echo 1 >/proc/sys/net/ipv4/ip_forward;"
            "iptables-legacy -t nat -A POSTROUTING -o eth0 -j MASQUERADE"
        )
        return Nat(node)

    def client_behind(self, nat: Nat) -> Node:
        number = nat.clients
        nat.clients += 1
        node = self._node(f"{nat.node.name}-client{number}")
        node.address = f"192.168.1.{10 + number}"
        wire(nat.node, f"lan{number}", node, "eth0")
        nat.node.ip(f"link set lan{number} master br0")
        node.ip(f"addr add {node.address}/24 dev eth0", "route add default via 192.168.1.1")
        node.sh(NO_CLEAR_L2TP)
        return node

    def direct_client(self) -> Node:
        """A client with an address of its own, no NAT before it."""
        node = self._node(f"client{self.directs}")
        self._plug(node, f"203.0.113.{100 + self.directs}")
        self.directs += 1
        self._show_way(node)
        node.sh(NO_CLEAR_L2TP)
        return node

    def forward(self) -> None:
        """Put a router before the gateway, at its address, which forwards two UDP ports to it."""
        front = self.front = self._node("front")
        cable = f"p-{self.gateway.name}"
        self.internet.ip(f"link set {cable} netns {front.spaces.path('net')}")
        self.gateway.ip(
            f"addr del {OUTSIDE}/24 dev eth0",
            f"addr add {BEHIND}/24 dev eth0",
            f"route add default via {FRONT}",
        )
        self.gateway.address = BEHIND
        self._plug(front, OUTSIDE)
        front.ip(f"link set {cable} name eth1", f"addr add {FRONT}/24 dev eth1", "link set eth1 up")
        front.sh(
            "echo 1 >/proc/sys/net/ipv4/ip_forward;"
            "iptables-legacy -t nat -A PREROUTING -i eth0 -p udp -m multiport --dports 500,4500"
            f" -j DNAT --to-destination {BEHIND};"
            "iptables-legacy -t nat -A POSTROUTING -o eth0 -j MASQUERADE"
        )

    def stand_in_front(self) -> None:
        """The gateway is the router before the server, whose own address clients dial."""
        self.gateway.sh("echo 1 >/proc/sys/net/ipv4/ip_forward")
        self.dialled = SERVER

    def one_more_server(self) -> Node:
        """Another host inside, on the cable of the first."""
        self._make_switch_inside()
        self.more_servers += 1
        node = self._node(f"server{self.more_servers}")
        node.address = f"10.10.0.{2 + self.more_servers}"
        self._plug_inside(node, "eth0")
        node.ip(f"addr add {node.address}/24 dev eth0", f"route add default via {INSIDE}")
        return node

    def two_gateways(self) -> tuple[Node, Node]:
        """Instead of one, each with an address of its own; nobody has the one that clients dial."""
        self._make_switch_inside()
        self.gateway.ip(f"addr del {OUTSIDE}/24 dev eth0", f"addr add {OWN[0]}/24 dev eth0")
        self.gateway.address = OWN[0]
        other = self.one_more_host("gateway2", OWN[1])
        self._plug_inside(other, "eth1")
        other.ip(f"addr add {INSIDE_2}/24 dev eth1")
        return self.gateway, other

    def one_more_host(self, name: str, address: str) -> Node:
        """Somebody else outside."""
        node = self._node(name)
        self._plug(node, address)
        return node

    def rival(self, name: str = "rival") -> Node:
        """One more host at the gateway's address; its cable is out until `at_the_door`."""
        node = self._node(name)
        self._plug(node, OUTSIDE)
        self.rivals.append(node)
        self.at_the_door(self.gateway)
        return node

    def at_the_door(self, node: Node) -> None:
        """Of those at the gateway's address, `node` alone has its cable in."""
        others = [each for each in (self.gateway, *self.rivals) if each is not node]
        self.internet.ip(
            *(f"link set p-{other.name} down" for other in others), f"link set p-{node.name} up"
        )
        for each in self.nodes:
            if each.name.startswith("nat"):
                each.ip("neigh flush all")

    def close(self, logs: Path) -> None:
        for node in reversed(self.nodes):
            node.stop(logs)

    def _make_gateway(self) -> None:
        self.gateway = self._node("gateway")
        self._plug(self.gateway, OUTSIDE)
        wire(self.gateway, "eth1", self.server, "eth0")
        self.gateway.ip(f"addr add {INSIDE}/24 dev eth1")

    def _join_box(self) -> None:
        """The taps' ends in here: one is in the internet's switch, one is the server's card."""
        outside, inside = TAPS
        lines = (
            f"link set {outside} netns {self.internet.spaces.path('net')}",
            f"link set {inside} address {SERVER_MAC}",
            f"link set {inside} name eth0 netns {self.server.spaces.path('net')}",
        )
        subprocess.run(["ip", "-batch", "-"], input="\n".join(lines), text=True, check=True)
        self.internet.ip(f"link set {outside} master br0", f"link set {outside} up")
        self.server.ip("link set eth0 up")

    def _make_switch_inside(self) -> None:
        """The server is a switch, too, with room for more cables than the gateway's."""
        if self.switched:
            return
        self.switched = True
        self.server.ip(
            "link add br0 type bridge",
            f"addr del {SERVER}/24 dev eth0",
            "link set eth0 master br0",
            "link set br0 up",
            f"addr add {SERVER}/24 dev br0",
            f"route add default via {INSIDE}",
        )

    def _plug_inside(self, node: Node, card: str) -> None:
        port = f"p-{node.name}"
        wire(self.server, port, node, card)
        self.server.ip(f"link set {port} master br0")

    def _show_way(self, node: Node) -> None:
        if self.dialled != OUTSIDE:
            node.ip(f"route add {self.dialled} via {OUTSIDE}")

    def _node(self, name: str) -> Node:
        self.nodes.append(Node(name))
        return self.nodes[-1]

    def _plug(self, node: Node, address: str) -> None:
        port = f"p-{node.name}"
        wire(self.internet, port, node, "eth0")
        self.internet.ip(f"link set {port} master br0")
        node.address = address
        node.ip(f"addr add {address}/24 dev eth0")
