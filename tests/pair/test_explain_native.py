"""What `explain` says where a native server inside will not; each cause provoked."""

from typing import Any

import pytest

from gateway.control.causes import Cause
from tests.pair.explain_world import ask
from tests.pair.gateway_world import NAT, World
from tests.pair.nat import Nat
from tests.pair.native_world import NATIVE, meet
from tests.pair.peers.ike_profiles import AES256_SHA_2048, ESP_DES_MD5
from tests.pair.peers.ike_responder import Habits
from tests.pair.peers.ppp_stubborn import Mute

CLIENT = "old-pc"


def away() -> World:
    world = meet()
    world.native.alive = False
    return world


def mute() -> World:
    world = meet()
    world.native.ppp = lambda number: Mute(b"serv")
    return world


@pytest.mark.parametrize(
    ("world", "cause", "words"),
    [
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
    ],
)
def test_what_is_the_matter_with_the_server_is_told_first(
    world: Any, cause: Cause, words: str
) -> None:
    made = world()
    made.dial(made.join(nat=Nat(NAT)), 30.0)
    first = ask(made, CLIENT)[0]
    assert first.cause == cause.value, first.sentence
    assert words in first.sentence
    assert cause is Cause.CONNECTED or f"server {NATIVE}" in first.sentence
    assert cause is Cause.CONNECTED or {629, 678, 718} & set(first.shown.nt5)


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
