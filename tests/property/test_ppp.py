"""Any bytes, and any two ends with the clamp between them."""

from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from gateway.ppp.clamp import Clamp
from gateway.ppp.errors import PppError
from gateway.ppp.frame import Packet, build_packet, is_control, parse_packet, protocol_of
from gateway.ppp.machine import Passage
from gateway.ppp.options import build_options, parse_options
from gateway.ppp.watch import Watch
from tests.pair.ppp_world import MRU, LcpEnd, Link, mru

OTHERS = (3, 5, 7, 8, 17)  # authentication, magic number, PFC, ACFC, MRRU


@st.composite
def ends(draw: st.DrawFn) -> LcpEnd:
    wants = {kind: draw(st.binary(max_size=4)) for kind in draw(st.sets(st.sampled_from(OTHERS)))}
    asked = draw(st.none() | st.integers(64, 2000))
    least = draw(st.sampled_from([0, 0, 0, 500, 1300, 1450]))
    return LcpEnd(
        wants=wants if asked is None else {**wants, **mru(asked)},
        rejects=draw(st.frozensets(st.sampled_from([MRU, *OTHERS]), max_size=2)),
        values={kind: draw(st.binary(max_size=4)) for kind in draw(st.sets(st.just(3)))},
        least=least,
        most=max(least, draw(st.sampled_from([0xFFFF, 0xFFFF, 1500, 1200]))),
        hint=draw(st.sampled_from([0, 0, 0, 1000, 1600])),
        takes_hints=draw(st.booleans()),
        identifier=draw(st.integers(0, 255)),
    )


def other_options(end: LcpEnd) -> dict[int, bytes]:
    return {kind: value for kind, value in end.wants.items() if kind != MRU}


@given(ends(), ends(), st.integers(576, 1500), st.lists(st.booleans(), max_size=20))
def test_with_the_clamp_both_agree_as_without_but_send_small_frames(
    client: LcpEnd, server: LcpEnd, limit: int, losses: list[bool]
) -> None:
    plain = Link(deepcopy(client), deepcopy(server)).run(patience=60)
    clamp = Clamp(limit)
    clamped = Link(client, server, clamp.pass_frame, losses).run(patience=60)
    assert clamped.up == plain.up
    assert other_options(clamped.client) == other_options(plain.client)
    assert other_options(clamped.server) == other_options(plain.server)
    for end, is_client in ((clamped.client, True), (clamped.server, False)):
        wish = MRU in end.rejects or end.least > limit or end.hint > limit
        assert wish or not clamp.refused(by_client=is_client)
        assert clamp.refused(by_client=is_client) or not clamped.up or end.peer_takes() <= limit


@given(st.none() | st.integers(64, 2000), st.none() | st.integers(64, 2000), st.integers(576, 1500))
def test_ends_that_take_any_mru_keep_their_own(
    asked: int | None, other: int | None, limit: int
) -> None:
    wanted = {} if asked is None else mru(asked)
    link = Link(LcpEnd(dict(wanted)), LcpEnd({} if other is None else mru(other)))
    link.middle = Clamp(limit).pass_frame
    link.run()
    assert link.up
    assert link.client.wants == wanted
    assert link.server.peer_takes() == min(limit, asked or 1500)
    assert link.rounds == 1


@given(st.binary(max_size=80), st.booleans())
def test_any_bytes_pass_or_are_dropped(frame: bytes, from_client: bool) -> None:
    out, events = Passage(1400).pass_frame(frame, from_client, 0.0)
    assert out is None or len(out) <= len(frame) + 4
    assert len(events) <= 2
    assert Watch().see(frame, from_client, 0.0) is not None
    assert is_control(frame) in (True, False)


control = st.tuples(
    st.sampled_from(["8021", "80fd", "c021", "c023", "c223", "c227", "c025", "8057"]),
    st.integers(0, 13),
    st.integers(0, 3),
    st.binary(max_size=30),
)


@given(st.lists(st.tuples(control, st.booleans()), max_size=30))
def test_any_talk_is_survived_and_events_are_few(
    talk: list[tuple[tuple[str, int, int, bytes], bool]],
) -> None:
    passage, told = Passage(1400), 0
    for (protocol, code, identifier, data), from_client in talk:
        frame = bytes.fromhex(protocol) + build_packet(Packet(code, identifier, data))
        told += len(passage.pass_frame(frame, from_client, 0.0)[1])
    assert told <= 24 + 4


@given(st.binary(max_size=60))
def test_any_options_rebuild_or_are_refused(data: bytes) -> None:
    try:
        options = parse_options(data)
    except PppError:
        return
    assert build_options(options) == data


@given(st.binary(max_size=60))
def test_any_packet_rebuilds_or_is_refused(data: bytes) -> None:
    try:
        packet = parse_packet(data, 0)
    except PppError:
        return
    assert data.startswith(build_packet(packet))


@given(st.integers(0, 0x7F).map(lambda n: 2 * n + 1), st.booleans(), st.binary(max_size=5))
def test_a_compressed_protocol_reads_like_the_long_one(
    protocol: int, headed: bool, rest: bytes
) -> None:
    head = b"\xff\x03" if headed else b""
    short = protocol_of(head + bytes([protocol]) + rest) if protocol != 0xFF else (protocol, 0)
    assert short[0] == protocol_of(head + bytes([0, protocol]) + rest)[0]
