"""Each oddity of old clients by a story of its own: what would go wrong, and does not.

Those of NAT traversal are elsewhere; idleness has `test_gateway_idle.py`.
"""

from dataclasses import replace
from struct import pack

import pytest

from gateway.bridge.views import session_views
from gateway.outputs import What
from gateway.wire.ipv4 import host_bytes
from tests.pair.gateway_world import CLIENT, NAT, World, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.old_world import ESP, IKE, call_up, heard, old_world, place, say, view
from tests.pair.peers import isakmp
from tests.pair.peers.ike_profiles import ESP_3DES_SHA, ESP_AES128_SHA, Esp
from tests.pair.peers.old_box import Kind, OldBox
from tests.pair.peers.old_clients import (
    WIN98_MSL2TP,
    WIN2000,
    WIN2000_KB818043,
    XP_SP2,
)
from tests.pair.peers.ppp_end import IP, PppEnd
from tests.pair.peers.ppp_windows import EapFirstServer, WindowsPpp


def lcp_options(requests: list[bytes]) -> list[set[int]]:
    """The kinds in each LCP request that an end was shown."""
    return [set(_kinds(request)) for request in requests]


def _kinds(data: bytes) -> list[int]:
    kinds = []
    while data:
        kinds.append(data[0])
        data = data[data[1] :]
    return kinds


def server_end(world: World) -> PppEnd:
    end = world.server.line.ppp
    assert end is not None
    return end


# L2TP


@pytest.mark.parametrize("vendor", [b"Deterministic Networks Inc.", b"somebody else"])
def test_only_msl2tp_gets_in_without_a_host_name(vendor: bytes) -> None:
    """A strict server says "specify your hostname", and the user reads error 629."""
    world = old_world()
    box = place(world, replace(WIN98_MSL2TP, lac=replace(WIN98_MSL2TP.lac, vendor=vendor)))
    world.net.send(box.dial(world.net.now))
    world.net.run_for(5.0)
    refused = [text for what, _, _, text in box.lac.ended if what == "StopCCN"]
    known = vendor.startswith(b"Deterministic")
    assert (box.up, refused) == (known, [] if known else ["SCCRQ without host name"])


def test_msl2tp_ends_its_call_and_its_tunnel_though_it_names_them_by_our_ids() -> None:
    """Its CDN and StopCCN carry the receiver's ids where its own belong (XL control.c)."""
    world = old_world()
    box = call_up(world, WIN98_MSL2TP)
    assert "closes L2TP with our ids" in view(world).quirks
    world.net.send(box.hang_up(world.net.now))
    world.net.run_for(1.0)
    assert world.core.sessions == {}
    [leg] = world.core.clients.legs.values()
    assert "wrong_assigned_id" not in leg.lns.counters
    world.net.run_for(60.0)
    assert leg.lns.idle


# PPP


@pytest.mark.parametrize(
    ("mtu", "esp", "asked"),
    [(1500, ESP_3DES_SHA, 1414), (1500, ESP_AES128_SHA, 1410), (1400, ESP_3DES_SHA, 1410)],
    ids=["3des", "aes", "small link"],
)
def test_msl2tp_is_never_asked_for_less_than_its_smallest_mru(
    mtu: int, esp: Esp, asked: int
) -> None:
    """1410 is the "lowest possible for MSL2TP"; rather are packets cut than that it gives up."""
    world = old_world(mtu=mtu)
    box = call_up(world, replace(WIN98_MSL2TP, ike=replace(WIN98_MSL2TP.ike, esp=(esp,))))
    assert box.errors == []
    [shown] = set(box.ppp.requests)
    assert shown[shown.index(b"\1\4") :][2:4] == pack("!H", asked)
    assert ("MRU not below 1410" in view(world).quirks) is (asked == 1410)


