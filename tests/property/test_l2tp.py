"""Any bytes, any order, for L2TP; the numbering against a model that keeps everything."""

from contextlib import suppress
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from gateway.l2tp.avp import Avp, build_avp, parse_avp
from gateway.l2tp.control import Channel
from gateway.l2tp.data import Road, open_data, seal_data
from gateway.l2tp.errors import Drop, L2tpError
from gateway.l2tp.events import CallClosed, CallRequested, L2tpEvent, Send, TunnelClosed
from gateway.l2tp.header import Header, build_header, parse_header
from gateway.l2tp.hidden import reveal
from gateway.l2tp.machine import Lns
from gateway.l2tp.messages import Cdn, Icrq, Message, Sccrq, build_body, parse_body, read_message
from gateway.l2tp.numbers import CALLS, TUNNELS, Kind
from gateway.l2tp.values import ResultCode
from gateway.wire.cursor import Reader, WireError
from tests.pair.peers.l2tp_lac import avp, body, control, hide

u16 = st.integers(0, 0xFFFF)
ids = st.integers(1, 0xFFFF)
texts = st.binary(max_size=64)
avps = st.builds(
    Avp,
    kind=u16,
    value=st.binary(max_size=200),
    vendor=u16,
    mandatory=st.booleans(),
    hidden=st.booleans(),
    reserved=st.integers(0, 15),
)
typed: st.SearchStrategy[Message] = st.one_of(
    st.builds(
        Sccrq,
        protocol_version=u16,
        framing_capabilities=st.integers(0, 2**32 - 1),
        host_name=st.none() | texts,
        vendor_name=st.none() | texts,
        firmware_revision=st.none() | u16,
        assigned_tunnel=ids,
        receive_window=st.none() | ids,
        challenge=st.none() | texts,
    ),
    st.builds(Icrq, assigned_call=ids, call_serial=u16, called_number=st.none() | texts),
    st.builds(
        Cdn,
        assigned_call=ids,
        result_code=st.builds(ResultCode, u16) | st.builds(ResultCode, u16, u16, texts),
    ),
)
# Pieces that are nearly right get further into the machine than junk does.
pieces = st.one_of(
    st.binary(max_size=40),
    st.sampled_from([1, 2, 3, 4, 6, 7, 10, 11, 12, 14, 15, 16, 99]).map(body),
    st.builds(avp, st.integers(0, 40), st.binary(max_size=8)),
    st.sampled_from([avp(2, b"\1\0"), avp(3, bytes(4)), avp(7, b"x"), avp(14, b"\0\1")]),
    st.sampled_from([avp(9, b"\0\1"), avp(9, b"\0\2"), avp(15, bytes(4)), avp(1, b"\0\1")]),
)
SCCRQ = body(1, avp(2, b"\1\0"), avp(3, bytes(4)), avp(7, b"x"), avp(9, b"\0\7"))
ICRQ = avp(15, bytes(4))
right = st.one_of(
    st.just(SCCRQ),
    st.integers(1, 9).map(lambda peer: body(10, avp(14, peer.to_bytes(2, "big")), ICRQ)),
    st.just(body(3)),
    st.just(body(6)),
    st.just(body(12, avp(24, bytes(4)), avp(19, bytes(4)))),
    st.integers(1, 9).map(lambda peer: body(14, avp(1, b"\0\3"), avp(14, bytes([0, peer])))),
)
bodies = st.one_of(right, right, st.lists(pieces, max_size=8).map(b"".join))


@given(avps)
def test_a_pair_reads_as_it_was_built(pair: Avp) -> None:
    assert parse_avp(Reader(build_avp(pair))) == pair


@given(st.binary(max_size=1100))
def test_any_bytes_are_a_pair_or_refused(data: bytes) -> None:
    reader = Reader(data)
    try:
        pair = parse_avp(reader)
    except WireError:
        return
    assert build_avp(pair) == data[: len(data) - reader.left]


@given(st.builds(Header, u16, u16, u16, u16), st.binary(max_size=100))
def test_a_header_reads_as_it_was_built(header: Header, content: bytes) -> None:
    assert parse_header(build_header(header, content)) == (header, content)


@given(typed)
def test_a_message_reads_as_it_was_built(message: Message) -> None:
    assert read_message(parse_body(build_body(message), None)) == message


@given(bodies, st.none() | st.binary(min_size=1, max_size=8))
def test_any_pairs_are_a_message_or_refused(content: bytes, secret: bytes | None) -> None:
    with suppress(L2tpError):
        read_message(parse_body(content, secret))


@given(st.integers(1, 40), texts, texts, texts, st.binary(max_size=20))
def test_what_is_hidden_is_revealed(
    kind: int, value: bytes, secret: bytes, vector: bytes, padding: bytes
) -> None:
    pairs = Reader(hide(kind, value, secret, vector, padding))
    found = reveal([Avp(36, vector), parse_avp(pairs)], secret)[1]
    assert (found.value, found.hidden) == (value, False)


