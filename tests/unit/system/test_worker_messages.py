"""What the daemon and a worker say to each other comes as it went."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.paths import (
    Again,
    CallCounted,
    CallPath,
    CallRefused,
    Dropped,
    FrameHeard,
    GreHeard,
    L2tpHeard,
    LookAt,
    Moved,
    PacketHeard,
    PathEvent,
    PathRequest,
    SaCounted,
    SaExpired,
    SendFrame,
    SendL2tp,
    SetCall,
    SetLeg,
    Spoke,
)
from gateway.system.worker_messages import (
    COUNT,
    KINDS,
    PING,
    build_event,
    build_request,
    parse_event,
    parse_request,
)
from gateway.wire.cursor import WireError
from tests.unit.bridge.worker_world import END, JOINED, PATH, PEER
from tests.unit.system.kernel_paths import CALL, LEG

REQUESTS: list[PathRequest] = [
    SetLeg(1, PATH),
    SetLeg(1, None),
    SetCall(2, JOINED),
    SetCall(2, CallPath(END)),
    SetCall(2, CALL),
    SetCall(2, None),
    SendL2tp(3, b"message"),
    SendFrame(4, b""),
    LookAt(5, 0xFFFFFFFF),
    Again(0xFFFFFFFF, b"packet"),
]
EVENTS: list[PathEvent] = [
    L2tpHeard(1, b"message"),
    FrameHeard(2, b"frame"),
    PacketHeard(b"packet"),
    GreHeard(b"gre"),
    SaCounted(1, 2, True, 3, 4, 5, 6, 7, True, (1, 2, 3)),
    CallCounted(1, 2, 3, 4, 5, True, (("gre_late", 2),)),
    SaExpired(1, 2, True, False),
    Moved(1, 2, PEER),
    Spoke(1, b"host"),
    Dropped(1, "no_sa"),
    CallRefused(1, "a reason", True),
]


@pytest.mark.parametrize("request_", REQUESTS, ids=lambda each: type(each).__name__)
def test_a_request_comes_as_it_went(request_: PathRequest) -> None:
    assert parse_request(build_request(request_)) == request_


@pytest.mark.parametrize("event", EVENTS, ids=lambda each: type(each).__name__)
def test_an_event_comes_as_it_went(event: PathEvent) -> None:
    assert parse_event(build_event(event)) == event


def test_a_window_below_the_newest_number_stays_here() -> None:
    found = parse_request(build_request(SetLeg(1, LEG)))
    assert isinstance(found, SetLeg)
    assert found.path == replace(LEG, inbound=(replace(LEG.inbound[0], seen=0),))
    assert LEG.inbound[0].seen


def test_whatever_is_said_has_a_kind_of_its_own() -> None:
    assert len(KINDS) < COUNT[0] < PING[0]
    first = {build_request(each)[0] for each in REQUESTS} | {build_event(e)[0] for e in EVENTS}
    assert first == set(range(len(KINDS)))


@given(st.binary(max_size=64))
def test_any_bytes_are_a_message_or_are_refused(data: bytes) -> None:
    try:
        parse_request(data)
    except WireError:
        return
    assert data[0] < len(KINDS)


@pytest.mark.parametrize("data", [b"", bytes((len(KINDS),)), b"\x02\0\0"])
def test_what_is_no_message_is_refused(data: bytes) -> None:
    with pytest.raises(WireError):
        parse_event(data)
