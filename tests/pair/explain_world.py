"""What can keep a client from connecting, each played with the whole gateway."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from gateway.bridge.cases import case_of
from gateway.bridge.tell import By
from gateway.control.config import Client
from gateway.control.diagnose import diagnose
from gateway.control.diagnosis import Diagnosis
from gateway.control.values import network
from gateway.control.values_client import identity
from gateway.ike.trials import GUESSES
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Datagram, Endpoint
from tests.pair.gateway_world import (
    NAT,
    OUTSIDE,
    SERVER,
    TODAY,
    GatewayNode,
    World,
    client_entry,
    configure,
    meet,
)
from tests.pair.nat import Nat
from tests.pair.peers.ike_profiles import (
    DES_MD5_768,
    ESP_DES_MD5,
    SAFENET_98,
    XP_SP2,
)
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.l2tp_lac import WINDOWS_2000
from tests.pair.peers.ppp_end import IP, PppEnd
from tests.pair.peers.ppp_stubborn import (
    ChapClient,
    ChapServer,
    DemandsEncryption,
    Mute,
    NoCcp,
    NoIp,
    RefusesPap,
    Unwilling,
)
from tests.pair.peers.pptp_server import PptpServer, disconnected

MACHINE = "press-3"
ADDRESSES = bytes((10, 1, 0, 1)), bytes((10, 1, 0, 2))
PUBLIC = "198.51.100.99"  # of a router that forwards its ports to the gateway


def world_of(**limits: int) -> World:
    return meet(client_entry(MACHINE), limits=limits)


def ask(world: World, word: str = MACHINE) -> tuple[Diagnosis, ...]:
    case = case_of(world.core, word, world.net.now)
    assert case is not None
    return diagnose(case)


def dialled(seconds: float = 60.0, **knobs: object) -> World:
    """A client that dials, behind a NAT, with these knobs of `World.join`."""
    world = world_of()
    join(world, **knobs)
    world.dial(world.clients[-1], seconds)
    return world


def join(world: World, **knobs: object) -> L2tpIpsecClient:
    return world.join(**({"nat": Nat(NAT)} | knobs))  # type: ignore[arg-type]


def inside(ppp: Callable[[int], PppEnd], client: PppEnd | None = None) -> World:
    """A dial to a server with this PPP end."""
    world = world_of()
    world.server.ppp = ppp
    join(world, ppp=client or PppEnd(magic=b"ours"))
    world.dial(world.clients[0], 60.0)
    return world


def to_port(port: int) -> Callable[[Datagram], bool]:
    return lambda datagram: datagram.target.port == port


def from_host(host: str) -> Callable[[Datagram], bool]:
    return lambda datagram: datagram.source.host == host_bytes(host)


# Before and during IKE


def nothing_comes() -> World:
    return world_of()


def dials_ikev2() -> World:
    world = world_of()
    header = bytes(range(1, 9)) + bytes(8) + bytes((33, 0x20, 34, 8)) + bytes(4)
    message = header + (28).to_bytes(4)
    there = Endpoint(host_bytes(OUTSIDE), 500)
    world.net.send([Datagram(Endpoint(host_bytes(NAT), 61000), there, message)] * 3)
    world.net.run_for(1.0)
    return world


def gateway_restarts() -> World:
    world = meet(client_entry(MACHINE))
    client = world.call_up()
    config = configure(client_entry(MACHINE))
    node = GatewayNode(config, [world.server], 7, world.net.now, TODAY)
    world.net.leave(world.gateway)
    world.gateway = node
    world.net.join(node, OUTSIDE)
    world.net.send(client.send_data(IP, b"is anybody there"))
    world.net.run_for(1.0)
    return world


def not_from_there() -> World:
    world = meet(client_entry(MACHINE, address=network("192.0.2.0/28")))
    world.dial(join(world), 5.0)
    return world


def answer_lost() -> World:
    world = world_of()
    client = join(world)
    world.net.lose(from_host(OUTSIDE), 1000)
    world.dial(client, 90.0)
    return world


def port_4500_shut() -> World:
    world = world_of()
    client = join(world)
    world.net.lose(to_port(4500), 1000)
    world.dial(client, 90.0)
    return world


class Forwarded(GatewayNode):
    """The gateway behind a router: what it sends comes from the router's address."""

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        here = Endpoint(host_bytes(OUTSIDE), datagram.target.port)
        sent = super().receive(datagram._replace(target=here), now)
        return [one._replace(source=Endpoint(host_bytes(PUBLIC), one.source.port)) for one in sent]


