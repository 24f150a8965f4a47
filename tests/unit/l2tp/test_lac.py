"""The LAC's door: what it says first, what it lets in, and that it comes to rest."""

from gateway.l2tp.errors import Drop
from gateway.l2tp.events import CallClosed, Send, TunnelClosed, TunnelOpened
from gateway.l2tp.header import Header, build_header, parse_header
from gateway.l2tp.lac import Lac
from gateway.l2tp.messages import (
    Hello,
    Icrp,
    Scccn,
    Sccrp,
    Sccrq,
    StopCcn,
    build_body,
    parse_body,
    read_message,
)
from gateway.l2tp.values import ResultCode
from tests.pair.lac_world import meet
from tests.pair.net import seeded


def lac() -> Lac:
    return Lac("postern", seeded(1))


def begun() -> tuple[Lac, bytes]:
    core = lac()
    (sent,) = core.start(0.0)
    assert isinstance(sent, Send)
    return core, sent.message


def message(core: Lac, body: bytes, ns: int = 0, nr: int = 1) -> bytes:
    return build_header(Header(core.tunnel, 0, ns, nr), body)


REPLY = Sccrp(
    protocol_version=0x100,
    framing_capabilities=1,
    host_name=b"OLD",
    assigned_tunnel=9,
    receive_window=4,
)


def test_the_request_has_all_that_the_rfc_wants_and_no_secret() -> None:
    core, sent = begun()
    header, body = parse_header(sent)
    request = read_message(parse_body(body, None))
    assert isinstance(request, Sccrq)
    assert (header.tunnel, header.call, header.ns, header.nr) == (0, 0, 0, 0)
    assert (request.host_name, request.assigned_tunnel) == (b"postern", core.tunnel)
    assert (request.challenge, request.tie_breaker, request.receive_window) == (None, None, 8)


def test_nothing_is_done_before_it_is_started() -> None:
    core = lac()
    assert core.deadline() is None
    assert core.receive(message(core, build_body(REPLY)), 0.0) == []
    assert core.counters["no_tunnel"] == 1
    assert not core.idle


def test_a_tunnel_that_the_server_begins_is_not_served() -> None:
    core, _ = begun()
    request = Sccrq(protocol_version=0x100, framing_capabilities=1, assigned_tunnel=5)
    other = build_header(Header(0, 0, 0, 0), build_body(request))
    assert core.receive(other, 0.0) == []
    assert core.receive(b"\xc8\x02", 0.0) == []
    assert core.counters == {"no_tunnel": 1, "malformed": 1}


def test_a_reply_of_another_version_is_refused_with_ours() -> None:
    core, _ = begun()
    old = Sccrp(protocol_version=0x200, framing_capabilities=1, assigned_tunnel=9)
    closed = core.receive(message(core, build_body(old)), 0.0)[0]
    assert isinstance(closed, TunnelClosed)
    assert (closed.result, closed.error) == (5, 0x100)


def test_a_reply_that_comes_twice_opens_it_once() -> None:
    core, _ = begun()
    first = core.receive(message(core, build_body(REPLY)), 0.0)
    assert [type(event) for event in first] == [TunnelOpened, Send]
    again = core.receive(message(core, build_body(REPLY)), 0.0)
    assert [type(event) for event in again] == [Send]  # an acknowledgement


def test_a_reply_in_an_established_tunnel_ends_it() -> None:
    core, _ = begun()
    core.receive(message(core, build_body(REPLY)), 0.0)
    events = core.receive(message(core, build_body(REPLY), ns=1, nr=2), 0.0)
    assert isinstance(events[0], TunnelClosed)
    assert events[0].result == 7


def test_a_message_that_cannot_be_taken_apart_ends_the_tunnel() -> None:
    core, _ = begun()
    core.receive(message(core, build_body(REPLY)), 0.0)
    events = core.receive(message(core, b"\x80\x05\0\0\0\0", ns=1, nr=2), 0.0)
    assert isinstance(events[0], TunnelClosed)


def test_a_call_message_that_cannot_be_accepted_ends_only_its_call() -> None:
    world = meet().open()
    call = world.call()
    bad = build_body(Icrp(assigned_call=1))[:-2] + b"\0\0"  # an id of zero
    events = world.lac.receive(
        build_header(Header(world.lac.tunnel, call, 2, 4), bad), world.net.now
    )
    assert [type(event) for event in events] == [CallClosed, Send]


def test_an_unknown_message_that_may_be_ignored_is() -> None:
    core, _ = begun()
    core.receive(message(core, build_body(REPLY)), 0.0)
    unknown = b"\x00\x08\0\0\0\0\x00\x63"
    assert [type(event) for event in core.receive(message(core, unknown, 1, 2), 0.0)] == [Send]
    assert core.counters["ignored"] == 1


def test_its_own_end_is_repeated_until_it_is_acknowledged_or_too_late() -> None:
    core, _ = begun()
    core.receive(message(core, build_body(REPLY)), 0.0)
    core.receive(message(core, b"", ns=1, nr=2), 0.0)
    core.close("bye", 1.0)
    assert not core.idle
    while (due := core.deadline()) is not None:
        core.handle_timeout(due)
    assert core.idle


def test_both_may_end_it_at_once() -> None:
    core, _ = begun()
    core.receive(message(core, build_body(REPLY)), 0.0)
    core.close("bye", 1.0)
    stop = StopCcn(assigned_tunnel=9, result_code=ResultCode(1))
    core.receive(message(core, build_body(stop), ns=1, nr=2), 1.0)
    assert core.idle
    assert core.deadline() is None


def test_what_is_unexpected_in_the_beginning_ends_it() -> None:
    for body in (build_body(Scccn()), build_body(Hello())):
        core, _ = begun()
        assert isinstance(core.receive(message(core, body), 0.0)[0], TunnelClosed)


def test_data_without_a_call_goes_nowhere() -> None:
    core, _ = begun()
    assert core.open_data(bytes.fromhex("4002000c00010002ff03c021")) is Drop.NO_CALL
    assert core.seal_data(5, b"frame") is Drop.NO_CALL
    core.hang_up(5, 1, 0, "nobody", 0.0)


def test_an_id_of_ours_is_never_zero() -> None:
    drawn = iter([bytes(2), b"\0\5"])
    assert Lac("postern", lambda _: next(drawn)).tunnel == 5


def test_nor_is_it_one_that_is_taken() -> None:
    drawn = iter([b"\0\5", b"\0\6"])
    assert Lac("postern", lambda _: next(drawn), taken={5}).tunnel == 6


def test_a_call_that_is_not_there_has_no_numbers() -> None:
    assert not lac().is_numbered(5)
