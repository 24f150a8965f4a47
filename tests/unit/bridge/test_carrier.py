"""Who carries what."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.bridge.carrier import CROWDED
from gateway.bridge.crossing import CONFINES, ENCRYPTS, READS
from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.tracks import KERNEL, LegTrack, carried_by
from gateway.bridge.why_user import BEGUN, IN_FRONT
from gateway.control.config import HERE, Choice, Front, Route
from gateway.control.users import Users
from gateway.control.values_reach import Reach, reach
from gateway.crypto.passwords import Hashes
from gateway.outputs import Output, SendIp, What
from gateway.paths import Abilities, CallRefused, LegRefused, SetLeg
from gateway.wire.ipv4 import host_bytes, host_text
from gateway.wire.udp import Datagram
from tests.pair.gateway_world import CLIENT, NAT, OUTSIDE, ROUTES, World, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.peers.ike_profiles import SAFENET_98
from tests.pair.peers.mppe import LM_HASH, NT_HASH
from tests.pair.peers.ppp_end import PppEnd
from tests.pair.peers.ppp_secured import ChapClient, MppeServer
from tests.pair.peers.pppd import Pppd
from tests.unit.bridge.kernel_world import (
    call_of,
    carried,
    carrier_of,
    kernel_of,
    leg_of,
    say,
    session_of,
    told,
)

pytestmark = pytest.mark.usefixtures("kernel_carries")
STORED = Users({"User": Hashes(NT_HASH, LM_HASH)})


def test_a_session_that_is_through_is_joined_in_the_kernel_and_that_is_told_once() -> None:
    world = carried()
    say(world, 3)
    assert told(world) == ["kernel"]
    assert kernel_of(world).carried >= 6
    assert host_text(leg_of(world).virtual) == "100.127.0.1"
    assert world.errors() == []


def test_a_route_may_keep_its_sessions_in_user_space() -> None:
    world = carried("user")
    say(world)
    assert (kernel_of(world).carried, kernel_of(world).legs) == (0, {})
    assert (told(world), call_of(world).why) == ([], "the route says so")


@pytest.mark.parametrize(
    ("route", "server", "client", "why"),
    [
        ({"shield": True}, PppEnd, PppEnd(b"clnt"), READS),
        ({"encryption": "mppe"}, MppeServer, ChapClient(b"clnt", user="User"), ENCRYPTS),
    ],
    ids=["shield", "mppe"],
)
def test_what_is_done_to_each_frame_keeps_a_session_here_and_is_the_reason_shown(
    route: dict[str, Any], server: type[PppEnd], client: PppEnd, why: str
) -> None:
    world = meet(route=route, users=STORED)
    world.server.ppp = lambda _: server(b"srvr", bytes((10, 1, 0, 1)), gives=bytes((10, 1, 0, 2)))
    world.dial(world.join(nat=Nat(NAT), ppp=client))
    assert world.clients[0].up
    say(world, 2)
    session = session_of(world)
    assert (session.own_hands, carried_by(session)) == (why, ("user", why))
    assert told(world) == [why]
    assert (kernel_of(world).carried, kernel_of(world).legs) == (0, {})
    assert isinstance(session.inside, PptpLeg)
    assert session.inside.channel == call_of(world).key == 0
    line = world.server.line
    assert line.ppp is not None
    assert len(line.ppp.got) == 2
    assert world.errors() == []


def let_reach(world: World, places: tuple[Reach, ...] | None) -> None:
    """The owner changes his mind."""
    config = world.core.config
    clients = (replace(config.clients[0], reach=places),)
    world.ask(world.core.reload(replace(config, clients=clients), world.net.now))
    world.net.run_for(1.0)


NOWHERE_NEAR = (reach("192.0.2.99 tcp/139"),)


def test_who_is_confined_is_carried_here_and_that_is_the_reason_shown() -> None:
    world = meet(client_entry(reach=NOWHERE_NEAR))
    world.dial(world.join(nat=Nat(NAT)))
    say(world, 2)
    assert told(world) == [CONFINES]
    assert (kernel_of(world).carried, kernel_of(world).legs) == (0, {})
    assert session_of(world).crossing.counts["confined_out_of_reach"] == 2


def test_who_is_confined_while_up_leaves_the_kernel_at_once_and_goes_back_when_free() -> None:
    world = carried()
    say(world, 2)
    before, line = kernel_of(world).carried, world.server.line
    assert line.ppp is not None
    let_reach(world, NOWHERE_NEAR)
    got = len(line.ppp.got)
    say(world, 3)
    assert (len(line.ppp.got), kernel_of(world).carried) == (got, before)
    assert session_of(world).crossing.counts["confined_out_of_reach"] == 3
    let_reach(world, None)
    say(world, 2)
    assert told(world) == ["kernel", CONFINES, "kernel"]
    assert len(line.ppp.got) == got + 2
    assert kernel_of(world).carried > before
    assert world.errors() == []


def test_whose_call_was_begun_here_stays_here_until_it_is_over() -> None:
    world = meet(client_entry(reach=NOWHERE_NEAR))
    world.dial(world.join(nat=Nat(NAT)))
    let_reach(world, None)
    say(world, 2)
    assert told(world) == [CONFINES, BEGUN]
    assert kernel_of(world).legs == {}


def test_another_configuration_changes_nothing_for_who_may_go_everywhere() -> None:
    world = carried()
    let_reach(world, (reach("everything"),))
    say(world, 2)
    assert told(world) == ["kernel"]
    assert not carrier_of(world).dirty


def test_what_ends_here_is_the_kernels_as_well() -> None:
    lan = Route("lan", "local", HERE, auth=("mschap-v2",), carrier="auto", shield=False)
    world = meet(client_entry(route="lan", reach=(reach("everything"),)), routes=(lan,))
    world.gateway.pppd = Pppd()
    world.dial(world.join(nat=Nat(NAT)))
    assert world.clients[0].up
    [session] = world.core.sessions.values()
    assert carried_by(session) == (KERNEL, "")


def test_who_dials_the_servers_own_address_is_carried_here() -> None:
    """It is on the way to that: the kernel's rules have what is for this machine itself."""
    world = meet()
    config = replace(world.core.config, front=Front((host_bytes(OUTSIDE),)))
    world.ask(world.core.reload(config, world.net.now))
    world.dial(world.join(nat=Nat(NAT)))
    say(world, 2)
    assert told(world) == [IN_FRONT]
    assert kernel_of(world).legs == {}
    assert world.errors() == []