@given(st.binary(max_size=60), st.booleans())
def test_any_data_message_opens_or_is_dropped(message: bytes, sequencing: bool) -> None:
    roads = {call: Road(1, 2, 3, sequencing) for call in (0, 1, 0xFFFF)}
    found = open_data(roads, message)
    assert isinstance(found, Drop) or found[1] in message


@given(st.binary(min_size=2, max_size=1600), st.booleans(), u16)
def test_what_is_sealed_opens_at_the_other_end(frame: bytes, sequencing: bool, ns: int) -> None:
    there = Road(5, 6, 7, sequencing)
    there.ns = ns
    sealed = seal_data({1: there}, 1, frame)
    assert isinstance(sealed, bytes)
    assert open_data({7: Road(6, 5, 1, sequencing)}, sealed) == (7, frame)


@given(st.integers(1, 8), st.integers(0, 60), st.integers(0, 2**32), u16)
def test_the_channel_hands_on_everything_once_and_in_order(
    window: int, count: int, seed: int, first: int
) -> None:
    chance = Random(seed)
    channel = Channel(1, window, {})
    channel._nr = first
    heard: list[bytes] = []
    for _ in range(20 * count):
        # A sender that keeps to the window, a wire that does anything within it.
        number = min(max(len(heard) + chance.randrange(-3, window), 0), count - 1)
        header = Header(1, 0, (first + number) % 0x10000, 0)
        heard += [each.body for each in channel.receive(header, b"%d" % number, 0.0)]
    assert heard == [b"%d" % number for number in range(len(heard))]
    assert len(channel._held) < window


class Peer:
    """Keeps the numbers for a sequence of arbitrary messages, so that they are heard."""

    def __init__(self, seed: int) -> None:
        self.lns = Lns("postern", Random(seed).randbytes, secret=b"s")
        self.tunnel = self.ns = self.nr = 0
        self.calls: list[int] = []
        self.closed: list[tuple[int, int]] = []
        self.tunnels_closed: list[int] = []

    def hear(self, content: bytes, call: int, now: float) -> None:
        if not self.tunnel:
            self.ns = self.nr = 0
        self.keep(self.lns.receive(control(self.tunnel, call, self.ns, self.nr, content), now))
        self.ns += bool(content)

    def keep(self, events: list[L2tpEvent]) -> None:
        for event in events:
            if isinstance(event, CallRequested):
                self.calls.append(event.call)
            elif isinstance(event, CallClosed):
                self.closed.append((event.tunnel, event.call))
                self.calls.remove(event.call)
            elif isinstance(event, TunnelClosed):
                self.tunnels_closed += [event.tunnel] if event.tunnel else []
                self.tunnel = 0
            elif isinstance(event, Send):
                self.heard(event.message)

    def heard(self, message: bytes) -> None:
        header, content = parse_header(message)
        self.nr = max(self.nr, header.ns + bool(content))
        if content.startswith(body(2)):
            self.tunnel = parse_body(content, None).assigned(Kind.ASSIGNED_TUNNEL)


steps = st.lists(
    st.tuples(
        bodies,
        st.sampled_from([0, 0, 1, 2, 99]),
        st.sampled_from(["hear", "hear", "time", "answer", "end"]),
    ),
    max_size=30,
)


@given(steps, st.integers(0, 2**16))
def test_the_machine_survives_everything_and_reports_every_end_once(
    story: list[tuple[bytes, int, str]], seed: int
) -> None:
    peer, now = Peer(seed), 0.0
    peer.hear(SCCRQ, 0, now)
    peer.hear(body(3), 0, now)
    for content, which, what in story:
        call = peer.calls[which] if which < len(peer.calls) else which
        match what:
            case "hear":
                peer.hear(content, call, now)
            case "answer":
                peer.keep(peer.lns.answer(call, now))
            case "end":
                peer.keep(peer.lns.hang_up(call, 3, 0, "x", now))
            case _:
                now = peer.lns.deadline() or now
                peer.keep(peer.lns.handle_timeout(now))
        due = peer.lns.deadline()
        assert due is None or due >= now
        assert len(peer.calls) <= CALLS
        assert len(peer.lns._tunnels) <= 2 * TUNNELS + 1
    assert len(set(peer.closed)) == len(peer.closed)
    assert len(set(peer.tunnels_closed)) == len(peer.tunnels_closed)
    assert set(peer.lns._exchange.calls) == set(peer.calls)
    peer.keep(peer.lns.close("end", now))
    assert peer.calls == []
    while (due := peer.lns.deadline()) is not None:
        peer.keep(peer.lns.handle_timeout(due))
    assert not peer.lns._tunnels
    assert peer.lns.idle


@given(st.lists(st.binary(max_size=60), max_size=20))
def test_any_bytes_leave_the_machine_as_it_was(messages: list[bytes]) -> None:
    lns = Lns("postern", Random(1).randbytes)
    for message in messages:
        lns.receive(message, 0.0)
        lns.open_data(message)
    assert lns.idle or lns.deadline() is not None
