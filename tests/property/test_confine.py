"""What a confined client gets through is for a place of its own: read by another hand."""

from hypothesis import given
from hypothesis import strategies as st
from scapy.layers import inet

from gateway.ppp.confine import HARMLESS, TCP, UDP, Allowed, Confinement

HOST, PORT = 0x0A0A0002, 139
ALLOWED = (Allowed(HOST, HOST, TCP, PORT, PORT), Allowed(HOST, HOST + 3, UDP))
heads = st.sampled_from([b"\xff\x03\x00\x21", b"\x21", b"\x00\x21", b"\x2d", b"\xff\x03\x00\x57"])
hosts = st.integers(HOST - 1, HOST + 4).map(lambda number: number.to_bytes(4))
packets = st.builds(
    lambda first, total, fragment, protocol, host, rest: (
        bytes((first, 0)) + total.to_bytes(2) + b"\0\1" + fragment.to_bytes(2) + bytes((64,))
        + bytes((protocol,)) + bytes(2) + b"\x0a\1\0\2" + host + rest
    ),
    st.sampled_from([0x45, 0x46, 0x47, 0x44, 0x65]),
    st.integers(18, 60),
    st.sampled_from([0, 0x2000, 1, 0x2001, 0x4000]),
    st.sampled_from([1, 4, TCP, UDP]),
    hosts,
    st.binary(max_size=8).map(lambda tail: b"\4\1\0\x8b" + tail) | st.binary(max_size=40),
)  # fmt: skip


@given(heads, packets)
def test_what_goes_on_is_for_a_place_that_is_allowed(head: bytes, packet: bytes) -> None:
    if not Confinement(ALLOWED).lets(head + packet):
        return
    assert head[-1] == 0x21
    seen = inet.IP(packet)
    assert (seen.version, seen.len <= len(packet)) == (4, True)
    assert {option.option for option in seen.options} <= {each & 0x1F for each in HARMLESS}
    number = int.from_bytes(packet[16:20])
    assert (seen.proto, number >= HOST) in ((TCP, True), (UDP, True))
    assert number <= (HOST if seen.proto == TCP else HOST + 3)
    if seen.proto == TCP and not seen.frag:
        assert seen[inet.TCP].dport == PORT
    if seen.proto == UDP and not seen.frag:
        assert seen.haslayer(inet.UDP)


@given(st.binary(max_size=80))
def test_any_bytes_are_let_on_or_counted(frame: bytes) -> None:
    made = Confinement(ALLOWED)
    assert made.lets(frame) is not bool(sum(made.counts.values()))
