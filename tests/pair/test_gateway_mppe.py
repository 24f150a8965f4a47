"""The gateway encrypts towards a server that demands it, and the client knows nothing of it."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.bridge.views import session_views
from gateway.control.users import Users
from gateway.crypto.passwords import Hashes
from gateway.outputs import What
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Datagram
from tests.pair.gateway_world import INSIDE, NAT, SERVER, World, meet
from tests.pair.nat import Nat
from tests.pair.peers.mppe import LM_HASH, NT_HASH
from tests.pair.peers.ppp_end import IP, IPX, NETBEUI, PppEnd
from tests.pair.peers.ppp_secured import ChapClient, MppeServer
from tests.pair.peers.pptp_server import PptpServer

STORED = Users({"User": Hashes(NT_HASH, LM_HASH)})
MPPE: dict[str, Any] = {"encryption": "mppe"}
ALL = ("128", "128-stateful", "56", "56-stateful", "40", "40-stateful")


def dial(
    server: dict[str, Any] | None = None,
    *,
    mppe: tuple[str, ...] = ALL,
    users: Users = STORED,
    route: dict[str, Any] | None = None,
    client: dict[str, Any] | None = None,
    vendor: str = "Microsoft",
    **wire: Any,
) -> World:
    """`server` and `client` are what differs at the two ends of PPP."""
    world = meet(route={**MPPE, "mppe": mppe, **(route or {})}, users=users, **wire)
    world.server.pptp = lambda number: PptpServer(0x1110 + number, window=64, vendor=vendor)
    world.server.ppp = lambda _: MppeServer(
        b"srvr", bytes((10, 1, 0, 1)), gives=bytes((10, 1, 0, 2)), **(server or {})
    )
    ends = {"user": "User"} | (client or {})
    world.dial(world.join(nat=Nat(NAT), ppp=ChapClient(b"clnt", **ends)))
    return world


def ends(world: World) -> tuple[ChapClient, MppeServer]:
    client, server = world.clients[0].ppp, world.server.line.ppp
    assert isinstance(client, ChapClient)
    assert isinstance(server, MppeServer)
    return client, server


def talk(world: World, frames: int, protocol: int = IP) -> tuple[list[bytes], list[bytes]]:
    """So many frames each way; what has come to the server, and to the client."""
    client, server = ends(world)
    for number in range(frames):
        world.net.send(world.clients[0].send_data(protocol, b"%06d" % number))
        world.net.send(world.server.send_data(world.server.line, protocol, b"%06d" % number))
        world.net.run_for(1 / 64)
    world.net.run_for(2.0)
    return [f[-6:] for f in server.got], [f[-6:] for f in client.got]


def numbers(count: int) -> list[bytes]:
    return [b"%06d" % number for number in range(count)]


def refusals(world: World) -> list[tuple[str, str]]:
    found = world.facts(What.REFUSED)
    return [(fact.details["reason"], fact.details["detail"]) for fact in found]


def nothing_was_clear(world: World) -> bool:
    return not any(
        line.ppp.clear for line in world.server.lines if isinstance(line.ppp, MppeServer)
    )


@pytest.mark.long
@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("terms", [(b, s) for b in (128, 56, 40) for s in (False, True)], ids=str)
def test_every_strength_and_way_of_counting_carries_frames_both_ways(
    version: int, terms: tuple[int, bool]
) -> None:
    world = dial({"version": version, "terms": terms})
    assert world.clients[0].up
    assert talk(world, 300) == (numbers(300), numbers(300))
    assert nothing_was_clear(world)
    assert world.errors() + ends(world)[1].errors == []
    [view] = session_views(world.core, world.net.now)
    assert view.encryption == f"mppe {terms[0]}" + ("-stateful" if terms[1] else "")
    assert view.drops == {}


@pytest.mark.long
def test_keys_change_with_every_frame_and_the_count_begins_again() -> None:
    world = dial()
    assert talk(world, 4200) == (numbers(4200), numbers(4200))
    _, server = ends(world)
    assert server.reads is not None
    assert server.reads.changes == 4200


@pytest.mark.long
def test_a_stateful_key_changes_every_256_frames() -> None:
    world = dial({"terms": (128, True)})
    assert talk(world, 1100) == (numbers(1100), numbers(1100))
    _, server = ends(world)
    assert server.reads is not None
    assert server.reads.changes == 4


@pytest.mark.parametrize("protocol", [IPX, NETBEUI], ids=["ipx", "netbeui"])
def test_frames_that_are_not_ip_are_encrypted_as_well(protocol: int) -> None:
    world = dial()
    assert talk(world, 3, protocol) == (numbers(3), numbers(3))
    assert nothing_was_clear(world)


def test_the_client_sees_no_ccp_and_is_told_once_that_there_is_none() -> None:
    world = dial(client={"asks_ccp": True})
    client, _ = ends(world)
    assert world.clients[0].up
    assert client.ccp_heard == []
    assert client.ccp_rejected == 1


def test_an_mru_leaves_room_for_what_encryption_adds() -> None:
    world = dial({"mru": 1400})
    client, server = ends(world)
    [asked] = set(client.requests)
    assert asked[:4] == bytes.fromhex("01040574")  # 1396, and 1400 was asked for
    assert server.acknowledged[:4] == bytes.fromhex("01040578")
    world.net.send(world.clients[0].send_data(IP, bytes(1376)))
    world.net.run_for(1.0)
    assert len(server.got[0]) == 4 + 1396


def test_what_happened_is_told() -> None:
    world = dial()
    [told] = world.facts(What.ENCRYPTED)
    assert told.details == {"sent": "128", "received": "128"}


def test_a_server_that_demands_encryption_of_a_clear_route_is_told_apart() -> None:
    world = dial(route={"encryption": "clear"})
    client, server = ends(world)
    assert client.ccp_heard  # it goes end to end, and this client has none
    assert not world.clients[0].up
    [number] = world.core.sessions
    world.net.send(world.server.say(world.server.line, server.hang_up()))
    world.net.run_for(1.0)
    assert number not in world.core.sessions
    [(reason, _)] = refusals(world)
    assert reason == "encryption: the server demands encryption"


def test_refusing_encryption_is_said_to_both_ends() -> None:
    world = dial({"demands": False}, route={"encryption": "refuse"}, client={"asks_ccp": True})
    client, server = ends(world)
    assert world.clients[0].up
    assert (client.ccp_heard, client.ccp_rejected) == ([], 1)
    assert not server.encrypted
    [view] = session_views(world.core, world.net.now)
    assert view.encryption == "clear"


def test_a_server_that_demands_encryption_of_a_route_that_refuses_it_ends_with_a_sentence() -> None:
    world = dial(route={"encryption": "refuse"})
    _, server = ends(world)
    world.net.send(world.server.say(world.server.line, server.hang_up()))
    world.net.run_for(1.0)
    assert refusals(world)[0][0] == "encryption: the server demands encryption"
    assert not world.core.sessions


NEVER_CLEAR = [
    ("nobody", {}, {"users": Users()}, "no password is stored for that user"),
    (
        "another password",
        {},
        {"users": Users({"User": Hashes(bytes(16))})},
        "the stored password of that user is not the one the server knows",
    ),
    ("no ccp", {"knows_ccp": False, "demands": False}, {}, "the server does not know CCP"),
    ("too weak", {"terms": (40, False)}, {"mppe": ("128",)}, "the server wants MPPE of 40 bit"),
    (
        "history",
        {"terms": (128, True)},
        {"mppe": ("128",)},
        "the server wants MPPE of 128 bit, stateful",
    ),
    (
        "no lm hash",
        {"version": 1, "terms": (40, False)},
        {"users": Users({"User": Hashes(NT_HASH)})},
        "MS-CHAP takes short keys from a hash that is not stored",
    ),
]


@pytest.mark.parametrize(
    ("server", "more", "reason"), [row[1:] for row in NEVER_CLEAR], ids=[r[0] for r in NEVER_CLEAR]
)
def test_what_cannot_be_encrypted_is_no_session_but_a_sentence(
    server: dict[str, Any], more: dict[str, Any], reason: str
) -> None:
    world = dial(server, **more)
    assert not world.clients[0].up
    assert not world.core.sessions
    assert refusals(world)[0][0].startswith(f"encryption: {reason}")
    assert len(refusals(world)) == 1
    assert nothing_was_clear(world)


def test_a_server_without_ms_chap_gives_no_keys() -> None:
    world = meet(route=MPPE, users=STORED)
    world.dial(world.join(nat=Nat(NAT)))
    assert not world.core.sessions
    assert refusals(world)[0][0] == "encryption: the server does not check the user by MS-CHAP"
    assert not any(line.ppp.up for line in world.server.lines if line.ppp)


@pytest.mark.parametrize("name", ["User", "user", "PRESS\\User"])
def test_a_user_is_found_with_and_without_domain_and_in_any_letters(name: str) -> None:
    assert dial(client={"user": name}).clients[0].up


def test_a_user_whose_domain_is_stored_is_found_with_it_alone() -> None:
    users = Users({"PRESS\\User": Hashes(NT_HASH)})
    assert dial(client={"user": "PRESS\\User"}, users=users).clients[0].up
    assert not dial(client={"user": "OTHER\\User"}, users=users).clients[0].up


@pytest.mark.parametrize("offers", [0x010000E1, 0x000000E1, 0x01000040])
def test_a_server_that_offers_everything_gets_the_strongest(offers: int) -> None:
    """Windows asks for all strengths and for MPPC at once, and takes what it is Nak'd with."""
    world = dial({"offers": offers})
    assert world.clients[0].up
    assert talk(world, 5) == (numbers(5), numbers(5))


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("stateful", [False, True], ids=["stateless", "stateful"])
@pytest.mark.long
def test_lost_and_doubled_packets_cost_frames_and_never_the_keys(stateful: bool, seed: int) -> None:
    """A stateful link asks for resets, in both directions, and goes on."""
    world = dial({"terms": (128, stateful)}, seed=seed)
    world.net.loss, world.net.duplicate, world.net.jitter = 0.04, 0.04, 1 / 64
    talk(world, 600)
    world.net.loss = world.net.duplicate = world.net.jitter = 0.0
    to_server, to_client = talk(world, 300)
    assert to_server[-200:] == to_client[-200:] == numbers(300)[-200:]
    assert set(to_server) | set(to_client) <= set(numbers(600))
    assert len(world.core.sessions) == 1
    _, server = ends(world)
    assert (server.resets > 3, server.reset_for > 3) == (stateful, stateful)


