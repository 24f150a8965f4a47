"""A worker's core: data goes across, everything else to the daemon."""

from dataclasses import replace

from gateway.bridge.worker import TOLD_EVERY, TOLD_SOON
from gateway.paths import (
    Again,
    CallCounted,
    CallPath,
    CallRefused,
    Dropped,
    FrameHeard,
    GreHeard,
    L2tpEnd,
    L2tpHeard,
    LookAt,
    Moved,
    PacketHeard,
    SaCounted,
    SaExpired,
    SendFrame,
    SendL2tp,
    SetCall,
    SetLeg,
    Spoke,
)
from gateway.wire.ipv4 import PROTOCOL_ESP, build_ipv4, host_bytes
from gateway.wire.udp import Endpoint
from tests.unit.bridge.worker_world import (
    CALL,
    ECHO,
    END,
    IN,
    IP_FRAME,
    JOINED,
    KEY,
    KEYS,
    LEG,
    OURS_SPI,
    OUTSIDE,
    PATH,
    PEER,
    PEER_TUNNEL,
    SERVER,
    TUNNEL,
    Between,
    events,
    in_udp,
    packets,
    renewed,
    sa,
)

ELSEWHERE = Endpoint(host_bytes("203.0.113.9"), 61000)


def test_data_goes_across_both_ways_through_the_shield() -> None:
    between = Between().up()
    padded = IP_FRAME + b"padding"
    assert between.at_server(
        between.worker.receive_packet(between.packet(between.message(padded)), 0.0)
    ) == [IP_FRAME]
    found = between.worker.receive_gre(between.gre(), 0.0)
    assert between.at_client(found) == [IP_FRAME]
    assert events(found) == [Spoke(KEY, SERVER)]


def test_a_frame_that_the_shield_refuses_goes_no_further_and_is_counted() -> None:
    between = Between().up()
    broken = IP_FRAME[:-4]
    assert between.worker.receive_packet(between.packet(between.message(broken)), 0.0) == []
    (counted,) = [each for each in between.worker.tell() if isinstance(each, CallCounted)]
    assert (counted.frames_in, counted.drops) == (1, (("shield_length", 1),))


def test_without_a_shield_a_frame_goes_as_it_came() -> None:
    between = Between().up(call=replace(JOINED, shield=None))
    broken = IP_FRAME[:-4]
    found = between.worker.receive_packet(between.packet(between.message(broken)), 0.0)
    assert between.at_server(found) == [broken]
    assert between.at_client(between.worker.receive_gre(between.gre(broken), 0.0)) == [broken]


def test_frames_that_negotiate_and_control_messages_are_the_daemons() -> None:
    between = Between().up()
    echo, control = between.message(ECHO), b"\xc8\x02" + bytes(10)
    for message in (echo, control, b"\x0a\x02" + bytes(12), between.message(IP_FRAME * 60)):
        found = between.worker.receive_packet(between.packet(message), 0.0)
        assert found == [L2tpHeard(LEG, message)]
    found = between.worker.receive_gre(between.gre(ECHO), 0.0)
    assert found == [Spoke(KEY, SERVER), FrameHeard(KEY, ECHO)]


def test_a_message_for_a_call_that_is_not_joined_is_the_daemons() -> None:
    between = Between().up(call=CallPath(END))
    message = between.message()
    assert between.worker.receive_packet(between.packet(message), 0.0) == [L2tpHeard(LEG, message)]
    assert FrameHeard(KEY, IP_FRAME) in between.worker.receive_gre(between.gre(), 0.0)


def test_what_is_of_nobody_here_goes_on_as_it_came_and_comes_back_once_at_most() -> None:
    between = Between().up()
    strange = in_udp((OURS_SPI + 8).to_bytes(4, "big") + bytes(40))
    assert between.worker.receive_packet(strange, 0.0) == [PacketHeard(strange)]
    assert between.worker.carry_out(Again(OURS_SPI + 8, strange), 0.0) == []
    assert between.worker.receive_packet(b"junk", 0.0) == [PacketHeard(b"junk")]
    assert between.worker.receive_gre(b"junk", 0.0) == [GreHeard(b"junk")]


def test_what_the_daemon_gives_back_is_taken() -> None:
    between = Between().up()
    again = Again(OURS_SPI, between.packet(between.message()))
    assert between.at_server(between.worker.carry_out(again, 0.0)) == [IP_FRAME]


