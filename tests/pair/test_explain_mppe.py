"""What of encryption by the gateway, and of the shield before a server, keeps a client out."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.bridge.pacing import MOST_WAITING
from gateway.control.causes import Cause
from gateway.control.users import Users
from gateway.crypto.passwords import Hashes
from gateway.outputs import What
from tests.pair import explain_world as play
from tests.pair import native_world
from tests.pair.explain_world import ADDRESSES, MACHINE, ask, inside, join, world_of
from tests.pair.gateway_world import NAT, SERVER, World, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.peers.mppe import LM_HASH, NT_HASH
from tests.pair.peers.ppp_end import IP
from tests.pair.peers.ppp_secured import ChapClient, MppeServer
from tests.pair.peers.ppp_stubborn import DemandsEncryption, Mute, NoCcp
from tests.pair.peers.ppp_wishful import Wishful

STORED = Users({"operator": Hashes(NT_HASH, LM_HASH)})
CALLBACK = b"\x0d\3\6"


def encrypting(
    users: Users = STORED, mppe: tuple[str, ...] = ("128",), **server: Any
) -> Callable[[], World]:
    """A route that encrypts, towards a server whose PPP end is so."""

    def play_it() -> World:
        route = {"encryption": "mppe", "mppe": mppe}
        world = meet(client_entry(MACHINE), route=route, users=users)
        world.server.ppp = lambda _: MppeServer(b"serv", ADDRESSES[0], gives=ADDRESSES[1], **server)
        join(world, ppp=ChapClient(magic=b"ours", user="operator"))
        world.dial(world.clients[0], 60.0)
        return world

    return play_it


def demanded() -> World:
    """The route is clear."""
    return inside(lambda _: DemandsEncryption(b"serv", ADDRESSES[0]), NoCcp(magic=b"ours"))


def demanded_of_a_route_that_refuses() -> World:
    world = meet(client_entry(MACHINE), route={"encryption": "refuse"})
    world.server.ppp = lambda _: DemandsEncryption(b"serv", ADDRESSES[0])
    world.dial(join(world), 60.0)
    return world


def without_ms_chap() -> World:
    world = meet(client_entry(MACHINE), route={"encryption": "mppe"}, users=STORED)
    world.dial(join(world), 60.0)
    return world


def out_of_step() -> World:
    """The server says three times that it cannot read what it is sent."""
    world = encrypting(terms=(128, True), mppe=("128-stateful",))()
    assert world.clients[0].up
    server = world.server.line.ppp
    assert server is not None
    for number in (0x00B1, 0x4017, 0x00C5):
        reject = server._control(b"\xc0\x21", 8, number.to_bytes(2) + b"\x45")
        world.net.send(world.server.say(world.server.line, [reject]))
    world.net.run_for(5.0)
    return world


def come_and_gone(seconds: float) -> World:
    """A client that has dialled and hung up in a loop, and dials once more."""
    world = play.up()
    client = world.clients[0]
    for _ in range(12):
        world.net.send(client.hang_up(world.net.now))
        world.net.run_for(0.25)
        world.net.send(client.redial_l2tp(world.net.now))
        world.net.run_for(2.75)
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(0.25)
    world.net.send(client.redial_l2tp(world.net.now))
    world.net.run_for(seconds)
    return world


def waits() -> World:
    return come_and_gone(15.0)


def gives_up() -> World:
    world = come_and_gone(5.0)
    world.net.send(world.clients[0].hang_up(world.net.now))
    world.net.run_for(5.0)
    return world


def crowd() -> World:
    """So many calls wait for the server already that there is no place in the queue."""
    world = world_of()
    client = join(world)
    client.dials_l2tp = False
    world.dial(client, 2.0)
    there = world.core.config.routes[0].server
    for number in range(MOST_WAITING + 1):
        world.core.board._pacer.turn(there, (f"pc-{number}", ""), world.net.now + 1.0)
    world.net.send(client.redial_l2tp(world.net.now))
    world.net.run_for(2.0)
    return world


NOBODY, ANOTHER = Users(), Users({"operator": Hashes(bytes(16))})
NO_LM = Users({"operator": Hashes(NT_HASH)})

CASES: list[tuple[Callable[[], World], Cause, int | None, str]] = [
    (
        demanded,
        Cause.SERVER_DEMANDS_ENCRYPTION,
        742,
        f"The server {SERVER} demands encryption (MPPE), and the leg to it is clear; let the "
        'gateway encrypt: write encryption = "mppe"',
    ),
    (demanded, Cause.SERVER_DEMANDS_ENCRYPTION, 733, "permit unencrypted links at the server"),
    (
        demanded_of_a_route_that_refuses,
        Cause.SERVER_DEMANDS_ENCRYPTION,
        742,
        "`postern users add NAME`",
    ),
    (without_ms_chap, Cause.NO_MS_CHAP, 629, "set the server to MS-CHAP"),
    (
        encrypting(NOBODY),
        Cause.PASSWORD_NOT_STORED,
        629,
        "No password is stored for user operator, and its route asks for encryption",
    ),
    (
        encrypting(ANOTHER),
        Cause.STORED_PASSWORD_WRONG,
        629,
        "The stored password of user operator is not the one the server knows",
    ),
    (
        encrypting(NO_LM, ("40",), version=1, terms=(40, False)),
        Cause.LM_HASH_NOT_STORED,
        629,
        "`postern users add NAME --lm`",
    ),
    (
        encrypting(knows_ccp=False, demands=False),
        Cause.SERVER_NO_MPPE,
        629,
        f"The server {SERVER} does not encrypt, and its route asks for MPPE: the server does not "
        "know CCP",
    ),
    (
        encrypting(terms=(40, False)),
        Cause.ENCRYPTION_NOT_AGREED,
        629,
        "the server wants MPPE of 40 bit, stateless, and the route allows MPPE of 128; compare",
    ),
    (out_of_step, Cause.ENCRYPTION_BROKE, 629, "leave the stateful kinds out of `mppe`"),
    (waits, Cause.CALL_WAITS, 678, f"The call of client {MACHINE} has to wait for its turn"),
    (gives_up, Cause.CALL_WAITS, 678, "wait a minute, then dial once"),
    (crowd, Cause.SERVER_CROWDED, 629, "four times a second"),
]


@pytest.mark.parametrize(
    ("played", "cause", "number", "words"),
    CASES,
    ids=[f"{cause.value}-{number}-{nth}" for nth, (_, cause, number, _) in enumerate(CASES)],
)
def test_it_is_told_first_in_one_sentence(
    played: Callable[[], World], cause: Cause, number: int | None, words: str
) -> None:
    first = ask(played())[0]
    assert first.cause == cause.value, first.sentence
    assert words.lower() in first.sentence.lower()
    assert number is None or number in first.shown.all


def test_that_the_server_demands_encryption_is_told_once() -> None:
    causes = [one.cause for one in ask(demanded())]
    assert Cause.ENCRYPTION_DEMANDED.value not in causes


def test_a_call_that_waits_for_less_than_ten_seconds_is_just_a_dial() -> None:
    assert ask(come_and_gone(5.0))[0].cause == Cause.DIALLING.value


def test_a_client_that_is_encrypted_is_connected_and_its_account_says_so() -> None:
    world = encrypting()()
    first = ask(world)[0]
    assert first.cause == Cause.CONNECTED.value
    assert len(world.facts(What.ENCRYPTED)) == 1


def test_who_ended_an_encryption_that_failed_is_the_gateway() -> None:
    [closed] = encrypting(NOBODY)().facts(What.SESSION_CLOSED)
    assert closed.details["by"] == "gateway"


def test_what_the_gateway_says_itself_to_a_client_is_no_data() -> None:
    """It declines callback in the server's name, and that is nothing from the server."""
    world = world_of()
    client = join(world, ppp=Wishful(b"ours", wishes=CALLBACK))
    world.dial(client)
    assert client.up
    world.net.send(client.send_data(IP, b"does anybody answer"))
    world.net.run_for(90.0)
    first = ask(world)[0]
    assert first.cause == Cause.NO_TRAFFIC.value
    assert "1 data frames came from the client and 0 went to it" in first.sentence


def test_what_the_gateway_says_itself_does_not_hide_that_a_native_server_is_silent() -> None:
    world = native_world.meet()
    world.native.ppp = lambda _: Mute(b"serv")
    world.dial(world.join(nat=Nat(NAT), ppp=Wishful(b"ours", wishes=CALLBACK)), 60.0)
    assert ask(world, "old-pc")[0].cause == Cause.SERVER_PPP_SILENT.value
