"""Which dials a recording keeps, for how long, and how much of each."""

from gateway.bridge.recorder import (
    AFTERWARDS,
    LONGEST_DIAL,
    LONGEST_MESSAGE,
    MOST_TAKES,
    Recorder,
    Take,
    cut,
)
from gateway.control.recorded import MOST_LINES
from gateway.crypto.cbc import TRIPLE_DES
from gateway.crypto.mac import SHA1
from gateway.ike.keys import Keys
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Datagram, Endpoint
from tests.unit.ike.asker import GATEWAY, PEER, Asker

KEYS = Keys(SHA1, TRIPLE_DES, b"base", b"d", b"a", bytes(24))
ELSEWHERE = Endpoint(host_bytes("203.0.113.66"), 4000)


def first(cookie: bytes = b"cookie_i", peer: Endpoint = PEER) -> Datagram:
    return Datagram(peer, GATEWAY, Asker(cookie_i=cookie).first())


def answer(cookie: bytes = b"cookie_i", peer: Endpoint = PEER) -> Datagram:
    return Datagram(GATEWAY, peer, first(cookie).payload + b"answer")


def recorder(client: str | None = "old-pc", host: bytes | None = None) -> Recorder:
    return Recorder(client, host, until=1000.0)


def proved(made: Recorder, cookie: bytes = b"cookie_i", client: str = "old-pc") -> None:
    made.began(PEER, 7)
    made.proved(cookie, 7, client, KEYS)


def taken(made: Recorder, now: float) -> Take:
    take = made.finished(now)
    assert take is not None
    return take


def test_both_sides_of_a_dial_are_kept_once_each() -> None:
    made = recorder()
    for _ in range(3):
        made.ike(first(), 10.0, by_client=True)
        made.ike(answer(), 10.5, by_client=False)
    proved(made)
    take = taken(made, 10.0 + LONGEST_DIAL)
    assert [(one.by_client, one.when) for one in take.heard] == [(True, 10.0), (False, 10.5)]
    assert (take.dial, take.client, take.began) == (7, "old-pc", 10.0)


def test_what_begins_in_the_middle_is_not_kept() -> None:
    made = recorder()
    made.ike(answer(), 10.0, by_client=False)
    late = first().payload[:8] + b"cookie_r" + first().payload[16:]
    made.ike(Datagram(PEER, GATEWAY, late), 10.0, by_client=True)
    assert not made.dialling(11.0)


def test_another_clients_dial_is_let_go_when_it_shows_who_it_is() -> None:
    made = recorder()
    made.ike(first(), 10.0, by_client=True)
    assert made.dialling(11.0)
    proved(made, client="somebody")
    assert not made.dialling(11.0)
    assert made.finished(1e6) is None


def test_with_the_wanted_dial_found_nobody_elses_is_kept() -> None:
    made = recorder()
    made.ike(first(b"another1", ELSEWHERE), 10.0, by_client=True)
    made.ike(first(), 10.0, by_client=True)
    proved(made)
    made.ike(first(b"another2", ELSEWHERE), 11.0, by_client=True)
    made.ike(answer(), 12.0, by_client=False)
    assert len(taken(made, 500.0).heard) == 2


def test_only_the_wanted_address_is_heard_and_needs_no_proof() -> None:
    made = recorder(None, PEER.host)
    made.ike(first(b"another1", ELSEWHERE), 10.0, by_client=True)
    made.ike(first(), 10.0, by_client=True)
    made.began(PEER, 9)
    assert made.finished(10.0 + LONGEST_DIAL - 1.0) is None
    take = taken(made, 10.0 + LONGEST_DIAL)
    assert (take.peer, take.dial, take.client, take.keys) == (PEER, 9, "", None)


def test_a_dial_is_over_a_little_after_its_session_has_opened() -> None:
    made = recorder()
    made.ike(first(), 10.0, by_client=True)
    proved(made)
    made.opened(8, 20.0)
    made.opened(7, 30.0)
    assert made.finished(30.0 + AFTERWARDS - 0.5) is None
    assert made.finished(30.0 + AFTERWARDS) is not None


def test_what_is_said_inside_is_kept_of_the_dial_that_is_proved() -> None:
    made = recorder()
    made.ike(first(), 10.0, by_client=True)
    made.began(PEER, 7)
    made.inside(7, "l2tp", b"too early", 11.0, by_client=True)
    made.proved(b"cookie_i", 7, "old-pc", KEYS)
    made.inside(8, "l2tp", b"another's", 12.0, by_client=True)
    made.inside(7, "ppp", b"a frame", 13.0, by_client=False)
    heard = taken(made, 500.0).heard
    assert [(one.layer, one.data) for one in heard[1:]] == [("ppp", b"a frame")]


def test_memory_is_bounded_whoever_dials_and_however_long() -> None:
    made = recorder()
    for number in range(MOST_TAKES + 5):
        made.ike(first(b"cookie%02d" % number), 10.0, by_client=True)
    assert len(made._takes) == MOST_TAKES
    made.ike(first(), 11.0, by_client=True)
    proved(made)
    for number in range(MOST_LINES + 5):
        made.inside(7, "ppp", b"%d" % number, 12.0, by_client=True)
    made.inside(7, "ppp", bytes(LONGEST_MESSAGE + 1), 12.0, by_client=True)
    assert len(taken(made, 500.0).heard) == MOST_LINES


def test_dials_of_long_ago_make_room_before_others() -> None:
    made = recorder()
    made.ike(first(b"ancient1"), 10.0, by_client=True)
    made.ike(first(b"younger1"), 10.0 + LONGEST_DIAL + 1.0, by_client=True)
    assert list(made._takes) == [b"younger1"]


def test_nothing_secret_is_shown_of_a_take() -> None:
    made = recorder()
    made.ike(first(), 10.0, by_client=True)
    proved(made)
    shown = repr(taken(made, 500.0))
    assert "Keys" not in shown
    assert "heard" not in shown


def test_messages_become_lines_with_their_time_and_ports() -> None:
    made = recorder(None, PEER.host)
    made.ike(first(), 10.0, by_client=True)
    made.ike(Datagram(PEER, GATEWAY, b"cookie_i" + b"no message"), 10.1, by_client=True)
    [line] = cut(taken(made, 500.0))
    assert (line.ms, line.by_client, line.layer, line.what) == (0, True, "ike", "main 1 clear")
    assert (line.port, line.source) == (500, 500)


def test_a_port_that_a_nat_has_made_up_is_not_told() -> None:
    made = recorder(None, ELSEWHERE.host)
    made.ike(first(peer=ELSEWHERE), 10.0, by_client=True)
    [line] = cut(taken(made, 500.0))
    assert line.source == 0


def test_who_never_proves_anything_is_not_waited_for() -> None:
    made = recorder()
    made.ike(first(), 10.0, by_client=True)
    assert made.dialling(10.0 + LONGEST_DIAL - 1.0)
    assert not made.dialling(10.0 + LONGEST_DIAL)
    assert made.finished(1e6) is None