def test_others_are_asked_for_what_fits() -> None:
    world = old_world(mtu=1400)
    box = call_up(world, XP_SP2)
    [shown] = set(box.ppp.requests)
    assert shown[shown.index(b"\1\4") :][2:4] == pack("!H", 1318)


@pytest.mark.parametrize("eap", ["naks", "stumbles"])
def test_msl2tp_comes_up_at_a_server_that_asks_for_eap_first(eap: str) -> None:
    world = old_world()
    world.server.ppp = lambda _: EapFirstServer(b"srvr", bytes((10, 1, 0, 1)), gives=bytes(4))
    kind = replace(WIN98_MSL2TP, ppp=replace(WIN98_MSL2TP.ppp, eap=eap))
    box = call_up(world, kind)
    assert box.errors == []
    assert "EAP declined for it" in view(world).quirks
    server = server_end(world)
    assert isinstance(server, EapFirstServer)
    assert server.asked == [b"\3\4\xc2\x27", b"\3\5\xc2\x23\x81"]


def test_windows_xp_settles_eap_with_its_server_by_itself() -> None:
    world = old_world()
    world.server.ppp = lambda _: EapFirstServer(b"srvr", bytes((10, 1, 0, 1)), gives=bytes(4))
    box = call_up(world, XP_SP2)
    assert box.up
    assert isinstance(box.ppp, WindowsPpp)
    assert box.ppp.refused_eap
    assert "EAP declined for it" not in view(world).quirks


def test_an_owner_who_says_what_a_machine_is_turns_its_kindnesses_on_and_off() -> None:
    """Where the gateway goes wrong, or an open question is answered at a site."""
    for system, errors in (("windows-2000", ["was asked for EAP"]), ("msl2tp", [])):
        world = meet(client_entry(ike=IKE, esp=ESP, system=system))
        world.server.ppp = lambda _: EapFirstServer(b"srvr", bytes((10, 1, 0, 1)), gives=bytes(4))
        kind = replace(WIN98_MSL2TP, ppp=replace(WIN98_MSL2TP.ppp, eap="stumbles"))
        box = place(world, kind)
        world.net.send(box.dial(world.net.now))
        world.net.run_for(10.0)
        assert box.errors == errors


@pytest.mark.parametrize("kind", [WIN2000, XP_SP2], ids=["2000", "xp sp2"])
def test_callback_and_multilink_never_reach_the_server(kind: Kind) -> None:
    """Odd CBCP crashes RASMAN of NT 3.51 (Q170063); nobody can be called back by a tunnel."""
    world = old_world()
    box = call_up(world, kind)
    assert lcp_options(server_end(world).requests) == [{1, 5, 7, 8}]
    assert set(dict(kind.ppp.options)) & {13, 17, 23}
    assert "callback and multilink declined" in view(world).quirks
    assert box.errors == []


def test_no_frame_goes_back_to_where_it_came_from() -> None:
    """Windows 2000 takes its own magic number for a loop, and gives up."""
    world = old_world()
    box = call_up(world, WIN2000)
    for number in range(20):
        say(world, box, number)
        world.net.run_for(0.5)
    assert heard(world, box) == (list(range(20)), list(range(20)))
    assert box.errors == []


def test_a_client_that_speaks_no_compression_says_so_to_the_server_itself() -> None:
    world = old_world()
    box = call_up(world, XP_SP2)
    ask = b"\xff\x03\x80\xfd" + pack("!BBH", 1, 9, 10) + b"\x12\6\0\0\0\x60"
    world.net.send(world.server.say(world.server.line, [ask]))
    world.net.run_for(1.0)
    assert view(world).state == "up"
    assert box.errors == []


def test_echoes_that_nobody_answers_are_told() -> None:
    world = old_world()
    box = call_up(world, XP_SP2)
    world.net.leave(box)
    for number in range(5):
        echo = b"\xff\x03\xc0\x21" + pack("!BBH", 9, number, 8) + b"srvr"
        world.net.send(world.server.say(world.server.line, [echo]))
        world.net.run_for(5.0)
    [trouble] = world.facts(What.TROUBLE)
    assert "the client has not answered 3 LCP echoes" in trouble.details["what"]