def test_esp_in_another_carrier_is_not_taken() -> None:
    between = Between().up()
    payload = between.packet(between.message())[28:]
    plain = build_ipv4(PEER.host, PATH.near, PROTOCOL_ESP, payload)
    assert between.worker.receive_packet(plain, 0.0) == [Dropped(LEG, "encapsulation")]


def test_esp_without_udp_is_taken_and_sent_where_it_was_agreed_on() -> None:
    between = Between().up(leg=replace(PATH, peer=Endpoint(PEER.host, 0)))
    payload = between.packet(between.message())[28:]
    plain = build_ipv4(PEER.host, PATH.near, PROTOCOL_ESP, payload)
    assert between.at_server(between.worker.receive_packet(plain, 0.0)) == [IP_FRAME]
    (packet,) = packets(between.worker.carry_out(SendL2tp(LEG, between.message()), 0.0))
    assert packet[9] == PROTOCOL_ESP


def test_no_packet_is_taken_twice_and_what_is_not_l2tp_is_told() -> None:
    between = Between().up()
    packet = between.packet(between.message())
    between.worker.receive_packet(packet, 0.0)
    assert between.worker.receive_packet(packet, 0.0) == []
    other = between.packet(between.message(), target=1702)
    assert between.worker.receive_packet(other, 0.0) == [Dropped(LEG, "not_l2tp")]
    (counted,) = [each for each in between.worker.tell() if isinstance(each, SaCounted)]
    assert (counted.packets, counted.replays, counted.sequence) == (2, 1, 2)


def test_the_newest_packet_from_elsewhere_is_told_once_and_older_ones_never() -> None:
    between = Between().up()
    early = between.packet(between.message(), ELSEWHERE)
    between.worker.receive_packet(between.packet(between.message()), 0.0)
    assert events(between.worker.receive_packet(early, 0.0)) == []
    for known in ([Moved(LEG, OURS_SPI, ELSEWHERE)], []):
        found = between.worker.receive_packet(between.packet(between.message(), ELSEWHERE), 0.0)
        assert events(found) == known


def test_by_keys_that_were_deleted_nobody_moves() -> None:
    between = Between().up()
    between.worker.carry_out(SetLeg(LEG, renewed(retired=True)), 0.0)
    found = between.worker.receive_packet(between.packet(between.message(), ELSEWHERE), 0.0)
    assert events(found) == []


def test_a_packet_with_options_moves_its_client_every_time() -> None:
    between = Between().up()
    for _ in range(2):
        packet = between.packet(between.message(), ELSEWHERE)
        size = int.from_bytes(packet[2:4]) + 4
        packet = b"\x46" + packet[1:2] + size.to_bytes(2) + packet[4:20] + b"\1\1\1\0" + packet[20:]
        assert events(between.worker.receive_packet(packet, 0.0)) == [
            Moved(LEG, OURS_SPI, ELSEWHERE)
        ]


def test_the_first_packet_by_new_keys_is_told_at_once() -> None:
    between = Between().up(leg=renewed(soft_packets=1))
    first = events(between.worker.receive_packet(between.packet(between.message()), 0.0))
    assert [type(each) for each in first] == [SaCounted, SaExpired]
    assert first[1] == SaExpired(LEG, OURS_SPI, True, False)
    assert events(between.worker.receive_packet(between.packet(between.message()), 0.0)) == []


def test_a_lifetime_that_is_used_up_is_told_once_and_nothing_passes() -> None:
    size = len(between_size())
    between = Between().up(leg=renewed(soft_bytes=size))
    between.worker.receive_packet(between.packet(between.message()), 0.0)
    refused = events(between.worker.receive_packet(between.packet(between.message()), 0.0))
    assert refused[1:] == [SaExpired(LEG, OURS_SPI, True, False)]
    assert between.worker.receive_packet(between.packet(between.message()), 0.0) == []


def test_a_lifetime_that_is_over_is_told_with_the_counters_though_nothing_more_comes() -> None:
    between = Between().up(leg=renewed(soft_bytes=len(between_size())))
    between.worker.receive_packet(between.packet(between.message()), 0.0)
    found = between.worker.handle_timeout(TOLD_EVERY)
    assert SaExpired(LEG, OURS_SPI, True, False) in found


