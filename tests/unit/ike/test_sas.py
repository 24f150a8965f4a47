"""The tables of SAs, and that nothing in them outlives its use."""

from dataclasses import replace

from gateway.ike.events import PairClosed, Phase1Closed, Reason
from gateway.ike.numbers import LOWEST_SPI
from gateway.ike.peers import MOST_PAIRS, MOST_PHASES, Peer
from gateway.ike.places import Places
from gateway.ike.sas import Sas
from gateway.ike.steps import Step
from gateway.ike.vendors import DPD
from gateway.wire.udp import Endpoint
from tests.unit.ike.asker import PEER, PSK, Asker, Meeting, credential, meet, policy


def opened(*hosts: int) -> Meeting:
    """A half-open phase 1 from each host, with handles from 1."""
    meeting = meet(half_open=100, half_open_per_source=100)
    for number, host in enumerate(hosts):
        meeting.asker = Asker(
            cookie_i=bytes((9,) * 7 + (number,)), peer=Endpoint(bytes((10, 0, 0, host)), 500)
        )
        meeting.give(meeting.asker.first())
    return meeting


def go(
    meeting: Meeting,
    host: int,
    *,
    in_all: int = 100,
    per_source: int = 100,
    known: tuple[int, ...] = (),
) -> list[int]:
    rules = replace(policy(), half_open=in_all, half_open_per_source=per_source)
    places = Places()
    for seen in known:
        places.see("old-pc", bytes((10, 0, 0, seen)))
    return [phase.sa for phase in meeting.ike.sas.make_room(rules, bytes((10, 0, 0, host)), places)]


def test_within_the_limits_nobody_goes() -> None:
    assert go(opened(1, 2, 3), 1, in_all=4, per_source=2) == []


def test_the_oldest_of_all_makes_room() -> None:
    meeting = opened(1, 2, 3)
    assert go(meeting, 4, in_all=3) == [1]
    assert set(meeting.ike.sas.half_open) == {2, 3}


def test_the_oldest_of_the_same_address_makes_room_before_others_must() -> None:
    assert go(opened(1, 2, 2), 2, in_all=3, per_source=2) == [2]


def test_who_has_shown_that_he_receives_stays_longer() -> None:
    meeting = opened(1)
    first = meeting.asker
    first.take_second(meeting.give_for(first.first()))
    meeting.give(first.third())
    meeting.asker = Asker(cookie_i=b"another1", peer=Endpoint(bytes((10, 0, 0, 2)), 500))
    meeting.give(meeting.asker.first())
    assert go(meeting, 3, in_all=2) == [2]
    assert go(meeting, 3, in_all=1) == [1]


def tables(sas: Sas) -> list[int]:
    return [
        len(table)
        for table in (
            sas.phases,
            sas.openings,
            sas.half_open,
            sas.quicks,
            sas.pairs,
            sas.peers,
            sas.timers,
            sas._half_open_by_host,
        )
    ]


def test_nothing_is_left_of_what_was_closed() -> None:
    meeting = meet()
    meeting.main_mode()
    meeting.quick_mode(7)
    meeting.give(meeting.asker.quick(8))  # and one that is not confirmed
    meeting.ike.close(1, 0.0)
    assert tables(meeting.ike.sas) == [0] * 8


def test_nothing_is_left_of_what_expired() -> None:
    meeting = meet()
    meeting.main_mode()
    meeting.quick_mode(7)
    meeting.give(Asker(cookie_i=b"half way").first())
    events = meeting.ike.handle_timeout(30000.0)
    assert [type(event) for event in events][-2:] == [PairClosed, Phase1Closed]
    assert tables(meeting.ike.sas) == [0] * 8


def test_a_pair_outlives_its_phase_1_and_keeps_its_handle() -> None:
    meeting = meet()
    meeting.main_mode()
    ready = meeting.quick_mode(7)
    (phase,) = meeting.ike.sas.phases.values()
    meeting.ike.sas.close_phase(phase, "test")
    assert meeting.ike.close(1, 0.0) == [
        PairClosed(1, ready.spi_in, ready.spi_out, "closed by the gateway")
    ]


def test_a_pair_whose_phase_1_is_gone_is_not_asked_for_any_more() -> None:
    meeting = meet()
    meeting.main_mode()
    meeting.give(meeting.asker.quick(7))
    (phase,) = meeting.ike.sas.phases.values()
    meeting.ike.sas.close_phase(phase, "test")
    assert meeting.ike.sas.quicks == {}
    assert meeting.ike.handle_timeout(60.0) == []
    assert len(meeting.ike.sas.pairs) == 1


def test_a_clients_pairs_are_bounded() -> None:
    meeting = meet()
    meeting.main_mode()
    for message_id in range(1, MOST_PAIRS + 2):
        meeting.quick_mode(message_id)
    assert len(meeting.ike.sas.pairs) == MOST_PAIRS
    (closed,) = meeting.of(PairClosed)
    assert isinstance(closed, PairClosed)
    assert closed.reason == "too many of one client"


def test_a_clients_phase_1s_are_bounded() -> None:
    meeting = meet()
    for number in range(MOST_PHASES + 1):
        meeting.asker = Asker(cookie_i=bytes((1,) * 7 + (number,)))
        meeting.main_mode()
    assert len(meeting.ike.sas.phases) == MOST_PHASES
    assert meeting.of(Phase1Closed) == [Phase1Closed(1, "too many of one client")]


