"""Whatever happens in whatever order: the tables agree, no timer is forgotten, and it all ends."""

from collections.abc import Callable
from random import Random

import pytest

from gateway.outputs import Output
from gateway.wire.udp import Datagram
from tests.pair.gateway_world import GatewayNode, World, meet
from tests.pair.nat import Nat
from tests.pair.peers.ike_profiles import LATER_WINDOWS, SAFENET_98, XP_SP2
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_end import IP
from tests.pair.peers.pptp_server import STOP, PptpServer, disconnected
from tests.pair.tables import check

pytestmark = pytest.mark.long

PROFILES = (SAFENET_98, XP_SP2, LATER_WINDOWS)


class CheckedGateway(GatewayNode):
    """Looks at the tables after everything that happens."""

    def carry(self, outputs: list[Output], now: float) -> list[Datagram]:
        check(self.core)
        return super().carry(outputs, now)


class Chaos:
    """Draws what happens next; every action may come at any time."""

    def __init__(self, world: World, seed: int) -> None:
        self.world = world
        self.chance = Random(seed)
        self.nats = [Nat(f"203.0.113.{number}", keep_ports=number % 2 == 0) for number in (7, 8, 9)]
        for number in range(5):
            profile = PROFILES[number % 3]
            host = f"192.168.1.{2 + number}"
            client = world.join(profile=profile, host=host, nat=self.nats[number % 3])
            world.net.send(client.dial(world.net.now))

    def step(self) -> None:
        client = self.chance.choice(self.world.clients)
        actions: tuple[Callable[[L2tpIpsecClient], None], ...] = (
            self.talk, self.talk, self.answer, self.hang_up, self.redial, self.dial, self.rekey,
            self.drop_keys, self.forget, self.server, self.disconnect, self.sleep,
        )  # fmt: skip
        self.chance.choice(actions)(client)
        self.world.net.run_for(self.chance.choice((0.0, 1 / 16, 0.5, 3.0, 40.0)))

    def talk(self, client: L2tpIpsecClient) -> None:
        if client.lac.up and client.ike.pairs:
            self.world.net.send(client.send_data(IP, b"talk"))

    def answer(self, _: L2tpIpsecClient) -> None:
        lines = [line for line in self.world.server.lines if line.open and line.gre]
        for line in lines[:1]:
            self.world.net.send(self.world.server.send_data(line, IP, b"answer"))

    def hang_up(self, client: L2tpIpsecClient) -> None:
        self.world.net.send(client.hang_up(self.world.net.now))

    def redial(self, client: L2tpIpsecClient) -> None:
        self.world.net.send(client.redial_l2tp(self.world.net.now))

    def dial(self, client: L2tpIpsecClient) -> None:
        client._dialled = client._ppp_begun = False
        self.world.net.send(client.dial(self.world.net.now))

    def rekey(self, client: L2tpIpsecClient) -> None:
        ready = any(not phase.step for phase in client.ike.phase1s)
        act = self.chance.choice((client.rekey_pair, client.rekey_phase1))
        self.world.net.send(act(self.world.net.now) if ready else [])

    def drop_keys(self, client: L2tpIpsecClient) -> None:
        stands = any(not phase.step for phase in client.ike.phase1s)
        if stands and client.ike.deadline() is None:  # the scripted client cannot do it half way
            self.world.net.send(client.drop_keys())

    def forget(self, _: L2tpIpsecClient) -> None:
        self.chance.choice(self.nats).forget()

    def server(self, _: L2tpIpsecClient) -> None:
        server, chance = self.world.server, self.chance
        server.tcp = chance.choice(("open", "open", "refused", "silent"))
        silent = frozenset(chance.sample((1, 3, 5, 7, 12), chance.randrange(3)))
        server.pptp = lambda number: PptpServer(0x1110 + number, window=64, silent=silent)
        for line in [line for line in server.lines if line.open][:1]:
            said = chance.choice((b"", disconnected(line.pptp.call), STOP, b"\0\x03nonsense"))
            if said:
                self.world.gateway.tell(line, said, self.world.net.now)
            else:
                self.world.gateway.drop(line, self.world.net.now)

    def disconnect(self, _: L2tpIpsecClient) -> None:
        for number in list(self.world.core.sessions)[:1]:
            self.world.ask(self.world.core.disconnect(number, "ended", self.world.net.now))

    def sleep(self, client: L2tpIpsecClient) -> None:
        client.alive = self.chance.random() < 0.7


@pytest.mark.parametrize("seed", [19, 39, 76, 112, *range(6)])
def test_the_tables_agree_through_anything_and_are_empty_after_it(seed: int) -> None:
    world = meet(loss=0.05, jitter=0.125, seed=seed)
    world.gateway.__class__ = CheckedGateway
    chaos = Chaos(world, seed)
    for _ in range(60):
        chaos.step()
    for client in world.clients:
        client.alive = False
    world.net.run_for(2 * 28800.0)
    core, clients = world.core, world.core.clients
    assert not core.sessions
    assert not clients.phases
    assert not clients.by_spi
    assert not clients.legs
    assert not clients.ike.sas.peers
    assert core.deadline() is None
