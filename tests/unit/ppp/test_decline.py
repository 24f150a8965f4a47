"""What is answered in a side's name: its bytes, and how often (RFC 1661, 5.3 and 5.4)."""

import pytest

from gateway.ppp.decline import MOST_REJECTS, Decliner
from gateway.ppp.frame import Packet
from gateway.ppp.numbers import Code, Protocol
from gateway.ppp.quirks import DECLINED, MANNERS, NO_EAP, PLAIN, READABLE

# A Windows client's: MRU 1400, magic number, PFC, ACFC, callback by CBCP (pfSense's LCP log), and
# multilink with an endpoint (class 0) and a discriminator for BAP (RFC 1990, 5.1; RFC 2125, 6.1).
OPTIONS = bytes.fromhex("01040578 0506 01020304 0702 0802 0d0306 1104064e 130300 17040001")
REFUSED = bytes.fromhex("0d0306 1104064e 130300 17040001")
EAP = bytes.fromhex("0304c227 050605060708")


def ask(data: bytes, identifier: int = 1) -> Packet:
    return Packet(Code.CONFIGURE_REQUEST, identifier, data)


def test_what_is_rejected_comes_back_as_it_came_and_nothing_else() -> None:
    answer = Decliner(PLAIN).see(Protocol.LCP, ask(OPTIONS, 7), from_client=True)
    assert answer is not None
    assert answer.packet == Packet(Code.CONFIGURE_REJECT, 7, REFUSED)
    assert answer.quirk == DECLINED


def test_a_link_is_only_held_up_so_often() -> None:
    decliner = Decliner(PLAIN)
    answers = [
        decliner.see(Protocol.LCP, ask(OPTIONS, number), from_client=True)
        for number in range(MOST_REJECTS + 2)
    ]
    assert [answer is None for answer in answers] == [False] * MOST_REJECTS + [True, True]


def test_before_a_shield_nobody_gets_through_who_insists() -> None:
    decliner = Decliner(PLAIN, always=True)
    answers = [
        decliner.see(Protocol.LCP, ask(OPTIONS, number), from_client=True)
        for number in range(3 * MOST_REJECTS)
    ]
    assert None not in answers


def test_a_server_that_asks_for_them_is_answered_too_and_counted_apart() -> None:
    decliner = Decliner(PLAIN)
    for number in range(MOST_REJECTS):
        decliner.see(Protocol.LCP, ask(OPTIONS, number), from_client=True)
    answer = decliner.see(Protocol.LCP, ask(OPTIONS, 7), from_client=False)
    assert answer is not None
    assert answer.packet == Packet(Code.CONFIGURE_REJECT, 7, REFUSED)


@pytest.mark.parametrize(
    ("protocol", "packet", "from_client"),
    [
        (Protocol.LCP, ask(bytes.fromhex("01040578")), True),
        (Protocol.LCP, Packet(Code.CONFIGURE_ACK, 1, OPTIONS), True),
        (Protocol.IPCP, ask(bytes.fromhex("0d0306")), True),
        (Protocol.LCP, ask(EAP), True),
        (Protocol.LCP, ask(bytes.fromhex("0305c22381")), False),
        (Protocol.LCP, ask(b""), False),
    ],
)
def test_all_else_is_for_the_other_side(
    protocol: Protocol, packet: Packet, from_client: bool
) -> None:
    decliner = Decliner(MANNERS["msl2tp"])
    assert decliner.see(protocol, packet, from_client=from_client) is None


def test_eap_is_declined_once_and_instead_of_it_ms_chap_2_is_asked_for() -> None:
    decliner = Decliner(MANNERS["msl2tp"])
    for _ in range(2):  # the same request again: our answer was lost
        answer = decliner.see(Protocol.LCP, ask(EAP, 9), from_client=False)
        assert answer is not None
        assert answer.packet == Packet(Code.CONFIGURE_NAK, 9, bytes.fromhex("0305c22381"))
        assert answer.quirk == NO_EAP
    assert decliner.see(Protocol.LCP, ask(EAP, 10), from_client=False) is None
    assert decliner.see(Protocol.LCP, ask(EAP, 11), from_client=False) is None


def test_a_client_without_such_manners_is_shown_eap() -> None:
    assert Decliner(PLAIN).see(Protocol.LCP, ask(EAP), from_client=False) is None


# IPCP's Van Jacobson compression with 16 slots and an address (RFC 1332, 4 and 3.3).
COMPRESSION = bytes.fromhex("0206002d0f00")
ADDRESS = bytes.fromhex("03060a010001")


def test_a_server_whose_clients_data_is_judged_never_gets_compressed_headers() -> None:
    decliner = Decliner(PLAIN, readable=True)
    for number in range(3 * MOST_REJECTS):
        packet = ask(COMPRESSION + ADDRESS, number)
        answer = decliner.see(Protocol.IPCP, packet, from_client=False)
        assert answer is not None
        assert answer.packet == Packet(Code.CONFIGURE_REJECT, number, COMPRESSION)
        assert answer.quirk == READABLE
    assert decliner.see(Protocol.IPCP, ask(ADDRESS), from_client=False) is None


def test_what_the_client_asks_for_may_be_had_for_it_is_the_servers_data() -> None:
    decliner = Decliner(PLAIN, readable=True)
    assert decliner.see(Protocol.IPCP, ask(COMPRESSION), from_client=True) is None
    assert Decliner(PLAIN).see(Protocol.IPCP, ask(COMPRESSION), from_client=False) is None