def test_one_name_has_a_bounded_number_of_clients_and_the_longest_silent_goes() -> None:
    meeting = meet(clients_per_credential=2)
    askers = [
        Asker(cookie_i=b"cookie_%d" % port, peer=Endpoint(PEER.host, port)) for port in (1, 2, 3)
    ]
    for now, meeting.asker in enumerate(askers[:2]):
        meeting.main_mode(now=float(now))
        meeting.quick_mode(7, now=float(now))
    meeting.ike.note_alive(1, 5.0)
    meeting.asker = askers[2]
    meeting.main_mode(now=6.0)
    assert len(meeting.of(PairClosed)) == 1
    assert meeting.of(Phase1Closed) == [Phase1Closed(2, "too many clients of this name")]
    assert set(meeting.ike.sas.peers) == {1, 3}


def test_clients_of_another_name_do_not_count() -> None:
    meeting = meet(policy(credential(), credential("other", b"other")), clients_per_credential=1)
    for asker in (Asker(), Asker(psk=b"other", cookie_i=b"another1")):
        meeting.asker = asker
        meeting.main_mode()
    assert meeting.of(Phase1Closed) == []


def test_spis_and_cookies_are_free_and_lawful_whatever_chance_gives() -> None:
    meeting = meet()
    meeting.main_mode()
    meeting.quick_mode(7)
    sas = meeting.ike.sas
    (spi,) = sas.pairs
    assert sas.free_spi(lambda n: spi.to_bytes(n, "big")) == spi + 1
    assert sas.free_spi(bytes) == LOWEST_SPI
    (phase,) = sas.phases.values()
    after = (int.from_bytes(phase.cookie_r, "big") + 1).to_bytes(8, "big")
    assert sas.free_cookie(phase.cookie_i, lambda _: phase.cookie_r) == after
    assert sas.free_cookie(b"cookie_i", bytes) == b"\0\0\0\0\0\0\0\1"


def test_two_that_prove_to_be_one_have_all_that_both_had_the_newest_last() -> None:
    meeting = meet()
    meeting.main_mode()
    old = meeting.quick_mode(7)
    meeting.asker = Asker(cookie_i=b"a newer1", peer=Endpoint(PEER.host, 501))
    meeting.main_mode(now=5.0)
    new = meeting.quick_mode(7, now=5.0)
    sas = meeting.ike.sas
    first, second = dict.fromkeys(sas.peers.values())
    assert sas.like(first) == [second]
    sas.join(second, first)
    assert set(map(id, sas.peers.values())) == {id(second)}
    assert [phase.sa for phase in second.phases] == [1, 2]
    assert list(second.pairs) == [old.spi_in, new.spi_in]
    assert first.gone
    assert sas.like(second) == []


def test_two_that_prove_to_be_one_are_known_by_the_newer_key() -> None:
    """A key may be replaced between the one and the other."""
    meeting = meet(policy(credential(psk=b"the new one"), replace(credential(), old=True)))
    meeting.main_mode()
    meeting.asker = Asker(cookie_i=b"a newer1", peer=Endpoint(PEER.host, 501), psk=b"the new one")
    meeting.main_mode()
    first, second = dict.fromkeys(meeting.ike.sas.peers.values())
    meeting.ike.sas.join(first, second)
    assert first.psk == b"the new one"


def test_two_that_prove_to_be_one_live() -> None:
    """Or the questions that the one did not answer would end it."""
    first, second = (Peer("old-pc", "192.168.1.2", PEER, alive=when) for when in (10.0, 90.0))
    first.asked = 5
    Sas().join(first, second)
    assert (first.asked, first.alive) == (0, 90.0)


def test_nothing_is_left_of_two_that_were_joined() -> None:
    meeting = meet(asker=Asker(vendors=(DPD,)))
    meeting.main_mode()
    meeting.asker = Asker(vendors=(DPD,), cookie_i=b"a newer1", peer=Endpoint(PEER.host, 501))
    meeting.main_mode()
    meeting.quick_mode(7)
    meeting.ike.join(2, 1)
    meeting.ike.join(2, 1)  # they are one by now
    meeting.ike.join(99, 1)
    for handle in (1, 2):
        meeting.ike.close(handle, 0.0)
    assert tables(meeting.ike.sas) == [0] * 8


def test_who_is_held_for_wrong_keys_makes_room_before_who_is_not() -> None:
    meeting = opened(1, 2)
    first, second = meeting.ike.sas.half_open.values()
    first.step = second.step = Step.AWAIT_AUTH
    second.held = Reason.TOO_MANY_GUESSES
    assert go(meeting, 3, in_all=2) == [2]


def test_a_client_is_known_by_the_key_it_has_shown_last() -> None:
    meeting = meet()
    meeting.main_mode()
    (peer,) = meeting.ike.peers()
    assert peer.psk == PSK
    assert repr(PSK) not in repr(peer)


def test_who_answers_and_then_stays_leaves_a_quarter_to_newcomers() -> None:
    """Else a newcomer would go at the very next message, before it could answer."""
    meeting = opened(*range(1, 9))
    phases = list(meeting.ike.sas.half_open.values())
    for phase in phases[:6]:
        phase.step = Step.AWAIT_AUTH
    assert go(meeting, 9, in_all=8) == [1]
    phases[5].step = Step.AWAIT_KEY
    assert go(meeting, 9, in_all=7) == [6]


def test_from_where_a_client_was_seen_nobody_goes_before_strangers() -> None:
    meeting = opened(1, 2, 3)
    assert go(meeting, 4, in_all=3, known=(1, 2)) == [3]
    assert go(meeting, 4, in_all=2, known=(1, 2)) == [1]


def test_an_spi_can_be_asked_for_by_its_low_bits() -> None:
    sas = Sas()
    assert sas.free_spi(lambda n: b"\x12\x34\x56\x78", 3) == 0x1234567B
    assert sas.free_spi(lambda n: b"\xff" * n, 7) == 0xFFFFFFFF
    assert sas.free_spi(bytes, 5) == LOWEST_SPI + 5
    assert sas.low_bits(1) is None
