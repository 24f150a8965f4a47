"""Every figure of the gateway, each provoked by what it counts."""

from gateway.bridge.figures import figures, session_figures
from gateway.control.metrics import OF_GATEWAY, SESSIONS, Sample, grouped
from gateway.wire.ipv4 import build_ipv4, host_bytes
from tests.pair import native_world
from tests.pair.gateway_world import (
    NAT,
    OUTSIDE,
    PSK,
    TODAY,
    World,
    client_entry,
    meet,
)
from tests.pair.nat import Nat
from tests.pair.peers.pptp_server import PptpServer

Labels = dict[str, str]


def samples(world: World) -> list[Sample]:
    return figures(world.core, world.net.now)


def figure(world: World, name: str, **labels: str) -> float:
    """The one sample of this name with these labels."""
    [found] = [one for one in samples(world) if one.name == name and one.labels == labels]
    return found.value


def labels_of(world: World, name: str) -> list[Labels]:
    return [dict(one.labels) for one in samples(world) if one.name == name]


def test_a_gateway_that_nobody_has_dialled_tells_zeros_of_the_families_in_the_table() -> None:
    world = meet()
    told = samples(world)
    assert figure(world, "postern_dials_total") == 0
    assert sum(len(found) for _, found in grouped(told)) == len(told)
    assert {metric.name for metric, _ in grouped(told)} <= {metric.name for metric in OF_GATEWAY}


def test_a_session_is_counted_by_server_way_and_state() -> None:
    world = meet()
    world.call_up()
    natt = world.core.sessions[1].leg.natt
    assert natt
    assert figure(world, "postern_sessions", kind="pptp", natt=natt, state="up") == 1
    assert figure(world, "postern_ike_sas") == figure(world, "ipsec_ike_sas") == 1
    assert figure(world, "postern_dials_total") == 1
    assert figure(world, "postern_sessions_opened_total") == 1
    assert figure(world, "postern_sessions_closed_total") == 0
    assert figure(world, "postern_uptime_seconds") == round(world.net.now - world.core.started, 3)


def test_a_native_server_is_another_kind() -> None:
    world = native_world.meet()
    world.dial_one()
    [labels] = labels_of(world, "postern_sessions")
    assert (labels["kind"], labels["state"]) == ("l2tp", "up")


def test_how_long_a_dial_took_is_in_a_histogram_whose_buckets_add_up() -> None:
    world = meet()
    world.call_up()
    name = "postern_session_setup_seconds"
    assert figure(world, f"{name}_count") == 1
    assert 0.0 < figure(world, f"{name}_sum") < 3.0
    assert figure(world, f"{name}_bucket", le="3.0") == 1
    assert figure(world, f"{name}_bucket", le="+Inf") == 1
    counts = [one.value for one in samples(world) if one.name == f"{name}_bucket"]
    assert counts == sorted(counts)


def test_a_dial_under_way_is_half_open() -> None:
    world = meet(client_entry())
    world.dial(world.join(nat=Nat(NAT)), 0.03)
    assert figure(world, "postern_half_open_ike_sas") == 1
    assert figure(world, "ipsec_half_open_ike_sas") == 1


def test_a_wrong_key_is_a_failure_of_main_mode() -> None:
    world = meet(client_entry())
    world.dial(world.join(nat=Nat(NAT), psk="wrong"), 60.0)
    name = "postern_ike_failures_total"
    assert figure(world, name, phase="main", reason="wrong-key") >= 1


def test_a_server_that_is_busy_is_a_failure_behind_ike() -> None:
    world = meet()
    world.server.pptp = lambda _: PptpServer(result=4)
    world.dial(world.join(nat=Nat(NAT)), 60.0)
    name = "postern_dial_failures_total"
    assert figure(world, name, phase="server", reason="server-busy") == 1


def test_esp_is_counted_both_ways_and_stays_counted_when_its_keys_are_gone() -> None:
    world = meet()
    client = world.call_up()
    for _ in range(5):
        world.net.send(client.send_data(0x21, b"x" * 100))
    world.net.run_for(1.0)
    before = figure(world, "postern_esp_packets_total", direction="in")
    assert before > 5
    assert figure(world, "postern_esp_bytes_total", direction="in") > 500
    assert figure(world, "postern_esp_packets_total", direction="out") > 5
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(1.0)
    world.net.send(client.drop_keys())
    world.net.run_for(60.0)
    assert not world.core.clients.by_spi
    assert figure(world, "postern_esp_packets_total", direction="in") >= before
    assert figure(world, "postern_sessions_closed_total") == 1


def test_a_replay_and_an_unknown_spi_are_drops_by_their_reasons() -> None:
    world = meet()
    client = world.call_up()
    world.net.send([client.replay(client.packets[-1])])
    world.net.run_for(1.0)
    stray = build_ipv4(host_bytes(NAT), host_bytes(OUTSIDE), 50, bytes(range(64)))
    world.core.receive_packet(stray, world.net.now)
    assert figure(world, "postern_esp_drops_total", reason="replay") == 1
    assert figure(world, "postern_esp_drops_total", reason="spi") == 1
    assert figure(world, "postern_esp_drops_total", reason="auth") == 0


def test_what_has_no_family_is_counted_by_its_name() -> None:
    world = meet()
    world.core.receive_packet(b"", world.net.now)
    assert figure(world, "postern_counted_total", what="gateway_not_for_us") == 1
    assert not [one for one in labels_of(world, "postern_counted_total") if " " in one["what"]]


def test_servers_of_a_route_with_several_are_there_or_not() -> None:
    world = native_world.meet(two=True)
    assert len(labels_of(world, "postern_inside_up")) == 2
    [first, _] = world.core.board.servers.known()
    world.core.board.servers.note_down(first.route, first.endpoint, "no answer", world.net.now)
    where = {"route": first.route.name, "server": str(first.endpoint)}
    assert figure(world, "postern_inside_up", **where) == 0
    assert labels_of(meet(), "postern_inside_up") == []


def test_an_old_key_in_use_is_a_warning() -> None:
    entry = client_entry(psk="new", psk_old=PSK.encode(), psk_old_until=TODAY)
    world = meet(entry)
    assert figure(world, "postern_warnings") == 0
    world.call_up()
    assert figure(world, "postern_warnings") == 1


def test_dials_of_a_flood_are_counted_where_they_are_not_told() -> None:
    world = meet(client_entry())
    world.core.clients.untold = 7
    assert figure(world, "postern_strangers_untold_total") == 7


def test_a_thousand_clients_make_no_more_series_than_one() -> None:
    """Low cardinality: clients, peers and users are in no label."""
    one, three = meet(), meet(client_entry(), client_entry("b", "b"), client_entry("c", "c"))
    one.call_up()
    for number, psk in enumerate((PSK, "b", "c")):
        host = f"192.168.1.{10 + number}"
        three.dial(three.join(nat=Nat(f"203.0.113.{10 + number}"), psk=psk, host=host))
    assert len(three.core.sessions) == 3
    assert len(samples(three)) == len(samples(one))


def test_each_session_has_its_own_series_where_they_are_wanted() -> None:
    world = meet()
    world.call_up()
    found = session_figures(world.core, world.net.now)
    assert {metric.name for metric, _ in grouped(found)} == {metric.name for metric in SESSIONS}
    assert {one.labels["client"] for one in found} == {"old-pc"}
    [size] = [one for one in found if one.name == "postern_session_bytes_total"
              and one.labels["direction"] == "in"]  # fmt: skip
    assert size.value > 0