def gateway_behind_a_nat() -> World:
    world = world_of()
    config = configure(client_entry(MACHINE))
    config = replace(config, outside=replace(config.outside, nat_d="honest"))
    node = Forwarded(config, [world.server], 7, world.net.now, TODAY)
    world.net.leave(world.gateway)
    world.gateway = node
    world.net.join(node, PUBLIC)
    client = join(world, profile=XP_SP2)
    client.gateway = client.ike.gateway = host_bytes(PUBLIC)
    world.net.lose(to_port(4500), 1000)  # as XP SP2 then does
    world.dial(client, 90.0)
    return world


def last_answer_lost() -> World:
    """Main mode's sixth message goes out by port 4500 and does not arrive."""
    world = world_of()
    client = join(world)
    world.net.lose(lambda datagram: datagram.source.port == 4500, 1000)
    world.dial(client, 60.0)
    return world


def weak_suite() -> World:
    return dialled(profile=replace(SAFENET_98, suites=(DES_MD5_768,)))


def weak_esp() -> World:
    return dialled(profile=replace(SAFENET_98, esp=(ESP_DES_MD5,)))


def others_may() -> World:
    weak = client_entry("scale-7", psk="another key that is long", ike=("des-md5-modp768",))
    world = meet(client_entry(MACHINE), replace(weak, address=network("192.0.2.0/28")))
    client = join(world, profile=replace(SAFENET_98, suites=(DES_MD5_768,)))
    world.dial(client, 20.0)
    return world


def wrong_key() -> World:
    return dialled(psk="not the key at all")


def revoked() -> World:
    world = meet(client_entry(MACHINE, revoked=True), client_entry("scale-7", psk="of the scale"))
    world.dial(join(world), 20.0)
    return world


def calls_itself_otherwise() -> World:
    world = meet(client_entry(MACHINE, identity=identity("192.168.1.20")))
    world.dial(join(world), 20.0)
    return world


def weak_for_a_while(until: date) -> Client:
    return client_entry(
        MACHINE,
        ike=("des-md5-modp768",),
        esp=("des-md5",),
        weak_reason="it knows no other",
        weak_until=until,
    )


def after_the_last_day() -> World:
    world = meet(weak_for_a_while(TODAY - timedelta(days=1)))
    profile = replace(SAFENET_98, suites=(DES_MD5_768,), esp=(ESP_DES_MD5,))
    world.dial(join(world, profile=profile), 20.0)
    return world


def guessed_at() -> World:
    """So many wrong keys from its own NAT that its own key is not looked at."""
    world, nat = world_of(half_open=500, half_open_per_source=200), Nat(NAT)
    for number in range(int(GUESSES) + 60):
        host = f"192.168.1.{number + 10}"
        world.dial(join(world, nat=nat, host=host, psk="a guess"), 0.125)
    world.dial(join(world, nat=nat, psk="mistyped"), 60.0)
    return world


def put_out(*after: Client) -> World:
    world = up()
    world.ask(world.core.reload(configure(*after), world.net.now))
    world.net.run_for(5.0)
    return world


def revoked_while_up() -> World:
    return put_out(client_entry(MACHINE, revoked=True))


def key_replaced() -> World:
    return put_out(client_entry(MACHINE, psk="another key that is as long"))


def day_passes() -> World:
    world = meet(weak_for_a_while(TODAY))
    profile = replace(SAFENET_98, suites=(DES_MD5_768,), esp=(ESP_DES_MD5,))
    world.dial(join(world, profile=profile))
    assert world.clients[0].up
    world.ask(world.core.tell_date(TODAY + timedelta(days=1), world.net.now))
    world.net.run_for(5.0)
    return world


def tunnel_mode() -> World:
    return dialled(profile=replace(SAFENET_98, mode=1))


# L2TP


def esp_shut() -> World:
    world = world_of()
    client = join(world)
    client.dials_l2tp = False
    world.dial(client, 30.0)
    return world


