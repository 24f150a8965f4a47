"""When a server is called, and for whom it has to wait."""

from gateway.bridge.pacing import (
    APART,
    FORGOTTEN,
    FREE,
    LONG_WAIT,
    LONGEST_REST,
    MOST_CLIENTS,
    MOST_SERVERS,
    MOST_WAITING,
    NETBEUI_REST,
    REST,
    SHORT,
    Pacer,
)
from gateway.wire.udp import Endpoint

SERVER = Endpoint(bytes((192, 0, 2, 20)), 1723)
PC = ("pc", "192.168.1.2")
OTHER = Endpoint(bytes((192, 0, 2, 21)), 1723)
LONG = 10 * SHORT


def ended(pacer: Pacer, seconds: float, now: float, netbeui: bool = False) -> None:
    pacer.ended(SERVER, PC, seconds, netbeui, now)


def rest(pacer: Pacer, now: float) -> float:
    """For how long this client would have to wait."""
    turn = pacer.turn(SERVER, PC, now)
    assert turn is not None
    return turn - now


def test_calls_to_one_server_are_some_way_apart_and_others_do_not_wait() -> None:
    pacer = Pacer()
    turns = [pacer.turn(SERVER, (f"pc-{number}", ""), 100.0) for number in range(4)]
    assert turns == [100.0 + number * APART for number in range(4)]
    assert pacer.turn(OTHER, PC, 100.0) == 100.0
    assert pacer.turn(SERVER, PC, 200.0) == 200.0


def test_as_many_wait_as_may_and_the_next_is_told_so() -> None:
    pacer = Pacer()
    turns = [pacer.turn(SERVER, PC, 100.0) for _ in range(MOST_WAITING + 1)]
    assert None not in turns[:-1]
    assert turns[-1] is None
    assert pacer.turn(SERVER, PC, 101.0) is not None


def test_nobody_waits_for_so_long_that_windows_gives_up() -> None:
    """KB325034: after sixty seconds, of which IKE, L2TP and PPP need some, over a slow line."""
    assert MOST_WAITING * APART <= 40.0


def test_where_many_wait_another_server_comes_first() -> None:
    pacer, third = Pacer(), Endpoint(bytes((192, 0, 2, 22)), 1723)
    for _ in range(int(LONG_WAIT / APART)):
        assert pacer.in_order([SERVER, OTHER, third], 100.0) == [SERVER, OTHER, third]
        pacer.turn(SERVER, PC, 100.0)
    assert pacer.in_order([SERVER, OTHER, third], 100.0) == [OTHER, third, SERVER]
    for _ in range(MOST_WAITING):
        pacer.turn(OTHER, PC, 100.0)
        pacer.turn(third, PC, 100.0)
    assert pacer.in_order([third, OTHER, SERVER], 100.0) == [SERVER, third, OTHER]
    assert pacer.in_order([SERVER, OTHER, third], 160.0) == [SERVER, OTHER, third]


def test_a_server_rests_after_each_call_of_a_client_longer_after_netbeui() -> None:
    pacer = Pacer()
    ended(pacer, LONG, 100.0)
    assert rest(pacer, 100.0) == REST
    ended(pacer, LONG, 200.0, netbeui=True)
    assert rest(pacer, 200.0) == NETBEUI_REST


def test_a_machine_does_not_rest_for_another_of_the_same_name() -> None:
    pacer = Pacer()
    ended(pacer, LONG, 100.0)
    assert pacer.turn(SERVER, ("pc", "192.168.1.3"), 100.0) == 100.0


def test_who_calls_and_hangs_up_in_a_loop_waits_longer_and_longer() -> None:
    pacer, now, waits = Pacer(), 100.0, []
    for _ in range(12):
        ended(pacer, 1.0, now)
        waits.append(rest(pacer, now))
        now += LONGEST_REST + 1.0
    assert waits[:FREE] == [REST] * FREE
    assert waits[FREE : FREE + 4] == [2.0, 4.0, 8.0, 16.0]
    assert waits[-1] == LONGEST_REST
    ended(pacer, LONG, now)
    assert rest(pacer, now) == REST


def test_what_is_remembered_is_bounded() -> None:
    pacer = Pacer()
    for number in range(MOST_CLIENTS + 100):
        pacer.ended(SERVER, (f"pc-{number}", ""), 1.0, netbeui=False, now=100.0)
    for number in range(MOST_SERVERS + 100):
        server = Endpoint(number.to_bytes(4), 1723)
        pacer.turn(server, PC, 100.0)
    assert len(pacer._habits) == MOST_CLIENTS
    assert len(pacer._next) == MOST_SERVERS


def test_what_was_long_ago_is_forgotten() -> None:
    pacer = Pacer()
    for number in range(FREE + 5):
        ended(pacer, 1.0, 100.0 + number)
    assert rest(pacer, 105.0 + FREE) > REST
    later = 100.0 + LONGEST_REST + FORGOTTEN + 100.0
    ended(pacer, 1.0, later)
    assert rest(pacer, later) == REST
