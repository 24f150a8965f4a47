"""Two ends bring LCP up with the passage between them."""

import pytest

from gateway.ppp.events import LcpOpened, MruNotClamped, NotConverging, PppEvent, SendFrame
from gateway.ppp.machine import Passage
from tests.pair.ppp_world import MRU, LcpEnd, Link, mru

AUTH = {3: b"\xc2\x23\x81"}


def meet(client: LcpEnd, server: LcpEnd, limit: int = 1400) -> tuple[Link, list[PppEvent]]:
    """Three seconds, the usual restart timer, lie between two rounds."""
    passage, events = Passage(limit), list[PppEvent]()
    link = Link(client, server)

    def middle(frame: bytes, from_client: bool) -> bytes | None:
        out, told = passage.pass_frame(frame, from_client, 3.0 * link.rounds)
        link.said += [(one.to_client, one.frame) for one in told if isinstance(one, SendFrame)]
        events.extend(one for one in told if not isinstance(one, SendFrame))
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
    link, _ = meet(LcpEnd({**mru(1500), 4: b"\xc0\x25\0\0\0\0"}),
                   LcpEnd(AUTH, rejects=frozenset({4})))  # fmt: skip
    link.run()
    assert (link.rounds, link.client.wants) == (1, mru(1500))


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