def between_size() -> bytes:
    """A segment as the client sends it."""
    return bytes(8) + Between().message()


def test_counters_are_told_a_second_after_something_passed_and_then_nothing() -> None:
    between = Between().up()
    assert between.worker.deadline() is None
    between.worker.receive_packet(between.packet(between.message()), 3.0)
    assert between.worker.deadline() == 3.0 + TOLD_EVERY
    found = between.worker.handle_timeout(3.0 + TOLD_EVERY)
    (sa_in,) = [each for each in found if isinstance(each, SaCounted)]
    (call,) = [each for each in found if isinstance(each, CallCounted)]
    assert (sa_in.inbound, sa_in.packets) == (True, 1)
    assert (call.frames_in, call.bytes_in, call.frames_out) == (1, len(IP_FRAME), 0)
    assert between.worker.handle_timeout(3.0 + 2 * TOLD_EVERY) == []
    assert between.worker.deadline() is None


def test_near_the_end_of_a_lifetime_counters_are_told_more_often() -> None:
    between = Between().up(leg=renewed(soft_bytes=len(between_size()) + 1))
    between.worker.receive_packet(between.packet(between.message()), 0.0)
    between.worker.handle_timeout(TOLD_EVERY)
    assert between.worker.deadline() == TOLD_EVERY + TOLD_SOON


def test_numbers_are_in_the_words_before_anything_is_told() -> None:
    between = Between().up()
    between.worker.receive_packet(between.packet(between.message()), 0.0)
    between.worker.receive_gre(between.gre(), 0.0)
    assert [between.memory.word(place)[0] for place in (1, 2, 3, 4)] == [1, 1, 1, 1]


def test_another_worker_goes_on_behind_the_words() -> None:
    first = Between().up()
    for _ in range(3):
        first.at_server(first.worker.receive_packet(first.packet(first.message()), 0.0))
        first.at_client(first.worker.receive_gre(first.gre(), 0.0))
    old = first.packet(first.message())
    first.at_server(first.worker.receive_packet(old, 0.0))
    second = Between(first.memory)
    second.sends, second.server, second.hears = first.sends, first.server, first.hears
    heard, sent = first.memory.word(1)[0], first.memory.word(2)[0]
    leg = replace(
        PATH,
        inbound=(replace(IN, sequence=heard),),
        outbound=replace(PATH.outbound, sequence=sent) if PATH.outbound else None,
    )
    second.up(leg=leg)
    assert second.worker.receive_packet(old, 0.0) == []
    assert second.at_server(second.worker.receive_packet(second.packet(second.message()), 0.0)) == [
        IP_FRAME
    ]
    assert second.at_client(second.worker.receive_gre(second.gre(), 0.0)) == [IP_FRAME]


def test_a_call_without_words_begins_at_zero_and_counts_in_words_once_it_has_them() -> None:
    between = Between()
    bare = replace(END, gre=replace(END.gre, sent=0, heard=0)) if END.gre else END
    between.up(call=CallPath(bare))
    between.worker.carry_out(SendFrame(KEY, ECHO), 0.0)
    between.worker.carry_out(SetCall(KEY, JOINED), 0.0)
    assert between.memory.word(3)[0] == 1


def test_a_call_that_the_server_has_not_answered_takes_nothing() -> None:
    between = Between().up(call=CallPath(replace(END, peer_call=None)))
    assert between.worker.carry_out(SendFrame(KEY, ECHO), 0.0) == []
    assert between.worker.receive_gre(between.gre(), 0.0) == []


def test_the_first_to_speak_is_the_server_and_nobody_else() -> None:
    between = Between().up()
    between.worker.receive_gre(between.gre(), 0.0)
    other = between.gre(host=host_bytes("192.0.2.99"))
    assert between.worker.receive_gre(other, 0.0) == []
    (call,) = [each for each in between.worker.tell() if isinstance(each, CallCounted)]
    assert dict(call.drops)["other_server"] == 1


def test_frames_are_acknowledged_to_the_server_in_time() -> None:
    between = Between().up()
    between.worker.receive_gre(between.gre(), 0.0)
    due = between.worker.deadline()
    assert due is not None
    assert due < TOLD_EVERY
    (packet,) = packets(between.worker.handle_timeout(due))
    assert packet[16:20] == SERVER


