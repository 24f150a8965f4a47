"""What a crossing lets across, by what it is made of."""

from dataclasses import replace

import pytest

from gateway.bridge.crossing import (
    CLEAR,
    CONFINES,
    DEMANDED,
    ENCRYPTS,
    END_TO_END,
    ENDS,
    READS,
    TERMS,
    Crossing,
    crossing_of,
    own_hands_of,
)
from gateway.bridge.crossing import header_of as header
from gateway.bridge.encryption import Encryption, NoEncryption
from gateway.bridge.shield import Shield
from gateway.control.config import Route
from gateway.control.suites import MPPE_TERMS
from gateway.control.users import Users
from gateway.control.values_reach import ALL, NONE, Reach
from gateway.ppp.confine import Confinement
from gateway.ppp.events import CcpOpened, LcpOpened, Reply, SendFrame, Terminated
from gateway.ppp.machine import Passage
from gateway.ppp.mppe import Terms
from gateway.ppp.quirks import DECLINED
from gateway.wire.udp import Endpoint
from tests.pair.peers.ppp_end import IP, with_header

CLIENT, SERVER = True, False
LCP, CCP, IPCP, NBFCP = b"\xc0\x21", b"\x80\xfd", b"\x80\x21", b"\x80\x3f"
REQUEST, ACK, TERMINATE = 1, 2, 5
MPPE = b"\x12\6\1\0\0\x40"
ROUTE = Route("nt4", "pptp", Endpoint(bytes((192, 0, 2, 20)), 1723))
DATA = b"\xff\x03\x00\x21" + with_header(IP, b"hello")


def control(protocol: bytes, code: int, data: bytes = b"", identifier: int = 1) -> bytes:
    head = bytes((code, identifier)) + (4 + len(data)).to_bytes(2)
    return b"\xff\x03" + protocol + head + data


def bare() -> Crossing:
    return Crossing(Passage(1400))


def bring_up(made: Crossing, protocol: bytes, data: bytes) -> None:
    for side in (CLIENT, SERVER):
        made.control(control(protocol, REQUEST, data), side, 0.0)
        made.control(control(protocol, ACK, data), not side, 0.0)


def test_a_bare_crossing_carries_data_as_it_comes() -> None:
    made = bare()
    for frame in (DATA, b"anything", b""):
        assert made.to_server(frame) == frame
        assert made.to_client(frame, 0.0) == (frame, [])
    assert (made.encryption, made.counts, made.deadline()) == (CLEAR, {}, None)
    assert made.handle_timeout(0.0) == []


def test_what_client_and_server_encrypt_themselves_is_called_so() -> None:
    made = bare()
    bring_up(made, CCP, MPPE)
    assert made.encryption == END_TO_END
    made.control(control(CCP, TERMINATE), CLIENT, 0.0)
    assert made.encryption == CLEAR


def test_compression_is_not_encryption() -> None:
    made = bare()
    bring_up(made, CCP, b"\x12\6\0\0\0\1")
    assert made.encryption == CLEAR


def test_a_server_that_ends_for_want_of_encryption_is_told_apart() -> None:
    made = bare()
    made.control(control(CCP, REQUEST, MPPE), SERVER, 0.0)
    _, events = made.control(control(LCP, TERMINATE, b"bye"), SERVER, 0.0)
    assert events == [Terminated(by_client=False, reason="bye"), DEMANDED]


def test_other_ends_are_ends_and_no_more() -> None:
    asked_for_nothing, network_was_up, client_ended = bare(), bare(), bare()
    network_was_up.control(control(CCP, REQUEST, MPPE), SERVER, 0.0)
    network_was_up.control(control(IPCP, ACK), SERVER, 0.0)
    client_ended.control(control(CCP, REQUEST, MPPE), SERVER, 0.0)
    for made, side in ((asked_for_nothing, SERVER), (network_was_up, SERVER)):
        assert len(made.control(control(LCP, TERMINATE), side, 0.0)[1]) == 1
    assert len(client_ended.control(control(LCP, TERMINATE), CLIENT, 0.0)[1]) == 1


def test_netbeui_is_noticed() -> None:
    made = bare()
    made.control(control(NBFCP, REQUEST), CLIENT, 0.0)
    assert not made.carries_netbeui
    made.control(control(NBFCP, ACK), SERVER, 0.0)
    assert made.carries_netbeui


def test_a_shield_stands_before_the_server_alone() -> None:
    made = Crossing(Passage(1400), Shield(1400))
    odd = control(LCP, 99)
    assert made.control(odd, SERVER, 0.0)[0] == odd
    assert made.control(odd, CLIENT, 0.0)[0] is None
    assert made.to_server(DATA[:-1]) is None
    assert made.to_client(DATA[:-1], 0.0)[0] == DATA[:-1]
    assert made.counts == {"shield_badpacket": 1, "shield_length": 1}


