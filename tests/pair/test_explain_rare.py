"""What keeps a client out more seldom; each provoked, and the sentence on it read."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gateway.control.causes import Cause
from gateway.control.config import Inside
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Datagram, Endpoint
from tests.pair import explain_world as play
from tests.pair import native_world
from tests.pair.explain_world import ADDRESSES, MACHINE, ask, inside, join, world_of
from tests.pair.gateway_world import NAT, OUTSIDE, SERVER, World, client_entry, configure
from tests.pair.nat import Nat
from tests.pair.native_world import NATIVE
from tests.pair.peers import isakmp
from tests.pair.peers.ike_profiles import offering
from tests.pair.peers.isakmp import Message
from tests.pair.peers.ppp_end import PppEnd
from tests.pair.peers.ppp_stubborn import OnlyChap

EXCHANGE = 18  # its place in an ISAKMP header (RFC 2408, 3.1)
PUBLIC = slice(32, 160)  # the public value, behind the headers of a third message
AGGRESSIVE, UNSUPPORTED_EXCHANGE = 4, 29  # RFC 2408, 3.1 and 3.14.1


def under_way() -> World:
    return play.dialled(0.05)


def aggressive() -> World:
    world = world_of()
    (first,) = join(world).dial(world.net.now)
    message = bytearray(first.payload)
    message[EXCHANGE] = AGGRESSIVE
    source = Endpoint(host_bytes(NAT), 61000)
    world.net.send([Datagram(source, Endpoint(host_bytes(OUTSIDE), 500), bytes(message))])
    world.net.run_for(1.0)
    return world


def crowded_out() -> World:
    """Its dial is half open when others come, and there is room for one."""
    world = world_of(half_open=1, half_open_per_source=1)
    client = join(world)
    world.net.lose(play.from_host(OUTSIDE), 1000)
    world.dial(client, 0.25)
    (first,) = client.ike.dial(world.net.now)
    world.net.leave(client)
    other = Endpoint(host_bytes("203.0.113.99"), 61000)
    world.net.send([first._replace(source=other)])
    world.net.run_for(1.0)
    return world


def bad_public_value() -> World:
    """Its third message has the public value 1, with which anybody knows the secret."""
    world = world_of()
    client = join(world, profile=offering("draft-02n"))
    world.net.lose(lambda datagram: len(datagram.payload) > 200 and datagram.target.port == 500)
    world.dial(client, 0.5)
    (third,) = [each.datagram for each in world.net.carried if each.lost]
    world.net.leave(client)
    spoiled = bytearray(third.payload)
    spoiled[PUBLIC] = (1).to_bytes(128)
    world.net.send([third._replace(payload=bytes(spoiled))])
    world.net.run_for(1.0)
    return world


def route_goes() -> World:
    """The owner gives its client another route while it dials, and there is none of that name."""
    world = world_of()
    client = join(world)
    client.dials_l2tp = False
    world.dial(client, 2.0)
    world.ask(world.core.reload(configure(client_entry(MACHINE, route="gone")), world.net.now))
    world.net.send(client.redial_l2tp(world.net.now))
    world.net.run_for(5.0)
    return world


def knows_no_nat_traversal(nat: Nat) -> World:
    """Its keys are agreed through the NAT, and its plain ESP is lost there."""
    world = world_of()
    client = join(world, profile=offering(), nat=nat)
    client.dials_l2tp = False
    world.dial(client, 30.0)
    return world


def translated() -> World:
    return knows_no_nat_traversal(Nat(NAT))


def translated_by_its_address_alone() -> World:
    return knows_no_nat_traversal(Nat(NAT, keep_ports=True))


def linux_says(words: str) -> Callable[[], World]:
    def prepare(world: World) -> None:
        world.server.tcp = words

    return play.serving(prepare)


def password_in_the_clear() -> World:
    server = PppEnd(b"serv", ADDRESSES[0], asks_pap=True)
    return inside(lambda _: server, OnlyChap(magic=b"ours"))


CASES: list[tuple[Callable[[], World], Cause, int | None, str]] = [
    (under_way, Cause.DIALLING, None, "ask again in half a minute"),
    (aggressive, Cause.AGGRESSIVE_MODE, 789, "set the client to main mode"),
    (crowded_out, Cause.HALF_OPEN, 792, "raise `half_open`"),
    (bad_public_value, Cause.BAD_PUBLIC_VALUE, 789, "somebody trying, at that address"),
    (translated, Cause.NAT_WITHOUT_TRAVERSAL, 678, "knows no NAT traversal"),
    (translated_by_its_address_alone, Cause.NAT_WITHOUT_TRAVERSAL, 792, "install KB818043"),
    (route_goes, Cause.NO_ROUTE, 629, "give the client a `route`"),
    (
        linux_says("no route to host"),
        Cause.SERVER_OFF,
        629,
        f"nobody is at the address of the server {SERVER}",
    ),
    (
        linux_says("network unreachable"),
        Cause.NO_WAY_INSIDE,
        629,
        "network unreachable; look at `ip address`",
    ),
    (password_in_the_clear, Cause.AUTHENTICATION_KIND, 734, "best MS-CHAP version 2"),
]


@pytest.mark.parametrize(
    ("played", "cause", "number", "words"), CASES, ids=[cause.value for _, cause, _, _ in CASES]
)
def test_it_is_told_first_in_one_sentence(
    played: Callable[[], World], cause: Cause, number: int | None, words: str
) -> None:
    first = ask(played())[0]
    assert first.cause == cause.value, first.sentence
    assert words.lower() in first.sentence.lower()
    assert number is None or number in first.shown.all


class Refuser:
    """A native server whose IPsec policy has no place for the gateway."""

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        source, target, payload = datagram
        notice = isakmp.notify(isakmp.ISAKMP, b"", UNSUPPORTED_EXCHANGE)
        first, body = isakmp.chain([(isakmp.NOTIFY, notice)])
        asked = isakmp.parse(payload)
        told = Message(asked.cookie_i, b"refuser!", first, isakmp.INFORMATIONAL, 0, 0, body)
        return [Datagram(target, source, isakmp.build(told))]

    def handle_timeout(self, now: float) -> list[Datagram]:
        return []

    def deadline(self) -> float | None:
        return None


def test_a_native_server_that_will_not_speak_ike_is_told_as_that() -> None:
    world = native_world.meet()
    world.net.leave(world.native)
    world.net.join(Refuser(), NATIVE)
    world.dial_one()
    first = ask(world, "old-pc")[0]
    assert first.cause == Cause.SERVER_IKE_REFUSES.value, first.sentence
    assert f"The server {NATIVE} will not speak IKE with this gateway" in first.sentence


def test_a_gateway_that_has_no_address_inside_yet_is_told() -> None:
    world = native_world.meet()
    config = replace(world.core.config, inside=Inside("lan0", None))
    world.ask(world.core.reload(config, world.net.now))
    world.dial_one()
    first = ask(world, "old-pc")[0]
    assert first.cause == Cause.NO_INSIDE_ADDRESS.value, first.sentence
    assert "write `address` under [inside]" in first.sentence
