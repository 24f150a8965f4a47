"""What stays of a message and what goes, part by part."""

from gateway.bridge.cutting import Places, cut_avps, cut_ike, cut_ppp
from gateway.ike.attributes import Attribute, short_attribute
from gateway.ike.header import Header
from gateway.ike.numbers import Exchange, IdType, Kind, Notify, Protocol
from gateway.ike.payloads import (
    Delete,
    Identification,
    Notification,
    Payload,
    build_delete,
    build_identification,
    build_notification,
)
from gateway.ike.proposals import (
    Association,
    Proposal,
    Transform,
    build_association,
    parse_association,
)
from gateway.l2tp.avp import Avp
from gateway.ppp.frame import Packet
from gateway.wire.ipv4 import host_bytes

GATEWAY, OUTSIDE = host_bytes("198.51.100.1"), host_bytes("203.0.113.7")
CLIENT, OTHER = host_bytes("192.168.1.2"), host_bytes("10.7.7.7")
SECRET = bytes.fromhex("5ec2e75ec2e75ec2e75ec2e75ec2e75ec2e75ec2")
LCP, IPCP, CHAP = 0xC021, 0x8021, 0xC223


def places() -> Places:
    return Places(GATEWAY, OUTSIDE, fits=lambda hash, of_gateway: hash == bytes((of_gateway,)))


def one(kind: int, body: bytes, exchange: int = Exchange.MAIN) -> str:
    header = Header(b"cookie_i", b"cookie_r", kind, exchange)
    [part] = cut_ike(header, [Payload(kind, body)], places())
    return part


def identity(kind: int, data: bytes) -> bytes:
    return build_identification(Identification(kind, data, 17, 1701))


def test_values_that_are_made_anew_leave_their_lengths() -> None:
    assert one(Kind.KE, SECRET) == "4 public 20"
    assert one(Kind.NONCE, SECRET) == "10 nonce 20"
    assert one(Kind.HASH, SECRET) == "8 hash"


def test_what_nobody_knows_here_leaves_its_length() -> None:
    assert one(132, SECRET) == "132 cut 20"
    assert one(Kind.CERT, SECRET) == "6 cut 20"


def test_of_certificates_only_the_form_stays() -> None:
    assert one(Kind.SIGNATURE, SECRET) == "9 signature"
    assert one(Kind.CERT, b"\4" + SECRET) == "6 certificate 4"
    assert one(Kind.CERT, b"\7" + SECRET) == "6 cut 21"
    assert one(Kind.CERT_REQUEST, b"\1" + SECRET) == "7 request 1"
    assert one(Kind.ID, identity(IdType.DER_DN, SECRET)) == "5 id 9 17 1701 subject"


def test_what_cannot_be_read_leaves_its_length() -> None:
    assert [
        one(kind, b"x") for kind in (Kind.SA, Kind.ID, Kind.NOTIFICATION, Kind.DELETE, 131)
    ] == [
        "1 cut 1",
        "5 cut 1",
        "11 cut 1",
        "12 cut 1",
        "131 cut 1",
    ]


def test_a_vendor_id_stays_and_a_text_behind_it_goes() -> None:
    assert one(Kind.VENDOR, b"\x4a\x13") == "13 as 4a13"
    long = one(Kind.VENDOR, bytes(48) + SECRET)
    assert SECRET.hex() not in long
    assert len(long) == len("13 as ") + 2 * 68


def test_addresses_become_whose_they_are_and_names_their_lengths() -> None:
    kept = places()
    header = Header(b"cookie_i", b"cookie_r", Kind.ID, Exchange.QUICK)
    hosts = [CLIENT, GATEWAY, OUTSIDE, OTHER, CLIENT]
    payloads = [Payload(Kind.ID, identity(IdType.IPV4, host)) for host in hosts]
    payloads += [Payload(131, identity(IdType.IPV4, CLIENT))]
    payloads += [Payload(Kind.ID, identity(IdType.FQDN, b"press-3"))]
    payloads += [Payload(Kind.ID, identity(IdType.DER_GN, SECRET))]
    assert cut_ike(header, payloads, kept) == (
        "5 id 1 17 1701 client",
        "5 id 1 17 1701 gateway",
        "5 id 1 17 1701 outside",
        "5 id 1 17 1701 other",
        "5 id 1 17 1701 client",
        "131 nat-oa 1 17 1701 client",
        "5 id 2 17 1701 name:7",
        "5 id 10 17 1701 cut:20",
    )