def test_what_the_daemon_says_is_sent() -> None:
    between = Between().up()
    found = between.worker.carry_out(SendFrame(KEY, ECHO), 0.0)
    assert between.at_server(found) == [ECHO]
    message = b"\xc8\x02" + bytes(10)
    assert between.at_client(between.worker.carry_out(SendL2tp(LEG, message), 0.0)) == [message]
    assert between.worker.carry_out(SendFrame(77, ECHO), 0.0) == []
    assert between.worker.carry_out(SendL2tp(77, message), 0.0) == []


def test_new_keys_are_heard_beside_the_old_ones_and_then_send() -> None:
    between = Between().up()
    newer_in, newer_out = sa(0x3001, KEYS), sa(0x4004, KEYS)
    both = replace(PATH, inbound=(IN, newer_in), outbound=newer_out)
    (last,) = between.worker.carry_out(SetLeg(LEG, both), 0.0)
    assert isinstance(last, SaCounted)
    assert (last.inbound, last.last) == (False, True)
    found = between.worker.receive_packet(between.packet(between.message()), 0.0)
    assert between.at_server(found) == [IP_FRAME]
    (gone,) = between.worker.carry_out(SetLeg(LEG, replace(both, inbound=(newer_in,))), 0.0)
    assert isinstance(gone, SaCounted)
    assert (gone.spi, gone.packets, gone.last) == (OURS_SPI, 1, True)


def test_a_leg_without_a_half_to_send_by_says_so() -> None:
    between = Between().up(leg=replace(PATH, outbound=None))
    found = between.worker.carry_out(SendL2tp(LEG, b"message"), 0.0)
    assert found == [Dropped(LEG, "no_sa")]
    assert Dropped(LEG, "no_sa") in between.worker.receive_gre(between.gre(), 0.0)


def test_what_goes_is_counted_for_the_last_time() -> None:
    between = Between().up()
    between.worker.receive_packet(between.packet(between.message()), 0.0)
    (call,) = between.worker.carry_out(SetCall(KEY, None), 0.0)
    assert isinstance(call, CallCounted)
    assert (call.frames_in, call.last) == (1, True)
    halves = between.worker.carry_out(SetLeg(LEG, None), 0.0)
    assert [(each.inbound, each.last) for each in halves if isinstance(each, SaCounted)] == [
        (True, True),
        (False, True),
    ]
    assert between.worker.carry_out(SetLeg(LEG, None), 0.0) == []
    assert between.worker.carry_out(SetCall(KEY, None), 0.0) == []
    packet = between.packet(between.message())
    assert between.worker.receive_packet(packet, 0.0) == [PacketHeard(packet)]


def test_a_leg_that_goes_leaves_its_calls_apart() -> None:
    between = Between().up()
    between.worker.carry_out(SetLeg(LEG, None), 0.0)
    assert FrameHeard(KEY, IP_FRAME) in between.worker.receive_gre(between.gre(), 0.0)


def test_a_call_is_joined_to_a_leg_that_is_here_and_parted_again() -> None:
    between = Between()
    assert between.worker.carry_out(SetCall(KEY, JOINED), 0.0) == [
        CallRefused(KEY, "its client's keys are not here", True)
    ]
    between.up()
    between.worker.carry_out(SetCall(KEY, CallPath(END)), 0.0)
    message = between.message()
    assert between.worker.receive_packet(between.packet(message), 0.0) == [L2tpHeard(LEG, message)]


def test_a_call_may_have_another_number_at_the_client() -> None:
    between = Between().up()
    other = replace(JOINED, outside=L2tpEnd(LEG, TUNNEL, PEER_TUNNEL, CALL + 1, 99))
    between.worker.carry_out(SetCall(KEY, other), 0.0)
    message = between.message()
    assert between.worker.receive_packet(between.packet(message), 0.0) == [L2tpHeard(LEG, message)]
    assert other.outside != OUTSIDE


def test_an_sa_can_be_looked_at_at_any_time() -> None:
    between = Between().up()
    (seen,) = between.worker.carry_out(LookAt(LEG, OURS_SPI), 0.0)
    assert isinstance(seen, SaCounted)
    assert between.worker.carry_out(LookAt(LEG + 1, OURS_SPI), 0.0) == []
    assert between.worker.carry_out(LookAt(LEG, 77), 0.0) == []
