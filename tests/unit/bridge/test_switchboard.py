"""How a client's call is put through, and that every way by which it is found ends with it."""

from gateway.bridge.l2tp_leg import L2tpLeg
from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.switchboard import Switchboard
from gateway.outputs import What
from tests.pair.gateway_world import client_entry
from tests.pair.gateway_world import meet as meet_pptp
from tests.pair.native_world import meet
from tests.pair.net import seeded


def test_a_route_says_what_the_leg_speaks() -> None:
    pptp = meet_pptp()
    pptp.call_up()
    (session,) = pptp.core.sessions.values()
    assert isinstance(session.inside, PptpLeg)
    board = pptp.core.board
    assert board.by_call_id[session.inside.call_id] is session
    assert board.by_key[session.inside.key] is session
    native = meet()
    native.dial_one()
    (session,) = native.core.sessions.values()
    assert isinstance(session.inside, L2tpLeg)
    assert native.core.board.by_leg == {session.inside: session}


def test_nothing_is_put_through_while_there_is_a_reason_against_all() -> None:
    world = meet_pptp()
    world.core.board.refusal = "the gateway is being stopped"
    client = world.join()
    world.dial(client)
    assert not client.up
    assert world.facts(What.REFUSED)[0].details["reason"] == "the gateway is being stopped"


def test_a_client_without_a_route_is_refused() -> None:
    world = meet_pptp(client_entry(route="nowhere"))
    client = world.join()
    world.dial(client)
    assert world.facts(What.REFUSED)[0].details["reason"] == "the client has no route any more"


def test_a_session_that_lives_is_not_forgotten() -> None:
    world = meet_pptp()
    world.call_up()
    (session,) = world.core.sessions.values()
    world.core.board.settle(session, world.net.now)
    assert session in world.core.sessions.values()


def test_of_a_session_that_is_over_nothing_is_left() -> None:
    world = meet()
    client = world.dial_one()
    world.net.send(client.hang_up(world.net.now))
    world.net.run_for(5.0)
    board = world.core.board
    assert not any((board.sessions, board.by_call, board.by_leg, board._routes, board._left))


def test_a_server_of_a_session_that_is_gone_is_nobodys() -> None:
    world = meet()
    world.dial_one()
    (session,) = world.core.sessions.values()
    board = world.core.board
    board._routes.clear()
    assert board.after_failure(session, "gone", False, 0.0) == (None, [])
    assert board.note_answered(session, 0.0) == []


def test_a_call_of_an_earlier_process_is_found_by_all_its_names_again() -> None:
    world = meet_pptp()
    world.call_up()
    (session,) = world.core.sessions.values()
    assert isinstance(session.inside, PptpLeg)
    called = session.inside.kept()
    assert called is not None
    board = Switchboard(world.core.config, seeded(1), lambda: 1)
    leg, route = board.pptp_leg(called), board.route_of(called, "nt4")
    assert route is not None
    session.inside = leg
    board.take_up(session, route)
    assert board.sessions == {session.number: session}
    assert board.by_call == {(session.leg, session.call): session}
    assert (board.by_key, board.by_call_id) == ({leg.key: session}, {leg.call_id: session})
    assert board._next_key() == leg.key + 1


def test_a_route_is_that_of_a_call_only_if_it_leads_to_the_same_server() -> None:
    world = meet_pptp()
    world.call_up()
    (session,) = world.core.sessions.values()
    assert isinstance(session.inside, PptpLeg)
    called = session.inside.kept()
    assert called is not None
    board = world.core.board
    assert board.route_of(called, "nt4") is not None
    assert board.route_of(called, "other") is None
    assert board.route_of(called, "nowhere") is None
    assert meet().core.board.route_of(called, "w2k") is None
