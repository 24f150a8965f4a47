"""Whatever a client sends, what goes in to an old server says the truth about itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.bridge.crossing import Crossing, crossing_of
from gateway.bridge.encryption import Encrypted
from gateway.bridge.shield import Shield
from gateway.control.config import Route
from gateway.control.users import Users
from gateway.crypto.passwords import Hashes
from gateway.ppp.ccp import Ccp, Failed
from gateway.ppp.data import IP, IPV6, IPX, KNOWN, true_length, with_mss
from gateway.ppp.errors import PppError
from gateway.ppp.events import LcpOpened, SendFrame
from gateway.ppp.frame import (
    Packet,
    build_packet,
    has_packet,
    is_control,
    parse_packet,
    protocol_of,
)
from gateway.ppp.hold import Hold
from gateway.ppp.machine import Passage
from gateway.ppp.mppe import Terms
from gateway.ppp.options import Option, build_options, parse_options
from gateway.ppp.sound import check_packet
from gateway.ppp.witness import Witness
from gateway.wire.ipv4 import build_ipv4
from gateway.wire.udp import Endpoint
from tests.pair.peers.mppe import NT_HASH, challenge_hash, response
from tests.pair.peers.ppp_secured import AUTH_CHALLENGE, PEER_CHALLENGE
from tests.pair.ppp_world import LcpEnd, Link

heads = st.sampled_from([b"\xff\x03", b"", b"\xff\x03\x00", b"\xff"])
protocols = st.sampled_from(
    [0x21, 0x2B, 0x2D, 0x2F, 0x3D, 0x3F, 0x57, 0xFD, 0x8021, 0x802B, 0x803F, 0x80FD]
    + [0xC021, 0xC023, 0xC025, 0xC029, 0xC223, 0xC227]
).map(lambda number: number.to_bytes(2))
frames = st.builds(lambda *parts: b"".join(parts), heads, protocols, st.binary(max_size=120))
options = st.lists(st.builds(Option, st.integers(0, 30), st.binary(max_size=9)), max_size=5).map(
    build_options
)
packets = st.builds(
    Packet, st.integers(0, 16), st.integers(0, 255), st.binary(max_size=40) | options
)
numbers = st.sampled_from([0xC021, 0x8021, 0x803F, 0x80FD, 0xC223, 0xC023, 0xC227, 0x8031])


def shield(short: bool = False, bare: bool = False) -> Shield:
    made = Shield(1404)
    made.note(LcpOpened(1400, 1400, "none", short, bare), None)
    return made


@given(frames, st.booleans(), st.booleans())
def test_a_data_frame_that_goes_in_is_as_long_as_it_says(
    frame: bytes, short: bool, bare: bool
) -> None:
    out = shield(short, bare).data(frame)
    if out is None:
        return
    protocol, at = protocol_of(out)
    assert protocol in KNOWN
    assert true_length(protocol, out, at) == len(out) - at <= 1500
    assert bare or out[:2] == b"\xff\x03"
    assert short or at == (4 if out[:2] == b"\xff\x03" else 2)
    assert shield(short, bare).data(out) == out


@given(frames)
def test_a_control_frame_that_goes_in_is_one_packet_and_nothing_else(frame: bytes) -> None:
    out = shield().control(frame)
    if out is None:
        return
    protocol, at = protocol_of(out)
    packet = parse_packet(out, at)
    check_packet(protocol, packet)
    assert out == b"\xff\x03" + protocol.to_bytes(2) + build_packet(packet)
    assert has_packet(protocol)


@given(numbers, packets)
def test_a_packet_is_well_made_or_told_to_be_none(protocol: int, packet: Packet) -> None:
    try:
        check_packet(protocol, packet)
    except PppError:
        return
    assert packet.code > 0


@given(st.sampled_from([IP, IPX, IPV6, 0x2D, 0x2F, 0x3F]), st.binary(max_size=100))
def test_any_bytes_have_a_true_length_within_themselves_or_none(
    protocol: int, packet: bytes
) -> None:
    assert true_length(protocol, packet, 0) <= len(packet)


@given(st.binary(max_size=120), st.integers(0, 8), st.integers(500, 1460))
def test_an_mss_changes_nothing_but_itself_and_the_checksum(
    segment: bytes, at: int, most: int
) -> None:
    packet = build_ipv4(bytes(4), bytes(4), 6, segment)
    frame = bytes(at) + packet
    out = with_mss(frame, at, most)
    differ = [place for place in range(len(frame)) if frame[place] != out[place]]
    assert len(out) == len(frame)
    assert len(differ) <= 4
    assert all(place >= at + 36 for place in differ)
    assert with_mss(out, at, most) == out


@given(st.lists(st.tuples(frames, st.booleans()), max_size=12))
def test_a_crossing_answers_or_is_silent_whatever_comes(said: list[tuple[bytes, bool]]) -> None:
    crossing = Crossing(Passage(1400, shielded=True), Shield(1400))
    for number, (frame, from_client) in enumerate(said):
        passed, events = crossing.control(frame, from_client, float(number))
        answers = [one for one in events if isinstance(one, SendFrame)]
        assert len(answers) <= 1
        assert all(len(one.frame) <= len(frame) + 8 for one in answers)
        assert passed is None or len(passed) <= len(frame) + 8
        crossing.to_server(frame)
        crossing.to_client(frame, float(number))


NOWHERE = Endpoint(bytes(4), 1723)
PROVES = PEER_CHALLENGE + bytes(8) + response(
    challenge_hash(PEER_CHALLENGE, AUTH_CHALLENGE, b"User"), NT_HASH
)  # fmt: skip
OPENS = (  # what passes until MPPE is open: whether the client said it, protocol, code, data
    (False, 0xC021, 1, b"\3\5\xc2\x23\x81"),
    (False, 0xC223, 1, b"\x10" + AUTH_CHALLENGE + b"NT"),
    (True, 0xC223, 2, b"\x31" + PROVES + b"\0User"),
    (False, 0xC223, 3, b"S="),
    (False, 0x80FD, 2, b"\x12\6\1\0\0\x40"),
    (False, 0x80FD, 1, b"\x12\6\1\0\0\x40"),
)
whole = st.sampled_from([b"", b"\0", b"\xff", b"\xff\3", b"\xff\3\0", b"!", b"\xff\3!"]) | frames


@pytest.mark.parametrize("shield", [True, False])
@pytest.mark.parametrize("encryption", ["clear", "mppe", "refuse"])
@given(st.booleans(), st.lists(st.tuples(whole, st.booleans()), max_size=12))
def test_no_route_stumbles_over_a_frame_before_or_after_it_is_encrypted(
    encryption: str, shield: bool, opens: bool, said: list[tuple[bytes, bool]]
) -> None:
    route = Route("nt4", "pptp", NOWHERE, encryption=encryption, mppe=("128",), shield=shield)
    users = Users({"User": Hashes(NT_HASH)})
    crossing = crossing_of(route, users, 1400)
    events: list[object] = []
    for from_client, protocol, code, data in OPENS if opens else ():
        frame = b"\xff\3" + protocol.to_bytes(2) + build_packet(Packet(code, 1, data))
        events += crossing.control(frame, from_client, 0.0)[1]
    opened = [one for one in events if isinstance(one, Encrypted)]
    assert bool(opened) == (opens and encryption == "mppe")
    for number, (frame, from_client) in enumerate(said):
        if is_control(frame):
            crossing.control(frame, from_client, float(number))
        elif from_client:
            crossing.to_server(frame)
        else:
            crossing.to_client(frame, float(number))
        crossing.handle_timeout(float(number))


wishes = st.sets(st.sampled_from([5, 7, 8])).map(lambda kinds: {kind: b"" for kind in kinds})


@given(wishes, wishes, st.lists(st.booleans(), max_size=12), st.integers(1, 3))
def test_two_ends_agree_through_a_hold_whatever_is_lost(
    client: dict[int, bytes], server: dict[int, bytes], losses: list[bool], restart: int
) -> None:
    """Losses are those of the way outside; a restart timer of one second is the shortest known."""
    hold = Hold()
    link = Link(LcpEnd(dict(client)), LcpEnd(dict(server)), losses=list(losses))

    def middle(frame: bytes, from_client: bool) -> bytes | None:
        packet = parse_packet(frame, 4)
        now = float(restart * link.rounds)
        if packet.code == 1:
            goes_on, ack = hold.request(packet, from_client, now)
            if ack is not None:
                link.said.append((from_client, frame[:4] + build_packet(ack)))
            return frame if goes_on else None
        return frame[:4] + build_packet(hold.answer(packet, from_client))

    link.middle = middle
    assert link.run(patience=60).up


@given(st.lists(st.tuples(packets, st.floats(0, 60)), max_size=30))
def test_ccp_answers_each_packet_at_most_twice_and_fails_at_most_once(
    said: list[tuple[Packet, float]],
) -> None:
    ccp = Ccp([Terms(128), Terms(40, True)])
    ccp.start(0.0)
    failed = 0
    for packet, now in said:
        events = [*ccp.receive(packet, now), *ccp.handle_timeout(now)]
        failed += len([one for one in events if isinstance(one, Failed)])
        assert len(events) <= 4
    assert failed <= 1


@given(st.lists(st.tuples(numbers, packets, st.booleans()), max_size=20))
def test_a_witness_sees_a_proof_or_is_told_of_none(
    said: list[tuple[int, Packet, bool]],
) -> None:
    witness = Witness()
    for protocol, packet, from_client in said:
        try:
            proof = witness.see(protocol, packet, from_client)
        except PppError:
            continue
        assert proof is None or len(proof.value) == 49


@given(options)
def test_options_are_built_as_they_were_read(data: bytes) -> None:
    assert build_options(parse_options(data)) == data
