from gateway.bridge.views import refusals, session_views, with_notices
from gateway.control.days import UNTOLD
from gateway.control.sessions import StatusView
from tests.pair.gateway_world import NAT, TODAY, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.peers.ike_profiles import WIN2000_KB818043
from tests.pair.peers.l2tp_lac import WINDOWS_2000
from tests.pair.peers.pptp_server import PptpServer


def test_a_session_is_dialling_then_up_then_closing() -> None:
    world = meet()
    world.server.pptp = lambda _: PptpServer(silent=frozenset({7, 12, 3}))
    client = world.join(nat=Nat(NAT))
    world.dial(client, 3.0)
    assert [view.state for view in session_views(world.core, world.net.now)] == ["dialling"]
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(1.0)
    assert [view.state for view in session_views(world.core, world.net.now)] == ["closing"]
    world.net.run_for(10.0)
    assert session_views(world.core, world.net.now) == []


def test_a_session_shows_its_age_its_frames_and_what_was_dropped() -> None:
    world = meet()
    client = world.call_up()
    for _ in range(5):
        world.net.send(client.send_data(0x21, b"x"))
    world.net.send([client.replay(client.packets[-1])])
    world.net.run_for(2.0)
    [view] = session_views(world.core, world.net.now)
    assert 10.0 < view.since < 12.0
    assert view.frames_in > 5
    assert view.bytes_in > 5
    assert {name.lower(): count for name, count in view.drops.items()} == {"replay": 1}
    assert (view.ike_suite, view.esp_suite) == ("3des-sha1-modp1024", "3des-sha1")


def test_refusals_are_sentences_with_their_age_the_newest_first() -> None:
    world = meet(client_entry())
    for number, psk in enumerate(("wrong", "wronger")):
        nat = Nat(f"203.0.113.{number + 10}")
        world.dial(world.join(nat=nat, psk=psk, host=f"192.168.2.{number}"), 60.0)
    newest, oldest = (text for text in refusals(world.core, world.net.now) if "key" in text)
    assert "203.0.113.11" in newest
    assert "s ago: " in newest
    assert "203.0.113.10" in oldest
    found = refusals(world.core, world.net.now + 600.0)
    assert all(" min ago: " in text for text in found)


def test_a_session_says_who_it_seems_to_be_and_what_that_took() -> None:
    world = meet(client_entry(), client_entry("told", "another key", system="msl2tp"))
    world.dial(world.join(WIN2000_KB818043, nat=Nat(NAT), lac=WINDOWS_2000))
    [view] = session_views(world.core, world.net.now)
    assert (view.system, view.confidence) == ("windows-2000-kb818043", "certain")
    assert any("KB818043" in why for why in view.why)
    assert "host name in quick mode" in view.quirks
    world.dial(world.join(WIN2000_KB818043, nat=Nat("203.0.113.8"), psk="another key"))
    _, view = session_views(world.core, world.net.now)
    assert (view.system, view.confidence) == ("msl2tp", "told")


def test_what_has_a_last_day_is_in_the_status_with_the_day_it_goes_by() -> None:
    world = meet(client_entry(psk_old=b"before", psk_old_until=TODAY))
    found = with_notices(StatusView(version="1"), world.core, world.net.now)
    assert (found.version, found.today, found.warnings) == ("1", str(TODAY), ())
    [notice] = found.notices
    assert "today for the last time" in notice


def test_before_anybody_has_told_the_day_there_is_none() -> None:
    world = meet(today=UNTOLD)
    assert with_notices(StatusView(), world.core, world.net.now).today == ""
