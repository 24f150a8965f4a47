"""Two ends bring LCP up with the passage between them."""

import pytest

from gateway.ppp.events import LcpOpened, MruNotClamped, NotConverging, PppEvent, Reply
from gateway.ppp.machine import Passage
from gateway.ppp.quirks import MANNERS, PLAIN, Manners
from tests.pair.ppp_world import MRU, REQUEST, LcpEnd, Link, mru, read

AUTH = {3: b"\xc2\x23\x81"}


def meet(
    client: LcpEnd, server: LcpEnd, limit: int = 1400, manners: Manners = PLAIN
) -> tuple[Link, list[PppEvent]]:
    """Three seconds, the usual restart timer, lie between two rounds."""
    passage, events = Passage(limit, manners), list[PppEvent]()
    link = Link(client, server)

    def middle(frame: bytes, from_client: bool) -> bytes | None:
        out, told = passage.pass_frame(frame, from_client, 3.0 * link.rounds)
        replies = [event for event in told if isinstance(event, Reply)]
        link.said += [(reply.to_client, reply.frame) for reply in replies]
        events.extend(event for event in told if not isinstance(event, Reply))
        return out

    link.middle = middle
    return link, events


@pytest.mark.parametrize("wish", [{}, mru(1500), mru(1600), mru(1400)])
def test_a_windows_client_comes_up_at_once_and_small(wish: dict[int, bytes]) -> None:
    link, events = meet(LcpEnd({**wish, 5: b"magi"}), LcpEnd(AUTH))
    link.run()
    assert link.rounds == 1
    assert events == [LcpOpened(1400, 1400, "MS-CHAPv2")]
    assert link.server.peer_takes() == link.client.peer_takes() == 1400


def test_an_option_an_old_server_rejects_is_asked_without() -> None:
    link, _ = meet(LcpEnd({**mru(1500), 4: b"\xc0\x25", 9: b"\x07"}),
                   LcpEnd(AUTH, rejects=frozenset({4, 9})))  # fmt: skip
    link.run()
    assert (link.rounds, link.client.wants) == (1, mru(1500))


WINDOWS = {**mru(1400), 5: b"magi", 7: b"", 8: b"", 13: b"\x06", 17: b"\x06\x4e", 23: b"\x00\x01"}


def test_callback_and_multilink_of_a_windows_client_never_reach_the_server() -> None:
    link, _ = meet(LcpEnd(dict(WINDOWS)), LcpEnd(AUTH))
    link.run()
    assert (link.up, link.rounds) == (True, 1)
    assert set(link.client.wants) == {1, 5, 7, 8}
    to_server = [frame for from_client, frame in link.carried if from_client]
    shown = [set(read(frame)[2]) for frame in to_server if read(frame)[0] == REQUEST]
    assert shown == [{1, 5, 7, 8}]


def test_a_client_that_insists_on_callback_has_its_way_with_the_server() -> None:
    """NT 4 may be set to call back; who asks for nothing else is not held up for ever."""
    stubborn = LcpEnd(dict(WINDOWS))
    passage = Passage(1400)
    passed = [passage.pass_frame(stubborn.ask(), True, 10.0 * n)[0] for n in range(8)]
    assert [out is not None for out in passed] == [False] * 5 + [True] * 3


EAP = {3: b"\xc2\x27"}


def test_a_client_that_may_stumble_over_eap_is_not_shown_it() -> None:
    server = LcpEnd(dict(EAP))
    link, events = meet(LcpEnd(mru(1500)), server, manners=MANNERS["msl2tp"])
    link.run()
    assert (link.up, link.rounds) == (True, 1)
    assert server.wants == AUTH
    assert events == [LcpOpened(1400, 1400, "MS-CHAPv2")]


def test_a_server_that_has_nothing_but_eap_is_let_through_the_second_time() -> None:
    passage = Passage(1400, MANNERS["msl2tp"])
    server = LcpEnd(dict(EAP))
    first = server.ask()
    assert passage.pass_frame(first, False, 0.0)[0] is None
    assert passage.pass_frame(first, False, 3.0)[0] is None  # our answer was lost
    server.identifier = 1
    assert passage.pass_frame(server.ask(), False, 6.0)[0] is not None


def test_everybody_else_is_shown_eap() -> None:
    passage = Passage(1400)
    assert passage.pass_frame(LcpEnd(dict(EAP)).ask(), False, 0.0)[0] is not None


def test_a_server_that_knows_no_mru_costs_one_restart_timer_and_is_told_of() -> None:
    link, events = meet(LcpEnd(), LcpEnd(AUTH, rejects=frozenset({MRU})))
    link.run()
    assert (link.up, link.rounds) == (True, 2)
    assert MruNotClamped(by_client=False) in events


def test_lost_frames_are_made_up_for() -> None:
    link, events = meet(LcpEnd(mru(1500)), LcpEnd(AUTH))
    link.losses = [False, True, False, True, True]
    link.run()
    assert link.up
    assert link.client.wants == mru(1500)
    assert isinstance(events[-1], LcpOpened)


class Stubborn(LcpEnd):
    """Asks for the same again, whatever it is told."""

    def _heed(self, code: int, options: dict[int, bytes]) -> list[bytes]:
        return []


def test_ends_that_never_agree_are_explained() -> None:
    link, events = meet(LcpEnd(values={3: b"\xc0\x23"}), Stubborn(AUTH))
    link.run(patience=12)
    reasons = [event.reason for event in events if isinstance(event, NotConverging)]
    assert reasons == ["the client refuses what the server asks for: authentication"]
