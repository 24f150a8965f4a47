"""Any values, any bytes, any order of events."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gateway.pptp.events import CallClosed, Finished, PptpEvent, Send
from gateway.pptp.gre import Gre
from gateway.pptp.machine import Caller
from gateway.pptp.messages import KINDS, build_message, parse_message
from gateway.wire.cursor import Reader, WireError
from tests.pair.net import seeded
from tests.pair.peers.pptp_server import (
    ECHO,
    STOP,
    STOPPED,
    answered,
    disconnected,
    set_link,
    started,
)

OURS = 0x2222
SAYINGS = [
    started(), started(result=2), started(version=1), answered(5, OURS), answered(5, OURS, 4),
    disconnected(5), set_link(OURS), ECHO, STOP, STOPPED, b"junk",
]  # fmt: skip


@given(st.sampled_from(sorted(KINDS)), st.data())
def test_any_body_parses_and_rebuilds(number: int, data: st.DataObject) -> None:
    size = KINDS[number].layout.size
    body = data.draw(st.binary(min_size=size, max_size=size))
    head = (size + 10).to_bytes(2, "big") + bytes.fromhex("00011a2b3c4d") + bytes([0, number])
    assert build_message(parse_message(Reader(head + body))) == head + body


@given(st.binary(max_size=300))
def test_any_bytes_parse_or_are_refused(data: bytes) -> None:
    reader = Reader(data)
    try:
        message = parse_message(reader)
    except WireError:
        return
    assert build_message(message) == data[: len(data) - reader.left]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("receive"), st.sampled_from(SAYINGS)),
        st.tuples(st.just("receive"), st.binary(max_size=40)),
        st.tuples(st.sampled_from(["start", "link_up", "hang_up", "lost", "wait"]), st.just(b"")),
    ),
    max_size=25,
)


def step(caller: Caller, what: str, data: bytes, now: float) -> list[PptpEvent]:
    if what == "receive":
        return caller.receive(data, now)
    if what == "wait":
        return caller.handle_timeout(now)
    command: Any = getattr(caller, what)
    events: list[PptpEvent] = command(now)
    return events


@given(steps)
def test_whatever_happens_a_call_ends_once_and_in_order(story: list[tuple[str, bytes]]) -> None:
    caller, now, events = Caller(OURS, seeded(1)), 0.0, list[PptpEvent]()
    for what, data in [*story, ("hang_up", b"")]:
        now = max(now, caller.deadline() or now)
        events += step(caller, what, data, now)
    for _ in range(3):
        now = max(now, caller.deadline() or now)
        events += caller.handle_timeout(now)
    assert [event for event in events if isinstance(event, Finished)] == [Finished()]
    assert len([event for event in events if isinstance(event, CallClosed)]) == 1
    assert isinstance(events[-1], Finished)
    assert caller.deadline() is None
    assert all(len(event.data) <= 168 for event in events if isinstance(event, Send))


@given(st.binary(max_size=60))
def test_any_bytes_open_or_are_counted(data: bytes) -> None:
    gre = Gre(OURS, 1, 4)
    frames = gre.open(data, 0, len(data), 0.0)
    assert sum(map(len, frames)) <= len(data)
    assert gre.open(b"pad" + data + b"pad", 3, 3 + len(data), 0.0) == [] or frames


@given(st.lists(st.integers(0, 40), max_size=60), st.integers(0, 0xFFFFFFFF))
def test_any_order_of_packets_comes_out_in_order_and_once(order: list[int], first: int) -> None:
    sender, gre = Gre(1, OURS, 200), Gre(OURS, 1, 4)
    sender._next = sender._acked = gre._expected = first
    packets = [sender.seal(bytes([number]), 0.0) or b"" for number in range(41)]
    frames = [f for n in order for f in gre.open(packets[n], 0, len(packets[n]), 0.0)]
    frames += gre.late(1.0)
    assert frames == sorted(set(frames))
    assert set(frames) <= {bytes([number]) for number in order}
    assert gre.deadline() is None or gre.drain(1.0)


@given(st.lists(st.tuples(st.sampled_from("sad"), st.integers(0, 50)), max_size=120))
def test_the_window_is_never_overrun_while_the_peer_acknowledges(
    story: list[tuple[str, int]],
) -> None:
    gre, sent, acked, now = Gre(1, OURS, 6), 0, 0, 0.0
    for what, number in story:
        packets: list[bytes] = []
        if what == "s":
            packets = [p for p in [gre.seal(b"x", now)] if p]
        elif what == "a":
            acked = min(sent, max(acked, number))
            ack = bytes.fromhex("2081880b00000001") + ((acked - 1) & 0xFFFFFFFF).to_bytes(4, "big")
            gre.open(ack, 0, 12, now)
        else:
            packets = gre.drain(now)
        sent += len(packets)
        assert sent - acked <= 6