def other_traffic() -> World:
    world = world_of()
    client = join(world)
    client.dials_l2tp = False
    world.dial(client, 2.0)
    world.net.send(client.send_udp(bytes.fromhex("008906a5001000006e6f74206c327470")))
    world.net.run_for(30.0)
    return world


def nameless() -> World:
    return dialled(lac=replace(WINDOWS_2000, host_name=None))


def no_confirmation() -> World:
    """The gateway's L2TP never reaches the client."""
    world = world_of()
    client = join(world)
    client.dials_l2tp = False
    world.dial(client, 2.0)
    world.net.lose(from_host(OUTSIDE), 1000)
    world.net.send(client.redial_l2tp(world.net.now))
    world.net.run_for(60.0)
    return world


def full() -> World:
    world = meet(client_entry("first"), client_entry(MACHINE, psk="another key that is long"))
    world.ask(
        world.core.reload(
            configure(
                client_entry("first"),
                client_entry(MACHINE, psk="another key that is long"),
                sessions=1,
            ),
            world.net.now,
        )
    )
    world.call_up()
    other = join(world, host="192.168.1.3", nat=Nat("203.0.113.8"), psk="another key that is long")
    world.dial(other)
    return world


# The server


def serving(prepare: Callable[[World], None]) -> Callable[[], World]:
    def play() -> World:
        world = world_of()
        prepare(world)
        world.dial(join(world), 60.0)
        return world

    return play


def port_shut(world: World) -> None:
    world.server.tcp = "refused"


def off(world: World) -> None:
    world.server.tcp = "silent"


def deaf(world: World) -> None:
    world.server.pptp = lambda _: PptpServer(silent=frozenset({1}))


def busy(world: World) -> None:
    world.server.pptp = lambda _: PptpServer(result=4)


def forbidding(world: World) -> None:
    world.server.pptp = lambda _: PptpServer(result=7)


def without_gre(world: World) -> None:
    world.net.lose(from_host(SERVER), 100_000)


# PPP


def silent_client() -> World:
    return inside(lambda _: PppEnd(b"serv", ADDRESSES[0]), Mute(magic=b"ours"))


def no_agreement() -> World:
    return inside(lambda _: Unwilling(b"serv", ADDRESSES[0]))


def wrong_password() -> World:
    server = RefusesPap(b"serv", ADDRESSES[0], asks_pap=True)
    return inside(lambda _: server, PppEnd(magic=b"ours", user="operator", password="wrong"))


def wrong_password_by_chap() -> World:
    return inside(lambda _: ChapServer(b"serv", ADDRESSES[0]), ChapClient(magic=b"ours"))


def no_permission() -> World:
    server = ChapServer(b"serv", ADDRESSES[0], error=649)
    return inside(lambda _: server, ChapClient(magic=b"ours"))


def encryption() -> World:
    """The client demands it, and the server has none."""
    return inside(lambda _: NoCcp(b"serv", ADDRESSES[0]), DemandsEncryption(magic=b"ours"))


def no_ip() -> World:
    return inside(lambda _: NoIp(b"serv", ADDRESSES[0]))


def one_way() -> World:
    world = world_of()
    client = join(world)
    world.dial(client)
    for _ in range(4):
        world.net.send(client.send_data(IP, b"does anybody answer"))
    world.net.run_for(90.0)
    return world


# How it ends


def up() -> World:
    world = world_of()
    world.dial(join(world))
    assert world.clients[0].up
    return world


def hangs_up() -> World:
    world = up()
    world.net.send(world.clients[0].hang_up(world.net.now))
    world.net.run_for(5.0)
    return world


def vanishes() -> World:
    world = up()
    world.net.leave(world.clients[0])
    world.net.run_for(300.0)
    return world


def server_hangs_up() -> World:
    world = up()
    line = world.server.line
    world.gateway.tell(line, disconnected(line.pptp.call, 3), world.net.now)
    world.net.run_for(5.0)
    return world


def server_dies() -> World:
    world = up()
    world.server.line.pptp.silent = frozenset({5})
    world.net.run_for(130.0)
    return world


def gateway_stops() -> World:
    world = up()
    world.ask(world.core.stop(world.net.now))
    world.net.run_for(5.0)
    return world


def owner_ends() -> World:
    world = up()
    [number] = world.core.sessions
    world.ask(world.core.disconnect(number, "the owner ended it", world.net.now, By.OWNER))
    world.net.run_for(5.0)
    return world