def encrypted(host: str, flagged: bool = False) -> Callable[[Datagram], bool]:
    """GRE to this host inside with an encrypted frame in it, or with one that is flagged."""

    def matches(datagram: Datagram) -> bool:
        _, mark, frame = datagram.payload.partition(b"\xff\x03\x00\xfd")
        right = datagram.target.host == host_bytes(host) and bool(mark)
        return right and (not flagged or frame[0] & 0x80 != 0)

    return matches


@pytest.mark.long
def test_a_linux_server_changes_its_key_at_a_reset_and_is_followed() -> None:
    world = dial({"terms": (128, True), "linux": True}, vendor="linux")
    for _ in range(6):
        world.net.lose(encrypted(SERVER))
        world.net.lose(encrypted(INSIDE))
        to_server, to_client = talk(world, 150)
        assert to_server[-100:] == to_client[-100:] == numbers(150)[-100:]
    _, server = ends(world)
    assert (server.resets, server.reset_for) == (6, 6)


def test_a_linux_server_whose_reset_was_lost_is_asked_again_and_followed() -> None:
    """By then it has changed its key twice, and nothing says so."""
    world = dial({"terms": (128, True), "linux": True}, vendor="linux")
    world.net.lose(encrypted(INSIDE))
    world.net.lose(encrypted(INSIDE, flagged=True), 2)
    _, to_client = talk(world, 400)
    assert to_client[-150:] == numbers(400)[-150:]
    _, server = ends(world)
    assert server.reset_for == 3


