"""The table row by row, what each action does to the two legs, and what waits."""

from typing import Any, cast

import pytest

from gateway.bridge.client_leg import ClientLeg
from gateway.bridge.crossing import Crossing
from gateway.bridge.inside_leg import Answered, Ended, Gone, InsideLeg, LegOutput, Told
from gateway.bridge.recorder import Recorder
from gateway.bridge.session import (
    MOST_HELD,
    SPEAKS_WITHIN,
    Session,
)
from gateway.bridge.session_states import TABLE, Do, Input, State
from gateway.bridge.silence import HEARD_WITHIN
from gateway.bridge.ways import Detour
from gateway.l2tp.numbers import Disconnect
from gateway.outputs import CloseTcp, Fact, Output, SendIp, What
from gateway.ppp.machine import Passage
from gateway.wire.udp import Endpoint

SERVER = Endpoint(bytes((192, 0, 2, 20)), 1723)
PEER = Endpoint(bytes((203, 0, 113, 7)), 62000)
IP = b"\xff\x03\x00\x21an ip packet"
ANSWER, REFUSE = Do.ANSWER_CLIENT, Do.REFUSE_CLIENT
CLIENT, INSIDE, OPEN = Do.HANG_UP_CLIENT, Do.HANG_UP_INSIDE, Do.OPEN
C, A, U, X = State.CALLING, State.ANSWERED, State.UP, State.CLOSING
D = State.DIVERTED

# state, what happens: what is done, state afterwards. From the rule that a leg without its partner
# is closed, and that a client is answered only by a server.
ROWS = [
    (C, Input.INSIDE_ANSWERED, {ANSWER}, A),
    (C, Input.INSIDE_ENDED, {REFUSE}, X),
    (C, Input.CLIENT_CONNECTED, set(), C),
    (C, Input.CLIENT_ENDED, {INSIDE}, X),
    (C, Input.ASKED, {REFUSE, INSIDE}, X),
    (A, Input.INSIDE_ANSWERED, set(), A),
    (A, Input.INSIDE_ENDED, {CLIENT}, X),
    (A, Input.CLIENT_CONNECTED, {OPEN}, U),
    (A, Input.CLIENT_ENDED, {INSIDE}, X),
    (A, Input.ASKED, {CLIENT, INSIDE}, X),
    (U, Input.INSIDE_ANSWERED, set(), U),
    (U, Input.INSIDE_ENDED, {CLIENT}, X),
    (U, Input.CLIENT_CONNECTED, set(), U),
    (U, Input.CLIENT_ENDED, {INSIDE}, X),
    (U, Input.ASKED, {CLIENT, INSIDE}, X),
    (C, Input.ELSEWHERE, set(), C),
    (A, Input.ELSEWHERE, set(), A),
    (U, Input.ELSEWHERE, set(), D),
    (D, Input.INSIDE_ANSWERED, set(), U),
    (D, Input.INSIDE_ENDED, {CLIENT}, X),
    (D, Input.CLIENT_CONNECTED, set(), D),
    (D, Input.CLIENT_ENDED, {INSIDE}, X),
    (D, Input.ASKED, {CLIENT, INSIDE}, X),
    (D, Input.ELSEWHERE, set(), D),
    (X, Input.ELSEWHERE, set(), X),
    (X, Input.INSIDE_ANSWERED, {INSIDE}, X),
    (X, Input.INSIDE_ENDED, set(), X),
    (X, Input.CLIENT_CONNECTED, set(), X),
    (X, Input.CLIENT_ENDED, set(), X),
    (X, Input.ASKED, set(), X),
]


