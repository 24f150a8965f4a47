"""Whatever comes to the asking end, at any step: an answer or a refusal, and it goes on."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.ike.initiator_events import Failed
from gateway.wire.udp import Datagram
from tests.pair.initiator_world import THEM, US, meet

moments = st.integers(0, 14)  # how many steps of the wire the handshake has behind it
junk = st.binary(max_size=400)


@given(moments, junk)
def test_any_bytes_at_any_step_stop_nothing(steps: int, data: bytes) -> None:
    world = meet()
    world.start(steps / 64)
    world.send([Datagram(THEM, US, data)], 20.0)
    assert len(world.pairs) == 1
    assert world.agree()


@given(moments, st.integers(0, 8), st.integers(0, 300), st.integers(1, 255))
def test_a_changed_copy_of_any_message_stops_nothing_or_is_told(
    steps: int, which: int, place: int, change: int
) -> None:
    world = meet()
    world.start(steps / 64)
    sent = [each.datagram.payload for each in world.net.carried]
    data = bytearray(sent[which % len(sent)])
    data[place % len(data)] ^= change
    world.send([Datagram(THEM, US, bytes(data))], 40.0)
    assert len(world.pairs) + len(world.gateway.seen(Failed)) >= 1
    assert world.agree()