def test_a_route_that_insists_ends_a_session_whose_frames_have_to_be_read() -> None:
    world = carried("kernel", shield=True)
    assert world.core.sessions == {}
    assert told(world) == [READS]
    [closed] = world.facts(What.SESSION_CLOSED)
    assert closed.details["reason"] == f"the route insists on the kernel: {READS}"


@pytest.mark.parametrize(
    ("first", "then", "told_at_last"),
    [(False, True, [READS]), (True, False, ["kernel"])],
    ids=["into a shield", "out of one"],
)
def test_a_session_that_is_diverted_is_carried_as_its_new_route_wants_it(
    first: bool, then: bool, told_at_last: list[str]
) -> None:
    routes = tuple(
        replace(each, shield=each_has) for each, each_has in zip(ROUTES, (first, then), strict=True)
    )
    world = meet(routes=routes, choices=(Choice("elsewhere", "other", user="night"),))
    for server in (world.server, world.other):
        server.ppp = lambda number: PppEnd(
            b"srvr", bytes((10, 1, 0, 1)), gives=bytes((10, 1, 0, 1 + number)), asks_pap=True
        )
    ppp = PppEnd(b"mine", user="night", password="opensesame", renegotiates=True)
    world.dial(world.join(nat=Nat(NAT), ppp=ppp), 20.0)
    assert world.clients[0].up
    assert session_of(world).route == "other"
    assert told(world) == told_at_last
    assert session_of(world).own_hands == (READS if then else "")


