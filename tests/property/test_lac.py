"""Whatever a server says to the LAC: it answers or counts it, and no call is left half."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.l2tp.header import Header, build_header
from gateway.l2tp.lac_tunnel_states import State
from tests.pair.lac_world import meet

avp = st.builds(
    lambda kind, value: (0x8000 | 6 + len(value)).to_bytes(2, "big") + b"\0\0" + kind + value,
    st.sampled_from([bytes((0, kind)) for kind in range(40)]),
    st.binary(max_size=12),
)
types = st.sampled_from([1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 99])
bodies = st.builds(
    lambda kind, pairs: bytes.fromhex("800800000000") + bytes((0, kind)) + b"".join(pairs),
    types,
    st.lists(avp, max_size=5),
)


@given(st.lists(st.one_of(bodies, st.binary(max_size=40)), max_size=4), st.booleans())
def test_any_messages_in_order_leave_it_whole(said: list[bytes], with_call: bool) -> None:
    world = meet().open()
    call = world.call() if with_call else 0
    ns = 2 if with_call else 1
    for place, body in enumerate(said):
        header = Header(world.lac.tunnel, call, ns + place, 4)
        world.us.carry(world.lac.receive(build_header(header, body), world.net.now))
    gone = world.lac.state is State.CLOSED
    assert not (gone and len(world.lac.calls))
    assert len(world.lac.calls) <= 1


@given(st.binary(max_size=200))
def test_any_bytes_at_all_stop_nothing(data: bytes) -> None:
    world = meet().open()
    call = world.call()
    world.lac.receive(data, world.net.now)
    world.lac.open_data(data)
    world.net.run_for(1.0)
    assert world.lac.seal_data(call, b"frame") != b""
