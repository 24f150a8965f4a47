"""How a client's call is put through, and that every way by which it is found ends with it."""

from gateway.bridge.l2tp_leg import L2tpLeg
from gateway.bridge.pptp_leg import PptpLeg
from gateway.outputs import What
from tests.pair.gateway_world import client_entry
from tests.pair.gateway_world import meet as meet_pptp
from tests.pair.native_world import meet


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