def test_new_keys_are_the_kernels_before_the_client_hears_that_they_hold(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = carried()
    [client] = world.clients
    asked: list[Output] = []
    carry = world.gateway.carry

    def carry_and_note(outputs: list[Output], now: float) -> list[Datagram]:
        asked.extend(outputs)
        return carry(outputs, now)

    monkeypatch.setattr(world.gateway, "carry", carry_and_note)
    world.net.send(client.rekey_pair(world.net.now))
    world.net.run_for(1.0)
    first, second, *_ = (each for each in asked if isinstance(each, SetLeg | SendIp))
    assert isinstance(first, SetLeg)
    assert first.path is not None
    assert len(first.path.inbound) == 2
    assert isinstance(second, SendIp)


def test_settling_twice_asks_for_nothing_the_second_time() -> None:
    world = carried()
    leg_of(world).changed()
    call_of(world).changed()
    assert carrier_of(world).dirty
    assert carrier_of(world).settle(world.net.now) == []
    assert not carrier_of(world).dirty


def test_what_this_kernel_lacks_keeps_a_session_here_without_a_word_each_time() -> None:
    world = meet()
    carrier_of(world).abilities = Abilities(lacks="the kernel has no L2TP")
    world.dial(world.join(nat=Nat(NAT)))
    assert (told(world), call_of(world).why) == ([], "the kernel has no L2TP")


def test_a_route_that_insists_ends_what_the_kernel_does_not_carry() -> None:
    call = carried("kernel")
    assert told(call) == ["kernel"]
    kernel_of(call).told.append(LegRefused(1, "no memory"))
    call.gateway._told(call.net.now)
    call.net.run_for(5.0)
    assert told(call)[-1] == "no memory"
    assert call.core.sessions == {}


def test_a_leg_that_the_kernel_refuses_goes_on_in_user_space() -> None:
    world = meet()
    kernel_of(world).refuses = "no memory"
    world.dial(world.join(nat=Nat(NAT)))
    say(world, 2)
    assert told(world)[-1] == "no memory"
    assert world.clients[0].up
    line = world.server.line
    assert line.ppp is not None
    assert len(line.ppp.got) == 2
    assert carrier_of(world).legs == {}


def test_a_call_that_cannot_be_joined_goes_on_by_hand() -> None:
    world = carried()
    kernel_of(world).told.append(CallRefused(call_of(world).key, "no channel", True))
    world.net.send(world.gateway._told(world.net.now))
    say(world, 2)
    assert told(world) == ["kernel", "no channel"]
    line = world.server.line
    assert line.ppp is not None
    assert len(line.ppp.got) == 2


def test_numbers_of_legs_go_round_and_are_freed() -> None:
    world = carried()
    first = leg_of(world).number
    world.net.send(world.clients[0].hang_up(world.net.now))
    world.net.send(world.clients[0].drop_keys())
    world.net.run_for(200.0)
    assert carrier_of(world).legs == {}
    assert carrier_of(world)._free_number() == first + 1


def test_a_tunnel_whose_client_has_left_the_kernel_is_nobodys_and_the_next_ones_is_taken() -> None:
    """Its number is the kernel's no more; and who draws numbers knows those that are."""
    world = carried()
    world.net.send(world.clients[0].drop_keys())  # it is idle, and still has its session
    world.net.run_for(40.0)
    assert carrier_of(world).legs == {}
    assert session_of(world).tunnel not in world.core.clients.taken_tunnels
    world.dial(world.join(nat=Nat("203.0.113.8"), host="192.168.1.3"))
    *_, second = world.core.sessions.values()
    assert second.tunnel in carrier_of(world).tunnels
    assert second.tunnel in world.core.clients.taken_tunnels


def test_without_a_free_number_there_is_none() -> None:
    world = carried()
    carrier = carrier_of(world)
    carrier.legs.update({number: leg_of(world) for number in range(1, 1 << 16)})
    assert carrier._free_number() is None


def test_two_clients_without_nat_traversal_at_one_address_stay_in_user_space() -> None:
    """Nothing in their packets tells the kernel which is which."""
    world = meet(client_entry(), client_entry("other"))
    carrier = carrier_of(world)
    plain = world.join(SAFENET_98, host="203.0.113.50")
    world.dial(plain)
    assert told(world) == ["kernel"]
    [track] = carrier.legs.values()
    assert track.place is not None
    other = LegTrack(9, track.virtual, track.leg, carrier)
    carrier.legs[9] = carrier._places[track.place] = other
    track.place, track.mapped = None, True
    track.changed()
    world.net.send(world.gateway.carry(carrier.settle(world.net.now), world.net.now))
    assert track.leg.why_user == CROWDED
    assert CROWDED in [why for _, why in [carried_by(session_of(world))]]


def test_two_behind_one_nat_have_each_an_address_of_their_own() -> None:
    world = meet(client_entry(), client_entry("other"))
    nat = Nat(NAT)
    for host in (CLIENT, "192.168.1.3"):
        world.dial(world.join(SAFENET_98, host=host, nat=nat))
    say(world, 2)
    assert len({leg.path.virtual for leg in kernel_of(world).legs.values()}) == 2
    assert told(world) == ["kernel", "kernel"]