class Lns:
    """Stands in the client's place: what it was told is in `told`."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []

    def answer(self, call: int, now: float) -> list[Any]:
        self.told.append((ANSWER,))
        return []

    def refuse(self, call: int, result: int, error: int, message: str, now: float) -> list[Any]:
        self.told.append((REFUSE, result, message))
        return []

    def hang_up(self, call: int, result: int, error: int, message: str, now: float) -> list[Any]:
        self.told.append((CLIENT, result, message))
        return []


class Leg:
    """The leg of that client: frames to it come out as they are."""

    def __init__(self) -> None:
        self.dial, self.began, self.peer, self.lns = 7, 99.0, PEER, Lns()
        self.recorder: Recorder | None = None
        self.recorded: list[tuple[str, bytes, bool]] = []

    def record(self, layer: str, data: bytes, now: float, *, by_client: bool) -> None:
        self.recorded.append((layer, data, by_client))

    def carry(self, events: list[Any]) -> list[Output]:
        return []

    def send_frame(self, call: int, frame: bytes) -> SendIp:
        return SendIp(frame)


class Inside:
    """The server's place: frames to it come out as they are, once it has answered."""

    kind, encryption, shared, has_more = "PPTP", "clear", None, False
    speaks_late = False

    def __init__(self, server: Endpoint = SERVER) -> None:
        self.server, self.call_id, self.peer_call = server, 0x2222, 0
        self.called = str(server)
        self.is_up = self.started = self.ended = self.abandoned = False
        self.links = 0

    def start(self, now: float) -> list[LegOutput]:
        self.started = True
        return []

    def hang_up(self, now: float) -> list[LegOutput]:
        self.ended = True
        return [CloseTcp(1), Gone()]

    def abandon(self, now: float) -> list[Output]:
        self.abandoned = True
        return [CloseTcp(1)]

    def link_up(self, now: float) -> list[LegOutput]:
        self.links += 1
        return []

    def deadline(self) -> float | None:
        return None

    def handle_timeout(self, now: float) -> list[LegOutput]:
        return []

    def drops(self) -> dict[str, int]:
        return {}

    def send(self, frame: bytes, now: float) -> list[Output]:
        return [SendIp(frame)]

    def late(self, now: float) -> list[bytes]:
        return []

    def drain(self, now: float) -> list[Output]:
        return []

    def road_deadline(self) -> float | None:
        return None


class Elsewhere:
    """Knows other servers: some after a failure, some by user. `asked` is what it was asked."""

    def __init__(self, *following: Inside, of: dict[str, Detour | str] | None = None) -> None:
        self.following = list(following)
        self.of = of or {}
        self.asked: list[str] = []

    def after_failure(
        self, session: Session, reason: str, busy: bool, now: float
    ) -> tuple[InsideLeg | None, list[Output]]:
        self.asked.append(reason)
        told: list[Output] = [Fact(What.SERVER_DOWN)]
        return (self.following.pop(0) if self.following else None), told

    def for_user(
        self, session: Session, user: str, now: float
    ) -> tuple[Detour | str | None, list[Output]]:
        self.asked.append(user)
        return self.of.get(user), []

    def note_answered(self, session: Session, now: float) -> list[Output]:
        self.asked.append("answered")
        return []


def make(
    state: State = State.CALLING, ways: Elsewhere | None = None
) -> tuple[Session, Leg, Inside]:
    leg, inside = Leg(), Inside()
    session = Session(
        7,
        cast(ClientLeg, leg),
        1,
        2,
        3,
        inside,
        "nt4",
        Crossing(Passage(1400)),
        100.0,
        ways,
    )
    session.state = state
    session.start_at = 0.0 if state is State.CALLING else None
    return session, leg, inside


def answered(session: Session, inside: Inside) -> None:
    inside.is_up, session.start_at = True, None
    session.inside_event([Answered("Microsoft", 0x1111)], 101.0)


def facts(outputs: list[Output]) -> list[What]:
    return [output.what for output in outputs if isinstance(output, Fact)]


def sent(outputs: list[Output]) -> list[bytes]:
    return [output.packet for output in outputs if isinstance(output, SendIp)]


def test_the_table_answers_everything() -> None:
    assert set(TABLE) == {(state, what) for state in State for what in Input}
    assert len(ROWS) == len(TABLE)


@pytest.mark.parametrize(("state", "what", "done", "after"), ROWS)
def test_a_row_does_what_it_says(state: State, what: Input, done: set[Do], after: State) -> None:
    assert (set(TABLE[state, what][0]), TABLE[state, what][1]) == (done, after)
    session, leg, inside = make(state)
    found = session._handle(what, 101.0, "because")
    told = {each[0] for each in leg.lns.told}
    told |= {INSIDE} if inside.ended else set()
    told |= {OPEN} if What.SESSION_OPENED in facts(found) else set()
    assert told == done
    assert session.state is after
    ended = after is X and state is not X
    assert (facts(found) == [What.SESSION_CLOSED]) is ended


@pytest.mark.parametrize(
    ("event", "result"),
    [
        (Ended("no line is free", was_open=False, busy=True), Disconnect.BUSY),
        (Ended("connection refused", was_open=False), Disconnect.NO_FACILITY_NOW),
        (Ended("it went away", was_open=True), Disconnect.LOST_CARRIER),
    ],
)
def test_the_client_hears_why_there_is_no_call(event: Ended, result: int) -> None:
    session, leg, _ = make()
    session.inside_event([event, Gone()], 101.0)
    assert leg.lns.told == [(REFUSE, result, event.reason)]
    assert session.gone


