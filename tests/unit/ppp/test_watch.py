"""What is seen of recorded and of made-up links."""

import pytest

from gateway.ppp.events import (
    AuthRefused,
    AuthStarted,
    AuthSucceeded,
    CcpOpened,
    CcpRefused,
    EncryptionWanted,
    IpOpened,
    LcpOpened,
    NotConverging,
    PeerIdentified,
    PppEvent,
    ProtocolRejected,
    Terminated,
)
from gateway.ppp.watch import Watch
from tests.captures import ip_packets, read_pcap, shared_data, vectors
from tests.pair.ppp_world import ACK, NAK, REJECT, REQUEST, lcp

CLIENT, SERVER = True, False
V2, MD5 = {3: b"\xc2\x23\x81"}, {3: b"\xc2\x23\x05"}
Said = tuple[bool, bytes]


def recorded(packets: list[bytes]) -> list[Said]:
    """The PPP frames of a GRE capture, whose first GRE packet is the client's."""
    found: list[Said] = []
    gre = [packet for packet in packets if packet[9] == 47]
    for packet in gre:
        size = int.from_bytes(packet[24:26], "big")
        frame = packet[len(packet) - size :] if size else b""
        found.append((packet[12:16] == gre[0][12:16], frame))
    return found


def see(*said: Said) -> list[PppEvent]:
    watch = Watch()
    return [event for who, frame in said for event in watch.see(frame, who, 0.0)]


def packet(protocol: str, code: int, identifier: int, data: bytes = b"") -> bytes:
    head = bytes.fromhex(protocol) + bytes((code, identifier))
    return head + (len(data) + 4).to_bytes(2) + data


def opened(protocol: str, client: bytes, server: bytes) -> list[Said]:
    return [
        (CLIENT, packet(protocol, REQUEST, 1, client)),
        (SERVER, packet(protocol, ACK, 1, client)),
        (SERVER, packet(protocol, REQUEST, 1, server)),
        (CLIENT, packet(protocol, ACK, 1, server)),
    ]


def test_a_session_with_mppe_is_seen_from_lcp_to_its_end() -> None:
    assert see(*recorded(ip_packets(vectors("pptp") / "gen-pptp-mppe128.pcap"))) == [
        LcpOpened(1500, 1500, "MS-CHAPv2", short=True, bare=True),
        AuthStarted("MS-CHAPv2", "alice"),
        AuthSucceeded("alice"),
        EncryptionWanted(),
        CcpOpened("MPPE 128 bit stateless", "MPPE 128 bit stateless", encrypted=True),
        IpOpened("10.7.0.100", "10.7.0.1"),
        Terminated(by_client=True, reason="MPPE disabled"),
    ]


def test_a_session_without_mppe_is_seen_not_to_be_encrypted() -> None:
    assert see(*recorded(ip_packets(vectors("pptp") / "gen-pptp-mschapv1.pcap"))) == [
        LcpOpened(1500, 1500, "MS-CHAP", short=True, bare=True),
        AuthStarted("MS-CHAP", "alice"),
        AuthSucceeded("alice"),
        CcpOpened("Deflate, Deflate (draft)", "Deflate, Deflate (draft)", encrypted=False),
        IpOpened("10.7.0.100", "10.7.0.1"),
        Terminated(by_client=True, reason="User request"),
    ]


def test_a_found_session_with_naks_and_rejects_is_seen() -> None:
    packets = ip_packets(shared_data() / "pptp" / "chapcrack-full-session-mppe.dump")
    events = see(*recorded(packets))
    assert events[1:3] == [AuthStarted("MS-CHAPv2", "moxie"), AuthSucceeded("moxie")]
    both = "MPPE 128 bit stateless"
    assert events[3:5] == [EncryptionWanted(), CcpOpened(both, both, encrypted=True)]
    assert events[5] == IpOpened("172.27.200.10", "172.27.200.1")


def test_a_link_over_ethernet_has_ip_and_rejects_ipv6() -> None:
    frames = read_pcap(vectors("ppp") / "suricata-pppoe-lcp-ipcp-ccp.pcap")
    session = frames[-1][16:18]  # the last of several
    ppp = [f for f in frames if f[12:14] == b"\x88\x64" and f[16:18] == session]
    client = ppp[0][6:12]
    assert see(*[(f[6:12] == client, f[20:]) for f in ppp]) == [
        LcpOpened(1492, 1492, "none"),
        ProtocolRejected(by_client=True, protocol="IPV6CP"),
        CcpOpened("", "", encrypted=False),
        IpOpened("192.168.2.45", "192.168.1.1"),
    ]


@pytest.mark.parametrize("name", ["tcpdump-mlppp-oobr.pcap", "tcpdump-truncated-aack.pcap"])
def test_hostile_frames_tell_nothing(name: str) -> None:
    frames = read_pcap(vectors("captures") / "hostile" / name)
    assert see(*[(who, frame) for frame in frames for who in (CLIENT, SERVER)]) == []


