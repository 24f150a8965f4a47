"""The verbs of a scenario: `lab.gateway()`, `lab.libreswan(behind=nat)`, `client.dial()` ..."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.interop.lab import native, stand_in
from tests.interop.lab.capture import capture
from tests.interop.lab.certificates import Authority, Bundle, client_lines
from tests.interop.lab.client import OldClient
from tests.interop.lab.first_draft import FirstDraft
from tests.interop.lab.gateway import Gateway, configuration
from tests.interop.lab.ike import Ike, Profile
from tests.interop.lab.lan import Lan
from tests.interop.lab.libreswan import Libreswan
from tests.interop.lab.managed import Managed
from tests.interop.lab.native import Native
from tests.interop.lab.pptpd import USERS, Pptpd
from tests.interop.lab.strongswan import StrongSwan
from tests.interop.lab.topology import Nat, World
from tests.interop.lab.world import Node
from tests.interop.lab.xl2tpd import Xl2tpd

PSK = Profile().psk


class Lab:
    """One world for one scenario. `step` tells the person who waits what is going on."""

    def __init__(self, step: Callable[[str], None], carrier: str = "") -> None:
        """`carrier` is what the gateway's routes say, where a scenario does not."""
        self.step = step
        self.carrier = carrier
        self.world = World()

    @property
    def server(self) -> Node:
        return self.world.server

    def nat(self) -> Nat:
        return self.world.nat()

    def pptpd(self, connections: int = 20, **options: str) -> Pptpd:
        """The plain server inside; `options` are those of `Pptpd`."""
        self.step("starting pptpd on the inside server")
        return Pptpd(self.server, connections, **options)

    def native(self, profile: Profile = native.PROFILE, first: int = 10) -> Native:
        """A server inside that speaks L2TP/IPsec itself, and knows no NAT traversal."""
        self.step("starting libreswan and xl2tpd on the inside server")
        return Native(self.server, profile, first)

    def lan(self) -> Lan:
        """A host inside that is no server of anybody's; PPP ends at the gateway."""
        self.step("starting the host inside")
        return Lan(self.server, self.world.gateway)

    def gateway(
        self,
        client: str = "",
        limits: str = "",
        outside: str = "",
        users: tuple[str, ...] = (),
        **routes: str,
    ) -> Gateway:
        """Postern, with one client entry; the texts are lines more of its configuration, `users`
        those whose passwords it knows."""
        self.step("starting the gateway")
        config = self.configuration(client, limits, outside, **routes)
        passwords = {name: USERS[name] for name in users}
        return Gateway(self.world.gateway, config, self.carrier, passwords)

    def managed_gateway(self, **routes: str) -> Managed:
        """Postern under a service manager that restarts it and keeps its descriptors."""
        self.step("starting the gateway under a manager")
        return Managed(self.world.gateway, self.configuration(**routes), self.carrier)

    def configuration(
        self, client: str = "", limits: str = "", outside: str = "", **routes: str
    ) -> str:
        """What the gateway is given, for where it stands."""
        address = self.world.gateway.address
        return configuration(PSK, client, limits, address=address, outside=outside, **routes)

    def forward(self) -> None:
        """Put the gateway behind a router, before it is started."""
        self.step("putting a router before the gateway")
        self.world.forward()

    def stand_in_front(self) -> None:
        """Make the gateway the router before the server, before there are clients."""
        self.step("making the gateway the router before the server")
        self.world.stand_in_front()

    def certified_gateway(self, *machines: str) -> tuple[Gateway, Authority]:
        """Postern with an authority of its own, and an entry for each machine's certificate."""
        self.step("making the authority and starting the gateway")
        authority = Authority(self.world.gateway)
        entries = "".join(map(client_lines, machines))
        config = configuration(PSK) + authority.lines + entries
        return Gateway(self.world.gateway, config, self.carrier), authority

    def stand_in(self, profile: Profile) -> None:
        """strongSwan and xl2tpd in the gateway's place."""
        self.step("starting strongSwan and xl2tpd as a stand-in for the gateway")
        stand_in.serve(self.world.gateway, profile)

    def libreswan(
        self,
        profile: Profile,
        behind: Nat | None = None,
        user: str = "operator",
        bundle: Bundle | None = None,
    ) -> OldClient:
        """With a `bundle` it proves itself by that certificate."""
        self.step("starting a libreswan client")
        return self._client(partial(Libreswan, bundle=bundle), profile, behind, user)

    def strongswan(
        self,
        profile: Profile,
        behind: Nat | None = None,
        user: str = "operator",
        bundle: Bundle | None = None,
    ) -> OldClient:
        """With a `bundle` it proves itself by that certificate."""
        self.step("starting a strongSwan client")
        return self._client(partial(StrongSwan, bundle=bundle), profile, behind, user)

    def crowd(self, count: int, profile: Profile, behind: Nat) -> list[OldClient]:
        """So many strongSwan clients."""
        self.step(f"starting {count} strongSwan clients")
        return [self._client(StrongSwan, profile, behind, "operator") for _ in range(count)]

    def first_draft(self, way: str, behind: Nat | None = None, user: str = "operator") -> OldClient:
        """A client of the draft 00 or 01 alone."""
        self.step(f"starting a client of {way}")
        return self._client(partial(FirstDraft, way=way), Profile(), behind, user)

    def capture(self, node: Node, interface: str = "eth0") -> None:
        """Keep what passes there as a pcap beside the host's logs."""
        capture(node, interface, f"{node.name}-{interface}")

    def close(self, logs: Path) -> None:
        self.world.close(logs)

    def _client(
        self,
        tool: Callable[[Node, str, Profile], Ike],
        profile: Profile,
        behind: Nat | None,
        user: str,
    ) -> OldClient:
        node = self.world.client_behind(behind) if behind else self.world.direct_client()
        dialled = self.world.dialled
        ike = tool(node, dialled, profile)
        return OldClient(node, ike, Xl2tpd(node, dialled, user, USERS.get(user, "of nobody")))