def test_a_linux_server_that_cannot_follow_us_ends_the_session() -> None:
    """Our flagged frame was lost, which puts two Linux ends out of step, too."""
    world = dial({"terms": (128, True), "linux": True}, vendor="linux")
    _, server = ends(world)
    for number in (0x00B1, 0x4017, 0x00C5):
        reject = server._control(b"\xc0\x21", 8, number.to_bytes(2) + b"\x45")
        world.net.send(world.server.say(world.server.line, [reject]))
    world.net.run_for(1.0)
    assert refusals(world)[0][0] == "encryption: the server cannot decrypt what it is sent"
    assert not world.core.sessions


def test_frames_that_decrypt_to_nothing_end_the_session() -> None:
    """A server that is Linux but does not say so: its keys after a reset are others."""
    world = dial({"terms": (128, True), "linux": True})
    world.net.loss = 0.2
    for number in range(200):
        line = world.server.line
        assert line.ppp is not None
        world.net.send(world.server.send_data(line, IP, b"%06d" % number))
        world.net.run_for(1 / 64)
    assert not world.core.sessions
    assert refusals(world)[0][0] == "encryption: what the server sends does not decrypt"


def test_a_clear_frame_of_the_server_does_not_go_on() -> None:
    world = dial()
    client, _ = ends(world)
    clear = PppEnd(b"srvr").say(IP, b"in the clear")
    world.net.send(world.server.say(world.server.line, [clear]))
    world.net.run_for(1.0)
    assert client.got == []
    [view] = session_views(world.core, world.net.now)
    assert view.drops == {"mppe_clear_from_server": 1}


def test_the_same_keys_are_not_begun_anew() -> None:
    """Whoever can speak for the server on its LAN could have the first frames sent twice."""
    world = dial()
    talk(world, 2)
    _, server = ends(world)
    again = server._control(b"\x80\xfd", 1, b"\x12\x06" + bytes.fromhex("01000040"))
    world.net.send(world.server.say(world.server.line, [again]))
    world.net.run_for(1.0)
    assert not world.core.sessions
    assert refusals(world)[0][0] == "encryption: the server wants to begin the same keys anew"


def test_an_acknowledgement_of_ours_that_was_lost_is_said_again() -> None:
    world = dial()
    _, server = ends(world)
    again = server._control(b"\x80\xfd", 1, b"\x12\x06" + bytes.fromhex("01000040"))
    world.net.send(world.server.say(world.server.line, [again]))
    world.net.run_for(1.0)
    assert talk(world, 3) == (numbers(3), numbers(3))


def test_no_fact_and_no_view_holds_a_hash_or_a_proof() -> None:
    world = dial()
    told = repr(world.gateway.facts) + repr(session_views(world.core, world.net.now))
    told += repr(world.core.config)
    assert NT_HASH.hex() not in told
    assert repr(NT_HASH)[2:-1] not in told


def test_frames_that_are_encrypted_here_are_carried_here_and_that_is_shown() -> None:
    world = dial(route={"shield": False})
    assert talk(world, 3) == (numbers(3), numbers(3))
    [view] = session_views(world.core, world.net.now)
    assert (view.carrier, view.carrier_why) == ("user", "the gateway encrypts towards the server")