def test_junk_and_data_tell_nothing() -> None:
    assert see((CLIENT, b""), (CLIENT, b"\x21E"), (CLIENT, b"\xc0\x21\x01\x01\xff\xff")) == []


def test_a_client_that_refuses_the_authentication_is_told_once_each() -> None:
    said = [
        (SERVER, lcp(REQUEST, 1, V2)), (CLIENT, lcp(NAK, 1, MD5)),
        (SERVER, lcp(REQUEST, 2, V2)), (CLIENT, lcp(NAK, 2, MD5)),
        (SERVER, lcp(REQUEST, 3, MD5)), (CLIENT, lcp(REJECT, 3, MD5)),
    ]  # fmt: skip
    assert see(*said) == [AuthRefused("MS-CHAPv2", "CHAP-MD5"), AuthRefused("CHAP-MD5", "")]


@pytest.mark.parametrize("said", [(SERVER, lcp(NAK, 1, V2)), (CLIENT, lcp(NAK, 1, {1: b"xx"}))])
def test_other_refusals_are_not_about_authentication(said: Said) -> None:
    assert see((SERVER, lcp(REQUEST, 1, V2)), (CLIENT, lcp(REQUEST, 1, V2)), said) == []


def test_lcp_without_authentication_opens_with_none() -> None:
    assert see(*opened("c021", b"\x01\x04\x05\x78", b"\x01\x05\x05\x78\x00")) == [
        LcpOpened(1400, 1500, "none")
    ]


@pytest.mark.parametrize("protocol", ["c021", "8021", "80fd"])
def test_ten_requests_in_vain_are_explained_once(protocol: str) -> None:
    events = see(*[(CLIENT, packet(protocol, REQUEST, number)) for number in range(30)])
    assert [type(event) for event in events] == [NotConverging]


def test_an_end_is_told_once_and_says_why() -> None:
    end = (SERVER, packet("c021", 5, 1, bytes.fromhex("01020304003ccd74000002e6")))
    again = (CLIENT, lcp(REQUEST, 1, {}))
    reason = "error 742: the other side has not the encryption that is required"
    assert see(end, end, again, end) == [Terminated(by_client=False, reason=reason)] * 2


def test_a_new_negotiation_opens_again_after_an_end() -> None:
    link = opened("c021", b"", b"")
    end = (CLIENT, packet("c021", 5, 9))
    assert [type(e) for e in see(*link, end, *link)] == [LcpOpened, Terminated, LcpOpened]


def test_rejected_protocols_have_names() -> None:
    assert see(
        (SERVER, packet("c021", 8, 1, b"\x80\x21rest")),
        (CLIENT, packet("c021", 8, 1, b"\x12\x35")),
        (CLIENT, packet("c021", 8, 2, b"\x80\xfd\x01")),
    ) == [
        ProtocolRejected(by_client=False, protocol="IPCP"),
        ProtocolRejected(by_client=True, protocol="protocol 0x1235"),
        CcpRefused(by_client=True, reason="protocol rejected"),
    ]


def test_windows_says_who_it_is() -> None:
    frame = packet("c021", 12, 1, b"\0\0\0\0MSRASV5.20")
    assert see((CLIENT, frame)) == [PeerIdentified(by_client=True, text="MSRASV5.20")]


def test_ccp_without_a_method_is_refused() -> None:
    assert see((SERVER, packet("80fd", 5, 1))) == [
        CcpRefused(by_client=False, reason="no method in common")
    ]


@pytest.mark.parametrize(
    ("bits", "text", "encrypted"),
    [
        ("00000001", "MPPC", False),
        ("00000021", "MPPE 40 bit stateful, MPPC", True),
        ("010000e0", "MPPE 128/56/40 bit stateless", True),
        ("00000000", "", False),
    ],
)
def test_the_bits_of_mppe_are_spelt_out(bits: str, text: str, encrypted: bool) -> None:
    option = b"\x12\x06" + bytes.fromhex(bits)
    wanted = [EncryptionWanted()] * encrypted
    assert see(*opened("80fd", option, option)) == [*wanted, CcpOpened(text, text, encrypted)]


def test_encryption_of_one_direction_is_not_encryption() -> None:
    mppe = bytes.fromhex("120601000040")
    assert see(*opened("80fd", mppe, b"")) == [CcpOpened("MPPE 128 bit stateless", "", False)]
    assert see(*opened("80fd", b"\x12\x02", b"")) == [CcpOpened("", "", encrypted=False)]


def test_ip_without_addresses_is_still_up() -> None:
    assert see(*opened("8021", b"", b"\x03\x03\x01")) == [IpOpened("", "")]


def test_a_flood_of_events_is_cut() -> None:
    watch = Watch()
    frame = packet("c021", 12, 1, b"\0\0\0\0again")
    assert sum(len(watch.see(frame, CLIENT, 5.0)) for _ in range(1000)) == 24
    assert sum(len(watch.see(frame, CLIENT, 8.0)) for _ in range(1000)) == 3