def test_what_the_shield_drops_is_not_news_to_the_encryption() -> None:
    """Else it would forget its keys for a beginning that the server has not heard of, and say later
    in the client's name what the client may not say."""
    encryption = Encryption([Terms(128)], Users().find)
    made = Crossing(Passage(1400), Shield(1400), encryption)
    made.control(control(LCP, REQUEST, b"\3\5\xc2\x23\x81"), SERVER, 0.0)
    made.control(control(LCP, REQUEST, b"\1\3\5"), CLIENT, 0.0)
    made.control(control(IPCP, REQUEST, b"\3\7" + bytes(5)), CLIENT, 0.0)
    made.control(control(IPCP, REQUEST, b"\3\6" + bytes(4)), CLIENT, 0.0)
    assert encryption._witness.version == 2
    assert encryption._held == [control(IPCP, REQUEST, b"\3\6" + bytes(4))]


def test_what_is_malformed_is_counted() -> None:
    made = bare()
    made.control(b"\xff\x03\xc0\x21\1", CLIENT, 0.0)
    assert made.counts == {"ppp_malformed": 1}


def test_a_refusal_goes_back_to_whoever_asked() -> None:
    passed, [event] = bare().control(control(LCP, REQUEST, b"\x0d\3\6"), CLIENT, 0.0)
    assert passed is None
    assert event == Reply(control(LCP, 4, b"\x0d\3\6"), to_client=True, quirk=DECLINED)


def test_lcp_that_opens_is_heard_by_the_shield() -> None:
    made = Crossing(Passage(1400), shield := Shield(1400))
    bring_up(made, LCP, b"\5\6magi")
    assert shield._mss == 1360
    big = b"\xff\x03\x00\x3f" + bytes(1501)
    assert made.to_server(big) is None


def test_a_route_says_what_its_crossing_is_made_of() -> None:
    def parts(**more: object) -> tuple[type, type]:
        made = crossing_of(replace(ROUTE, **more), Users(), 1400)  # type: ignore[arg-type]
        return type(made._shield), type(made._guard)

    nothing = type(None)
    assert parts() == (Shield, nothing)
    assert parts(shield=False) == (nothing, nothing)
    assert parts(encryption="refuse") == (Shield, NoEncryption)
    assert parts(encryption="mppe", shield=False) == (nothing, Encryption)


def test_encryption_by_the_gateway_takes_some_room() -> None:
    assert (header(ROUTE), header(replace(ROUTE, encryption="mppe"))) == (0, 4)


def test_every_name_of_the_configuration_has_its_terms() -> None:
    assert tuple(TERMS) == MPPE_TERMS
    assert TERMS["40-stateful"] == Terms(40, stateful=True)


@pytest.mark.parametrize("event", [LcpOpened(1, 1, ""), CcpOpened("", "", encrypted=True)])
def test_events_pass_as_they_are(event: object) -> None:
    assert bare()._noted(event) == [event]  # type: ignore[arg-type]


FILES = Reach(HOST := 0x0A0A0002, HOST, (6,), 139, 139)


@pytest.mark.parametrize(
    ("encryption", "shield", "reach", "why"),
    [
        ("mppe", True, (FILES,), ENCRYPTS),
        ("mppe", False, None, ENCRYPTS),
        ("clear", True, (FILES,), CONFINES),
        ("clear", False, (FILES,), CONFINES),
        ("clear", True, (ALL,), READS),
        ("refuse", True, None, READS),
        ("clear", False, None, ""),
        ("refuse", False, (ALL,), ""),
    ],
)
def test_whatever_may_change_or_stop_a_data_frame_wants_all_of_them(
    encryption: str, shield: bool, reach: tuple[Reach, ...] | None, why: str
) -> None:
    route = replace(ROUTE, encryption=encryption, shield=shield)
    assert own_hands_of(route, reach) == why


@pytest.mark.parametrize("reach", [None, (ALL,)])
def test_where_ppp_ends_here_workers_have_none_of_it(reach: tuple[Reach, ...] | None) -> None:
    assert own_hands_of(replace(ROUTE, kind="local", shield=False), reach, workers=2) == ENDS


@pytest.mark.parametrize(("reach", "why"), [(None, CONFINES), ((NONE,), CONFINES), ((ALL,), "")])
def test_into_the_lan_only_what_nobody_has_to_judge_is_left_to_the_kernel(
    reach: tuple[Reach, ...] | None, why: str
) -> None:
    assert own_hands_of(replace(ROUTE, kind="local", shield=False), reach) == why


