"""A key per machine: a new one, the old one for a while, none any more; and nobody else notices."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from gateway.bridge.views import session_views, with_notices
from gateway.control.config import Client
from gateway.control.explain import sentence
from gateway.control.sessions import StatusView
from gateway.control.values import network
from gateway.control.values_client import identity
from gateway.outputs import What
from tests.pair.gateway_world import NAT, TODAY, World, client_entry, configure, meet
from tests.pair.nat import Nat
from tests.pair.peers.ike_profiles import SAFENET_98
from tests.pair.peers.l2tp_ipsec_client import L2tpIpsecClient
from tests.pair.peers.ppp_end import IP

NO_CONTACT = replace(SAFENET_98, initial_contact="")
BEFORE, AFTER = "the key from before", "the key from now on"
GRACE = TODAY + timedelta(days=14)
ROTATED = client_entry("press", AFTER, psk_old=BEFORE.encode(), psk_old_until=GRACE)
NEIGHBOUR = client_entry("lathe", "the key of the lathe")


def two_behind_one_nat(*, key: str = "the key of the press") -> World:
    """The press first, then the lathe; both up."""
    world, nat = meet(client_entry("press", key), NEIGHBOUR), Nat(NAT)
    for host, psk in (("192.168.1.2", key), ("192.168.1.3", "the key of the lathe")):
        world.dial(world.join(NO_CONTACT, host=host, nat=nat, psk=psk), 5.0)
    assert [client.up for client in world.clients] == [True, True]
    return world


def reload(world: World, *clients: Client) -> None:
    world.ask(world.core.reload(configure(*clients), world.net.now))
    world.net.run_for(2.0)


def turn_to(world: World, today: date) -> None:
    world.ask(world.core.tell_date(today, world.net.now))
    world.net.run_for(2.0)


def dial(world: World, psk: str, host: str = "192.168.1.77") -> L2tpIpsecClient:
    """A new machine at a NAT of its own; it may come up or not."""
    nat = Nat(f"203.0.113.{100 + len(world.clients)}")
    client = world.join(host=host, nat=nat, psk=psk)
    world.dial(client)
    return client


def still_carries(world: World, client: L2tpIpsecClient, line: int) -> bool:
    """Whether a frame goes both ways."""
    got = world.server.lines[line].ppp
    assert got is not None
    world.net.send(world.server.send_data(world.server.lines[line], IP, b"to the client"))
    world.net.send(client.send_data(IP, b"to the server"))
    world.net.run_for(1.0)
    ends = (client.ppp.got[-1:], got.got[-1:])
    return [end[0][24:] for end in ends if end] == [b"to the client", b"to the server"]


def refusals(world: World) -> list[str]:
    return [sentence(fact) for fact in world.facts(What.REFUSED)]


def reasons(world: World) -> list[str]:
    return [fact.details["reason"] for fact in world.facts(What.PUT_OUT)]


# rotation


def test_during_the_grace_either_key_opens_and_the_account_says_which() -> None:
    world = meet(ROTATED)
    old, new = dial(world, BEFORE), dial(world, AFTER, "192.168.1.78")
    assert (old.up, new.up) == (True, True)
    assert [fact.details["key"] for fact in world.facts(What.KEY_USED)] == ["old", "new"]
    views = session_views(world.core, world.net.now)
    assert [view.rotation for view in views] == ["old", ""]
    assert {view.client for view in views} == {"press"}


def test_the_status_warns_while_the_old_key_is_in_use() -> None:
    world = meet(ROTATED)
    dial(world, AFTER)
    quiet = with_notices(StatusView(), world.core, world.net.now)
    assert (quiet.warnings, len(quiet.notices)) == ((), 1)
    dial(world, BEFORE, "192.168.1.78")
    [warning] = with_notices(StatusView(), world.core, world.net.now).warnings
    assert "the old key of press holds for 14 days more, until 2026-10-18" in warning
    assert "type the new one in" in warning


def test_a_rotation_leaves_the_machine_and_its_neighbour_up() -> None:
    world = two_behind_one_nat(key=BEFORE)
    reload(world, ROTATED, NEIGHBOUR)
    press, lathe = world.clients
    assert still_carries(world, press, 0)
    assert still_carries(world, lathe, 1)
    world.net.send(press.rekey_pair(world.net.now))
    world.net.run_for(2.0)
    world.net.send(press.rekey_phase1(world.net.now))
    world.net.run_for(60.0)
    assert still_carries(world, press, 0)
    assert world.facts(What.PUT_OUT, What.SESSION_CLOSED) == []
    assert [fact.details["key"] for fact in world.facts(What.KEY_USED)] == ["old"]


def test_the_old_key_holds_to_the_end_of_its_last_day_and_is_refused_on_the_next() -> None:
    world = meet(ROTATED)
    turn_to(world, GRACE)
    assert dial(world, BEFORE).up
    turn_to(world, GRACE + timedelta(days=1))
    late, right = dial(world, BEFORE, "192.168.1.78"), dial(world, AFTER, "192.168.1.79")
    assert (late.up, right.up) == (False, True)
    assert "wrong key" in refusals(world)[-1]


def test_when_the_grace_is_over_who_came_by_the_old_key_is_out_and_who_by_the_new_one_stays() -> (
    None
):
    world = meet(ROTATED)
    old, new = dial(world, BEFORE), dial(world, AFTER, "192.168.1.78")
    turn_to(world, GRACE + timedelta(days=1))
    assert (old.up, new.up) == (False, True)
    assert reasons(world) == ["the key it came in by does not hold any more"]
    assert len(world.core.sessions) == 1


def test_a_machine_that_has_dialled_with_the_new_key_since_is_not_out() -> None:
    world = two_behind_one_nat(key=BEFORE)
    reload(world, ROTATED, NEIGHBOUR)
    press, _ = world.clients
    press.ike.psk = AFTER.encode()
    world.net.send(press.rekey_phase1(world.net.now))
    world.net.run_for(5.0)
    turn_to(world, GRACE + timedelta(days=1))
    assert [client.up for client in world.clients] == [True, True]
    assert [fact.details["key"] for fact in world.facts(What.KEY_USED)] == ["new"]


def test_a_key_replaced_without_grace_is_out_at_once_and_its_neighbour_is_not() -> None:
    """Somebody may have got hold of it: the grace is there for whom it has to keep up."""
    world = two_behind_one_nat()
    reload(world, client_entry("press", AFTER), NEIGHBOUR)
    assert [client.up for client in world.clients] == [False, True]
    assert reasons(world) == ["the key it came in by does not hold any more"]


# revocation


@pytest.mark.parametrize(
    ("after", "why"),
    [
        ([client_entry("press", "the key of the press", revoked=True)], "it is revoked"),
        ([], "it was taken out of the configuration"),
    ],
    ids=["revoked", "taken out"],
)
def test_a_revoked_machine_is_out_at_once_and_its_neighbour_is_not(
    after: list[Client], why: str
) -> None:
    world = two_behind_one_nat()
    reload(world, *after, NEIGHBOUR)
    press, lathe = world.clients
    assert (press.up, lathe.up) == (False, True)
    assert press.lac.ended[-1][0] == "StopCCN"
    assert why in press.lac.ended[-1][3]
    assert press.ike.pairs == []
    assert reasons(world) == [why]
    assert still_carries(world, lathe, 1)
    [closed] = world.facts(What.SESSION_CLOSED)
    assert closed.details["reason"] == why
    assert {leg.client for leg, _ in world.core.clients.by_spi.values()} == {"lathe"}
    world.net.run_for(60.0)
    assert [leg.client for leg in world.core.clients.living()] == ["lathe"]
    assert world.errors() == []


def test_what_a_revoked_machine_still_sends_is_not_heard() -> None:
    world = two_behind_one_nat()
    press, _ = world.clients
    kept = list(press.ike.pairs)
    world.ask(world.core.reload(configure(NEIGHBOUR), world.net.now))
    press.ike.pairs = kept  # it does not care for what it is told
    world.net.send(press.send_udp(bytes(32)))
    world.net.send(press.rekey_pair(world.net.now))
    world.net.send(press.rekey_phase1(world.net.now))
    world.net.run_for(30.0)
    assert {leg.client for leg, _ in world.core.clients.by_spi.values()} == {"lathe"}
    counted = world.core.counters()
    assert counted["esp_no_sa"] > 0
    assert counted["ike_unknown cookies"] > 0
    assert "wrong key" in refusals(world)[-1]


def test_a_revoked_machine_that_dials_is_named_and_one_let_in_again_comes_up() -> None:
    revoked = client_entry("press", BEFORE, revoked=True)
    world = meet(revoked, NEIGHBOUR)
    assert not dial(world, BEFORE).up
    [told] = refusals(world)
    assert "client is revoked (press dialled)" in told
    assert dial(world, "the key of the lathe", "192.168.1.78").up
    reload(world, client_entry("press", BEFORE), NEIGHBOUR)
    assert dial(world, BEFORE, "192.168.1.79").up


def test_where_only_revoked_machines_may_dial_the_first_message_is_refused() -> None:
    world = meet(client_entry("press", BEFORE, revoked=True))
    assert not dial(world, BEFORE).up
    [told] = refusals(world)
    assert "client is revoked" in told


# what is edited stays


@pytest.mark.parametrize(
    "change",
    [
        {"route": "other"},
        {"address": network("192.0.2.99")},
        {"identity": identity("somebody-else")},
        {"ike": ("aes128-sha1-modp2048",), "esp": ("aes256-sha1",)},
    ],
    ids=str,
)
def test_a_machine_whose_entry_is_edited_stays_up(change: dict[str, object]) -> None:
    world = two_behind_one_nat()
    reload(world, client_entry("press", "the key of the press", **change), NEIGHBOUR)
    world.net.run_for(120.0)
    assert still_carries(world, world.clients[0], 0)
    assert reasons(world) == []


def test_a_renamed_machine_is_the_same_machine_also_when_it_renews_its_keys() -> None:
    world = two_behind_one_nat()
    reload(world, client_entry("milling-1", "the key of the press"), NEIGHBOUR)
    press, _ = world.clients
    assert session_views(world.core, world.net.now)[0].client == "milling-1"
    world.net.send(press.rekey_phase1(world.net.now))
    world.net.run_for(2.0)
    world.net.send(press.rekey_pair(world.net.now))
    world.net.run_for(120.0)
    assert still_carries(world, press, 0)
    assert reasons(world) == []
    assert sorted(leg.client for leg in world.core.clients.living()) == ["lathe", "milling-1"]


# identity


def test_a_machine_that_calls_itself_otherwise_than_its_entry_says_is_refused() -> None:
    world = meet(client_entry("press", identity=identity("192.168.1.20")))
    other = world.join(host="192.168.1.77", nat=Nat(NAT))
    world.dial(other)
    assert not other.up
    [told] = refusals(world)
    assert "press must call itself 192.168.1.20, and this one says 192.168.1.77" in told
    right = world.join(host="192.168.1.20", nat=Nat("203.0.113.8"))
    world.dial(right)
    assert right.up