def test_a_nat_d_hash_becomes_whose_place_it_is_of() -> None:
    assert one(20, b"\1") == "20 nat-d gateway"
    assert one(130, b"\0") == "130 nat-d outside"
    assert one(130, SECRET) == "130 nat-d other"


def test_proposals_stay_but_spis_and_long_values_go() -> None:
    attributes = (short_attribute(4, 2), Attribute(16384, SECRET, short=False))
    proposal = Proposal(1, Protocol.ESP, b"SPI!", (Transform(1, 3, attributes),))
    body = build_association(Association((proposal,)))
    kind, form, data = one(Kind.SA, body, Exchange.QUICK).split()
    assert (kind, form) == ("1", "esp")
    [read] = parse_association(bytes.fromhex(data)).proposals
    assert read.spi == bytes(4)
    assert [each.value for each in read.transforms[0].attributes] == [b"\0\2", bytes(20)]
    assert one(Kind.SA, body).split()[1] == "offer"


def test_notices_stay_as_far_as_they_say_nothing_of_a_place() -> None:
    told = Notification(Notify.REPLAY_STATUS, Protocol.ISAKMP, bytes(16), b"\0\0\0\1")
    assert one(Kind.NOTIFICATION, build_notification(told)) == "11 notify 1 24577 16 00000001"
    contact = Notification(Notify.INITIAL_CONTACT, Protocol.ISAKMP, bytes(16))
    assert one(Kind.NOTIFICATION, build_notification(contact)) == "11 notify 1 24578 16 cut:0"
    strange = Notification(40500, Protocol.ESP, b"SPI!", SECRET)
    assert one(Kind.NOTIFICATION, build_notification(strange)) == "11 notify 3 40500 4 cut:20"
    gone = build_delete(Delete(Protocol.ESP, (b"SPI1", b"SPI2")))
    assert one(Kind.DELETE, gone) == "12 delete 3 2"


def test_pairs_of_l2tp_that_hold_numbers_stay_and_others_leave_their_lengths() -> None:
    avps = [
        Avp(9, b"\0\1", mandatory=True),
        Avp(8, b"Microsoft"),
        Avp(7, b"OLDBOX", mandatory=True),
        Avp(11, SECRET, mandatory=True),
        Avp(30, b"alice"),
        Avp(33, SECRET),
        Avp(9, b"\0\1", vendor=311),
        Avp(9, SECRET, hidden=True),
    ]
    assert cut_avps(avps) == (
        "9 0 m as 0001",
        "8 0 - as 4d6963726f736f6674",
        "7 0 m name 6",
        "11 0 m cut 20",
        "30 0 - cut 5",
        "33 0 - cut 20",
        "9 311 - cut 2",
        "9 0 - cut 20",
    )


def ppp(protocol: int, code: int, data: bytes) -> str:
    [part] = cut_ppp(protocol, Packet(code, 7, data))
    return part


def test_options_of_lcp_stay_but_magic_addresses_and_numbers_to_call() -> None:
    options = bytes.fromhex("01040578 050611223344 0702 0305c22381 0d0306")
    kept = "01040578" + "050600000000" + "0702" + "0305c22381" + "0d0306"
    assert ppp(LCP, 1, options) == f"c021 1 as {kept}"
    endpoint = bytes.fromhex("130903aabbccddeeff")
    assert ppp(LCP, 1, endpoint) == "c021 1 as 130900000000000000"
    callback = bytes.fromhex("0d0803") + b"12345"
    assert ppp(LCP, 1, callback) == "c021 1 as 0d08000000000000"


def test_addresses_of_ipcp_go() -> None:
    assert ppp(IPCP, 1, bytes.fromhex("03060a010002")) == "8021 1 as 030600000000"


def test_proofs_and_unknown_packets_leave_their_lengths() -> None:
    assert ppp(CHAP, 2, SECRET) == "c223 2 cut 20"
    assert ppp(0xC023, 1, SECRET) == "c023 1 cut 20"
    assert ppp(LCP, 5, SECRET) == "c021 5 cut 20"
    assert ppp(LCP, 1, b"\1\1") == "c021 1 cut 2"
    assert ppp(0x8057, 1, b"\1\4\0\0") == "8057 1 cut 4"


def test_of_identifications_only_a_version_stays() -> None:
    assert ppp(LCP, 12, SECRET[:4] + b"MSRASV5.10") == f"c021 12 as 00000000{b'MSRASV5.10'.hex()}"
    assert ppp(LCP, 12, SECRET[:4] + b"MSRAS-0-PRESS3") == "c021 12 cut 18"
    assert ppp(LCP, 12, SECRET[:4] + b"MSRASV and my name") == "c021 12 cut 22"