@pytest.mark.parametrize("encryption", ["clear", "refuse"])
def test_where_nothing_wants_them_data_frames_cross_as_they_come(encryption: str) -> None:
    route = replace(ROUTE, encryption=encryption, shield=False)
    made = crossing_of(route, Users(), 1400)
    for frame in (DATA, DATA + b"longer than it says", b"\xff\x03\x00\x2d junk", b""):
        assert made.to_server(frame) == frame
        assert made.to_client(frame, 0.0) == (frame, [])


def test_a_confined_client_has_no_compression_and_its_data_is_judged() -> None:
    made = crossing_of(ROUTE, Users(), 1400, reach=(FILES,))
    assert made.reach == "10.10.0.2 tcp/139"
    assert made.to_server(DATA) is None
    [stray] = made.strays()
    assert (stray.protocol, made.strays()) == (17, [])
    assert made.counts == {"confined_out_of_reach": 1}
    assert made.control(control(CCP, REQUEST, MPPE), CLIENT, 0.0)[0] is None
    assert made.control(control(IPCP, REQUEST, b"\2\6\0\x2d\x0f\0"), SERVER, 0.0)[0] is None
    free = control(IPCP, REQUEST, b"\2\6\0\x2d\x0f\0", identifier=2)
    assert crossing_of(ROUTE, Users(), 1400).control(free, SERVER, 0.0)[0] == free


def test_who_may_go_everywhere_is_not_judged() -> None:
    for reach in (None, (ALL,)):
        made = crossing_of(ROUTE, Users(), 1400, reach=reach)
        assert (made.to_server(DATA), made.strays(), made.reach) == (DATA, [], "everything")


def test_the_route_into_the_lan_is_closed_where_nothing_is_said() -> None:
    made = crossing_of(replace(ROUTE, kind="local"), Users(), 1400)
    assert made.to_server(DATA) is None
    assert made.reach == "nothing (no reach is given)"


def test_a_new_confinement_keeps_the_counts() -> None:
    made = crossing_of(ROUTE, Users(), 1400, reach=(FILES,))
    made.to_server(DATA)
    made.confine(Confinement(), "nothing")
    made.to_server(DATA)
    assert (made.reach, made.counts) == ("nothing", {"confined_out_of_reach": 2})
    made.confine(None, "everything")
    assert made.to_server(DATA) == DATA
    assert made.counts == {"confined_out_of_reach": 2}
    made.confine(Confinement(), "nothing")
    made.to_server(DATA)
    assert made.counts == {"confined_out_of_reach": 3}


def test_a_link_that_is_up_is_taken_up_by_another() -> None:
    made = Crossing(Passage(1400), Shield(1400))
    bring_up(made, LCP, b"")
    bring_up(made, NBFCP, b"")
    bring_up(made, CCP, MPPE)
    again = Crossing(Passage(1400), Shield(1400))
    again.resume(made.kept())
    assert again.kept() == made.kept()
    assert (again.encryption, again.carries_netbeui) == (END_TO_END, True)


def test_what_the_gateway_encrypts_says_so() -> None:
    assert not bare().encrypts
    assert crossing_of(replace(ROUTE, encryption="mppe", mppe=MPPE_TERMS), Users(), 1400).encrypts


@pytest.mark.parametrize(("kind", "heard"), [("pptp", 1), ("local", 2)])
def test_pppd_hears_a_request_as_often_as_it_is_made_and_an_old_server_once(
    kind: str, heard: int
) -> None:
    made = crossing_of(replace(ROUTE, kind=kind), Users(), 1400)
    asked = [control(LCP, REQUEST, identifier=number) for number in (1, 2)]
    passed = [made.control(frame, CLIENT, float(now))[0] for now, frame in enumerate(asked)]
    assert len([frame for frame in passed if frame is not None]) == heard


@pytest.mark.parametrize(("kind", "asked"), [("pptp", 1), ("local", 0)])
def test_a_client_that_begins_late_is_asked_again_where_its_server_is_another_machine(
    kind: str, asked: int
) -> None:
    made = crossing_of(replace(ROUTE, kind=kind), Users(), 1400)
    frame, _ = made.control(control(LCP, REQUEST), SERVER, 0.0)
    made.begins_late()
    made.control(control(LCP, REQUEST), CLIENT, 2.0)
    _, events = made.control(control(LCP, ACK), SERVER, 2.0)
    again = [event.frame for event in events if isinstance(event, SendFrame)]
    assert again == [frame] * asked