def test_a_server_that_refuses_is_a_refusal_in_the_account() -> None:
    session, _, _ = make()
    found = session.inside_event([Ended("no line is free", was_open=False)], 101.0)
    assert facts(found) == [What.REFUSED, What.SESSION_CLOSED]
    assert "192.0.2.20:1723: no line is free" in repr(found)


def test_the_owner_is_told_apart_from_the_server() -> None:
    session, leg, _ = make(State.UP)
    found = session.disconnect("the owner ended it", 160.0)
    assert leg.lns.told == [(CLIENT, Disconnect.ADMINISTRATIVE, "the owner ended it")]
    [closed] = [output for output in found if isinstance(output, Fact)]
    assert (closed.details["reason"], closed.details["seconds"]) == ("the owner ended it", "60")
    assert session.gone


def test_after_a_failure_the_next_server_is_called_and_the_client_hears_nothing() -> None:
    other = Inside(Endpoint(bytes((192, 0, 2, 21)), 1723))
    session, leg, inside = make(ways=Elsewhere(other))
    found = session.inside_event([Ended("no answer", was_open=False), Gone()], 101.0)
    assert facts(found) == [What.SERVER_DOWN, What.TROUBLE, What.SERVER_CALLED]
    assert (inside.abandoned, other.started, session.inside) == (True, True, other)
    assert (leg.lns.told, session.gone, session.state) == ([], False, C)


def test_after_the_last_server_the_client_is_refused() -> None:
    session, leg, _ = make(ways=Elsewhere())
    found = session.inside_event([Ended("no answer", was_open=False), Gone()], 101.0)
    assert facts(found) == [What.SERVER_DOWN, What.REFUSED, What.SESSION_CLOSED]
    assert leg.lns.told == [(REFUSE, Disconnect.NO_FACILITY_NOW, "no answer")]


def test_a_call_that_was_up_is_not_called_again_elsewhere() -> None:
    ways = Elsewhere(Inside())
    session, leg, _ = make(State.UP, ways)
    session.inside_event([Ended("it went away", was_open=True), Gone()], 101.0)
    assert ways.asked == []
    assert leg.lns.told == [(CLIENT, Disconnect.LOST_CARRIER, "it went away")]


CHAP = b"\xff\x03\xc2\x23"
# Response, identifier 1, 16 bytes of value, name "night-7" (RFC 1994, 4.1)
RESPONSE = CHAP + b"\x02\x01\x00\x1c\x10" + bytes(16) + b"night-7"


def detour(leg: Inside) -> Detour:
    return Detour(leg, "w2k", Crossing(Passage(1300)))


def test_a_user_of_another_server_is_put_through_there_and_his_proof_goes_nowhere() -> None:
    other = Inside(Endpoint(bytes((192, 0, 2, 21)), 1701))
    session, leg, inside = make(ways=Elsewhere(of={"night-7": detour(other)}))
    answered(session, inside)
    session.client_connected(102.0)
    found = session.from_client(RESPONSE, 103.0)
    assert sent(found) == []
    assert facts(found) == [What.DIVERTED, What.SERVER_CALLED]
    assert (session.state, session.route, inside.abandoned) == (D, "w2k", True)
    assert sent(session.from_client(IP, 103.5)) == []
    other.is_up = True
    session.inside_event([Answered("Microsoft", 5)], 104.0)
    assert session.state is U
    assert sent(session.from_inside([IP], 104.1)) == [IP]
    assert leg.lns.told == [(ANSWER,)]


def test_a_user_who_belongs_here_stays() -> None:
    ways = Elsewhere()
    session, _, inside = make(ways=ways)
    answered(session, inside)
    session.client_connected(102.0)
    assert sent(session.from_client(RESPONSE, 103.0)) == [RESPONSE]
    assert ways.asked == ["answered", "night-7"]


def test_nobody_is_sent_on_twice() -> None:
    there, back = Inside(), Inside()
    ways = Elsewhere(of={"night-7": detour(there)})
    session, _, inside = make(ways=ways)
    answered(session, inside)
    session.client_connected(102.0)
    session.from_client(RESPONSE, 103.0)
    ways.of = {"night-7": detour(back)}
    answered(session, there)
    assert sent(session.from_client(RESPONSE, 105.0)) == [RESPONSE]
    assert not back.started


