"""What `explain` says where a native server inside will not; each cause provoked."""

from collections.abc import Callable

import pytest

from gateway.control.causes import Cause
from tests.pair.explain_world import ADDRESSES, ask
from tests.pair.gateway_world import NAT, World
from tests.pair.nat import Nat
from tests.pair.native_world import NATIVE, meet
from tests.pair.peers.ike_profiles import AES256_SHA_2048, ESP_DES_MD5
from tests.pair.peers.ike_responder import Habits
from tests.pair.peers.ppp_end import IP, PppEnd
from tests.pair.peers.ppp_stubborn import (
    ChapClient,
    ChapServer,
    DemandsEncryption,
    Mute,
    NoCcp,
    NoIp,
    Unwilling,
)

CLIENT = "old-pc"


def away() -> World:
    world = meet()
    world.native.alive = False
    return world


def mute() -> World:
    world = meet()
    world.native.ppp = lambda number: Mute(b"serv")
    return world


CASES: list[tuple[Callable[[], World], Cause, str]] = [
    (away, Cause.SERVER_NO_IKE, "its IPsec service runs, and UDP 500 is open"),
    (lambda: meet(psk="another"), Cause.SERVER_KEY, "write the server's own key"),
    (
        lambda: meet(habits=Habits(suites=(AES256_SHA_2048,))),
        Cause.SERVER_IKE_SUITES,
        "add what the server takes to the route's `ike` list",
    ),
    (
        lambda: meet(habits=Habits(esp=(ESP_DES_MD5,))),
        Cause.SERVER_ESP_SUITES,
        "add what the server takes to the route's `esp` list",
    ),
    (
        lambda: meet(lns={"takes_tunnels": False}),
        Cause.SERVER_NO_L2TP,
        "start the server's Routing and Remote Access",
    ),
    (
        lambda: meet(lns={"asks_secret": True}),
        Cause.SERVER_TUNNEL_SECRET,
        "switch tunnel authentication off",
    ),
    (lambda: meet(lns={"lines": 0}), Cause.SERVER_BUSY, "has no free line (busy)"),
    (
        lambda: meet(lns={"answers_calls": False}),
        Cause.SERVER_REFUSES,
        "refuses the call: the server did not put the call through within 15 s",
    ),
    (mute, Cause.SERVER_PPP_SILENT, "has taken the call, and sends no PPP"),
    (meet, Cause.CONNECTED, "is connected"),
]


@pytest.mark.parametrize(("world", "cause", "words"), CASES)
def test_what_is_the_matter_with_the_server_is_told_first(
    world: Callable[[], World], cause: Cause, words: str
) -> None:
    made = world()
    made.dial(made.join(nat=Nat(NAT)), 30.0)
    first = ask(made, CLIENT)[0]
    assert first.cause == cause.value, first.sentence
    assert words in first.sentence
    assert cause is Cause.CONNECTED or f"server {NATIVE}" in first.sentence
    assert cause is Cause.CONNECTED or {629, 678, 718} & set(first.shown.nt5)


@pytest.mark.parametrize(
    ("server", "client", "cause", "words", "number"),
    [
        (PppEnd, Mute, Cause.PPP_SILENT, "has its call, and sends no PPP", 718),
        (Unwilling, PppEnd, Cause.LINK_NOT_AGREED, "do not agree on how to talk PPP", 720),
        (ChapServer, ChapClient, Cause.USER_REFUSED, "refused user operator", 691),
        (NoCcp, DemandsEncryption, Cause.ENCRYPTION_DEMANDED, "demands PPP encryption", 742),
        (
            DemandsEncryption,
            NoCcp,
            Cause.SERVER_DEMANDS_ENCRYPTION,
            "demands encryption (MPPE)",
            742,
        ),
        (NoIp, PppEnd, Cause.NO_NETWORK_PROTOCOL, "no network protocol in common", 733),
    ],
)
def test_ppp_with_a_native_server_is_told_as_with_any_other(
    server: type[PppEnd], client: type[PppEnd], cause: Cause, words: str, number: int
) -> None:
    world = meet()
    world.native.ppp = lambda _: server(b"serv", ADDRESSES[0])
    world.dial(world.join(nat=Nat(NAT), ppp=client(magic=b"ours")), 60.0)
    first = ask(world, CLIENT)[0]
    assert first.cause == cause.value, first.sentence
    assert words in first.sentence
    assert number in first.shown.nt5


def test_ppp_that_carries_nothing_from_a_native_server_is_told_after_a_minute() -> None:
    world = meet()
    client = world.dial_one()
    world.net.send(client.send_data(IP, b"does anybody answer"))
    world.net.run_for(90.0)
    first = ask(world, CLIENT)[0]
    assert first.cause == Cause.NO_TRAFFIC.value
    assert "1 data frames came from the client and 0 went to it" in first.sentence


def test_a_server_that_is_lost_later_is_told_as_that() -> None:
    world = meet()
    world.dial_one()
    world.native.alive = False
    world.net.run_for(70.0)
    assert ask(world, CLIENT)[0].cause == Cause.SERVER_LOST.value


def test_a_pool_without_an_address_left_is_told() -> None:
    world = meet(each=True, route={"pool": ()})
    world.dial(world.join(nat=Nat(NAT)), 10.0)
    assert ask(world, CLIENT)[0].cause == Cause.NO_POOL.value