# IKE


@pytest.mark.parametrize("kind", [WIN2000, WIN2000_KB818043, XP_SP2], ids=lambda kind: kind.name)
def test_a_commit_bit_and_what_follows_it_change_nothing(kind: Kind) -> None:
    world = old_world()
    box = call_up(world, replace(kind, ike=replace(kind.ike, commit=True)))
    for _ in range(3):
        world.net.send(box.rekey_pair(world.net.now))
        world.net.run_for(40.0)
    assert "commit bit" in view(world).quirks
    assert world.core.clients.ike.counters["fourth quick mode message"] == 4
    assert world.core.clients.ike.counters["replayed"] == 0
    say(world, box, 1)
    world.net.run_for(1.0)
    assert heard(world, box) == ([1], [1])


@pytest.mark.parametrize("port", [0, 1701])
@pytest.mark.parametrize("fqdn", ["", "old-w2k"], ids=["address", "host name"])
@pytest.mark.parametrize("lone", [False, True], ids=["two", "one"])
def test_selectors_may_be_whatever_old_windows_makes_of_them(
    port: int, fqdn: str, lone: bool
) -> None:
    world = old_world()
    ike = replace(WIN2000_KB818043.ike, server_port=port, fqdn=fqdn, lone_selector=lone)
    box = call_up(world, replace(WIN2000_KB818043, ike=ike))
    say(world, box, 1)
    world.net.run_for(1.0)
    assert heard(world, box) == ([1], [1])
    quirks = set(view(world).quirks)
    assert ("any port of ours (17/0)" in quirks) is (port == 0)
    assert ("host name in quick mode" in quirks) is (bool(fqdn) and not lone)
    assert ("one selector in quick mode" in quirks) is lone


def test_a_responder_lifetime_of_the_client_changes_nothing() -> None:
    world = old_world()
    box = call_up(world, XP_SP2)
    life = isakmp.attribute(1, 1) + isakmp.attribute(2, 60, long=True)
    spi = box.ike.pairs[-1].spi_in
    told = isakmp.notify(isakmp.ESP, spi, 24576, life)
    world.net.send(box.ike.inform([(isakmp.NOTIFY, told)]))
    world.net.run_for(120.0)
    say(world, box, 1)
    world.net.run_for(1.0)
    assert heard(world, box) == ([1], [1])
    assert len(world.core.clients.by_spi) == 1


def test_contact_behind_a_renewed_main_mode_leaves_the_pair_that_is_used() -> None:
    world = old_world()
    box = call_up(world, WIN98_MSL2TP)
    world.net.send(box.rekey_phase1(world.net.now))
    world.net.run_for(120.0)
    say(world, box, 1)
    world.net.run_for(1.0)
    assert heard(world, box) == ([1], [1])


def test_a_neighbour_of_the_same_kind_and_name_is_another_machine() -> None:
    """Clones behind one NAT: the same host name, the same tunnel id, even the same inner port."""
    world, nat = old_world(), Nat(NAT)
    boxes = [call_up(world, WIN98_MSL2TP, nat=nat, host=f"192.168.1.{n}") for n in (2, 3, 4)]
    assert all(isinstance(box, OldBox) and box.up for box in boxes)
    assert host_bytes(CLIENT) == boxes[0].here
    views = session_views(world.core, world.net.now)
    assert [one.system for one in views] == ["msl2tp"] * 3
    world.net.send(boxes[1].leave(world.net.now))
    world.net.run_for(10.0)
    assert len(world.core.sessions) == 2
    for line, box in ((0, boxes[0]), (2, boxes[2])):
        world.net.send(world.server.send_data(world.server.lines[line], IP, b"for you"))
        world.net.run_for(1.0)
        assert len(box.ppp.got) == 1