def test_where_the_other_server_cannot_be_called_the_session_ends_with_that_reason() -> None:
    session, leg, inside = make(ways=Elsewhere(of={"night-7": "no address is free"}))
    answered(session, inside)
    session.client_connected(102.0)
    found = session.from_client(RESPONSE, 103.0)
    assert facts(found) == [What.REFUSED, What.SESSION_CLOSED]
    assert leg.lns.told[-1] == (CLIENT, Disconnect.ADMINISTRATIVE, "no address is free")


def test_what_a_leg_has_to_tell_is_in_the_account_of_this_dial() -> None:
    session, _, _ = make()
    [fact] = session.inside_event([Told(What.SERVER_KEYED, {"suite": "3des-sha1"})], 101.0)
    assert isinstance(fact, Fact)
    assert (fact.what, fact.dial, fact.details) == (What.SERVER_KEYED, 7, {"suite": "3des-sha1"})


def test_frames_of_the_client_wait_for_the_server() -> None:
    session, _, inside = make()
    assert session.from_client(IP, 100.5) == []
    answered(session, inside)
    found = session.client_connected(102.0)
    assert [packet[-len(IP) :] for packet in sent(found)] == [IP]


def test_frames_of_the_server_wait_until_the_client_has_spoken() -> None:
    session, _, inside = make()
    answered(session, inside)
    assert session._to_client(b"first") == []
    session.client_connected(102.0)
    assert session._to_client(b"second") == []
    assert sent(session.from_client(IP, 102.1))[:2] == [b"first", b"second"]
    assert sent(session._to_client(b"third")) == [b"third"]


def test_frames_for_a_client_that_does_not_speak_wait_only_so_long() -> None:
    session, _, inside = make()
    answered(session, inside)
    session.client_connected(102.0)
    session._to_client(b"first")
    assert session.deadline() == 102.0 + SPEAKS_WITHIN
    assert sent(session.handle_timeout(102.0 + SPEAKS_WITHIN)) == [b"first"]
    assert session.deadline() == 102.0 + HEARD_WITHIN


def test_frames_for_a_server_whose_ppp_begins_late_wait_until_it_has_spoken() -> None:
    session, _, inside = make()
    inside.speaks_late = True
    answered(session, inside)
    session.client_connected(102.0)
    assert sent(session.from_client(IP, 102.1)) == []
    assert sent(session.from_inside([IP], 102.2)) == [IP, IP]
    assert sent(session.from_client(IP, 102.3)) == [IP]


def test_nor_do_they_where_it_has_spoken_before_the_call_was_open() -> None:
    session, _, inside = make()
    inside.speaks_late = True
    answered(session, inside)
    session.from_inside([b"\x00\x21first"], 101.5)
    session.client_connected(102.0)
    assert sent(session.from_client(IP, 102.1)) == [b"\x00\x21first", IP]


def test_and_not_for_ever() -> None:
    session, _, inside = make()
    inside.speaks_late = True
    answered(session, inside)
    session.client_connected(102.0)
    session.from_client(IP, 102.1)
    assert session.deadline() == 102.0 + SPEAKS_WITHIN
    assert sent(session.handle_timeout(102.0 + SPEAKS_WITHIN)) == [IP]
    assert session.deadline() == 102.0 + HEARD_WITHIN


def test_what_waits_is_bounded_both_ways() -> None:
    session, _, _ = make()
    for _ in range(3 * MOST_HELD):
        session.from_client(IP, 100.5)
        session._to_client(IP)
    assert (len(session.held_in), len(session.held_out)) == (MOST_HELD, MOST_HELD)


def test_a_session_that_closes_carries_nothing_more() -> None:
    session, _, _ = make(State.CLOSING)
    assert session.from_client(IP, 100.5) == []
    assert session._to_client(IP) == []
    assert not session.held_in
    assert not session.held_out
    assert session.from_inside([IP], 100.5) == []


def test_frames_and_bytes_are_counted_by_direction() -> None:
    session, _, inside = make()
    answered(session, inside)
    session.client_connected(102.0)
    session.from_client(IP, 102.1)
    session.from_client(IP, 102.1)
    session._to_client(IP)
    assert (session.frames_in, session.bytes_in) == (2, 2 * len(IP))
    assert (session.frames_out, session.bytes_out) == (1, len(IP))


def test_the_road_asks_only_for_the_deadline_a_frame_can_change() -> None:
    session, _, inside = make()
    assert session.road_deadline() is None
    answered(session, inside)
    assert session.road_deadline() is None
