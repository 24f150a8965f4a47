"""Every case of the clamp by itself; both ends together are in tests/property/test_ppp.py."""

import pytest

from gateway.ppp.clamp import Clamp
from tests.pair.ppp_world import ACK, NAK, REJECT, REQUEST, Options, lcp, mru

MAGIC: Options = {5: b"\x01\x02\x03\x04"}
CLIENT, SERVER = True, False


def asked(options: Options, limit: int = 1400, identifier: int = 1) -> tuple[Clamp, bytes | None]:
    clamp = Clamp(limit)
    return clamp, clamp.pass_frame(lcp(REQUEST, identifier, options), CLIENT)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({**mru(1500), **MAGIC}, {**mru(1400), **MAGIC}),
        ({**MAGIC, **mru(1600)}, {**MAGIC, **mru(1400)}),
        (MAGIC, {**mru(1400), **MAGIC}),
        ({}, mru(1400)),
        (mru(1400), mru(1400)),
        (mru(576), mru(576)),
        ({1: b"\x05"}, {1: b"\x05"}),  # no MRU at all: for the peer to refuse
        ({17: b"\x06\x4e"}, {**mru(1400), 17: b"\x06\x4e"}),  # MRRU stands (RFC 1990, 5.1.1)
    ],
)
def test_a_request_shows_at_most_our_mru(before: Options, after: Options) -> None:
    assert asked(before)[1] == lcp(REQUEST, 1, after)


@pytest.mark.parametrize("limit", [1500, 1600])
def test_a_wide_tunnel_needs_no_option(limit: int) -> None:
    assert asked(MAGIC, limit)[1] == lcp(REQUEST, 1, MAGIC)
    assert asked(mru(2000), limit)[1] == lcp(REQUEST, 1, mru(limit))


def test_the_asker_sees_its_own_options_acknowledged() -> None:
    for options in ({**mru(1500), **MAGIC}, MAGIC):
        clamp, shown = asked(options)
        assert shown is not None
        answer = shown[:4] + bytes([ACK]) + shown[5:]
        assert clamp.pass_frame(answer, SERVER) == lcp(ACK, 1, options)


def test_the_framing_stays_as_it_came() -> None:
    clamp = Clamp(1400)
    out = clamp.pass_frame(lcp(REQUEST, 1, MAGIC, head=b""), CLIENT)
    assert out == lcp(REQUEST, 1, {**mru(1400), **MAGIC}, head=b"")


def test_an_acknowledgement_of_something_else_stays_something_else() -> None:
    clamp, _ = asked(MAGIC)
    wrong = lcp(ACK, 1, mru(1400))
    assert clamp.pass_frame(wrong, SERVER) == wrong


@pytest.mark.parametrize("code", [ACK, NAK, REJECT])
def test_an_answer_to_an_older_request_is_left_alone(code: int) -> None:
    clamp, _ = asked(MAGIC)
    clamp.pass_frame(lcp(REQUEST, 2, MAGIC), CLIENT)
    answer = lcp(code, 1, {**mru(1400), **MAGIC})
    assert clamp.pass_frame(answer, SERVER) == answer


def test_an_asker_cannot_answer_itself() -> None:
    clamp, shown = asked(MAGIC)
    assert shown is not None
    reflected = shown[:4] + bytes([ACK]) + shown[5:]
    assert clamp.pass_frame(reflected, CLIENT) == reflected


def test_a_rejected_insertion_is_kept_back_and_not_repeated() -> None:
    clamp, _ = asked(MAGIC)
    assert clamp.pass_frame(lcp(REJECT, 1, mru(1400)), SERVER) is None
    assert clamp.refused(by_client=False)
    assert not clamp.refused(by_client=True)
    again = lcp(REQUEST, 1, MAGIC)
    assert clamp.pass_frame(again, CLIENT) == again
    assert clamp.pass_frame(lcp(ACK, 1, MAGIC), SERVER) == lcp(ACK, 1, MAGIC)


def test_a_rejected_insertion_is_taken_out_of_the_rest() -> None:
    clamp, _ = asked(MAGIC)
    answer = clamp.pass_frame(lcp(REJECT, 1, {**mru(1400), **MAGIC}), SERVER)
    assert answer == lcp(REJECT, 1, MAGIC)


def test_a_rejected_mru_is_shown_as_it_was_asked() -> None:
    clamp, _ = asked({**MAGIC, **mru(1500)})
    answer = clamp.pass_frame(lcp(REJECT, 1, {**MAGIC, **mru(1400)}), SERVER)
    assert answer == lcp(REJECT, 1, {**MAGIC, **mru(1500)})
    bare = lcp(REQUEST, 2, {})
    assert clamp.pass_frame(bare, CLIENT) == bare


def test_other_rejects_and_naks_pass() -> None:
    for code in (NAK, REJECT):
        clamp, _ = asked(MAGIC)
        assert clamp.pass_frame(lcp(code, 1, MAGIC), SERVER) == lcp(code, 1, MAGIC)
        assert not clamp.refused(by_client=False)


def test_a_smaller_mru_than_inserted_is_inserted_next() -> None:
    clamp, _ = asked(MAGIC)
    assert clamp.pass_frame(lcp(NAK, 1, mru(1000)), SERVER) is None
    again = clamp.pass_frame(lcp(REQUEST, 1, MAGIC), CLIENT)
    assert again == lcp(REQUEST, 1, {**mru(1000), **MAGIC})
    for shown in (1400, 1000):  # either may still be acknowledged
        answer = lcp(ACK, 1, {**mru(shown), **MAGIC})
        assert clamp.pass_frame(answer, SERVER) == lcp(ACK, 1, MAGIC)


def test_a_peer_that_wants_more_than_inserted_has_its_way() -> None:
    clamp, _ = asked(MAGIC)
    answer = clamp.pass_frame(lcp(NAK, 1, {**mru(1500), **MAGIC}), SERVER)
    assert answer == lcp(NAK, 1, MAGIC)
    assert clamp.refused(by_client=False)


def test_a_peer_that_wants_less_than_asked_tells_the_asker() -> None:
    clamp, _ = asked(mru(1500))
    answer = lcp(NAK, 1, mru(1000))
    assert clamp.pass_frame(answer, SERVER) == answer
    assert not clamp.refused(by_client=False)


@pytest.mark.parametrize(
    ("wish", "wanted", "told"), [(1500, 1450, None), (1420, 1450, lcp(NAK, 1, mru(1450)))]
)
def test_a_peer_that_wants_more_than_we_show_gets_what_was_asked(
    wish: int, wanted: int, told: bytes | None
) -> None:
    clamp, _ = asked(mru(wish))
    assert clamp.pass_frame(lcp(NAK, 1, mru(wanted)), SERVER) == told
    again = lcp(REQUEST, 1, mru(wish))
    assert clamp.pass_frame(again, CLIENT) == again
    more = lcp(NAK, 1, mru(wanted))
    assert clamp.pass_frame(more, SERVER) == more  # now it is about what was really asked


def test_both_sides_are_clamped_apart() -> None:
    clamp = Clamp(1400)
    clamp.pass_frame(lcp(REQUEST, 1, MAGIC), CLIENT)
    assert clamp.pass_frame(lcp(REQUEST, 1, mru(1500)), SERVER) == lcp(REQUEST, 1, mru(1400))
    assert clamp.pass_frame(lcp(ACK, 1, mru(1400)), CLIENT) == lcp(ACK, 1, mru(1500))


@pytest.mark.parametrize(
    ("wish", "shown"), [(1400, 1396), (1404, 1400), (1500, 1400), (3, 0), (0, 0)]
)
def test_a_server_is_sent_less_where_encryption_adds_to_it(wish: int, shown: int) -> None:
    clamp = Clamp(1400, overhead=4)
    assert clamp.pass_frame(lcp(REQUEST, 1, mru(wish)), SERVER) == lcp(REQUEST, 1, mru(shown))
    assert clamp.pass_frame(lcp(ACK, 1, mru(shown)), CLIENT) == lcp(ACK, 1, mru(wish))
    assert clamp.asked(by_client=False) == wish
    assert clamp.asked(by_client=True) is None
    assert clamp.pass_frame(lcp(REQUEST, 1, mru(1400)), CLIENT) == lcp(REQUEST, 1, mru(1400))


@pytest.mark.parametrize(
    "frame",
    [
        bytes.fromhex("80210101000a0306c0000201"),  # IPCP
        bytes.fromhex("c0210101000a0109"),  # a false option
        bytes.fromhex("c0210101ffff"),  # a false length
        bytes.fromhex("c0"),
        lcp(9, 1, {}),  # Echo-Request
    ],
)
def test_all_else_is_left_alone(frame: bytes) -> None:
    clamp, _ = asked(MAGIC)
    assert clamp.pass_frame(frame, SERVER) == frame
    assert clamp.pass_frame(frame, CLIENT) == frame


def test_what_was_agreed_on_is_taken_up_by_another() -> None:
    clamp = Clamp(1400)
    clamp.pass_frame(lcp(REQUEST, 1, mru(1500)), CLIENT)
    clamp.pass_frame(lcp(REQUEST, 4, MAGIC), SERVER)
    clamp.pass_frame(lcp(REJECT, 4, mru(1400)), CLIENT)
    again = Clamp(1400)
    again.resume(*clamp.kept())
    assert again.kept() == clamp.kept()
    assert (again.asked(by_client=True), again.refused(by_client=True)) == (1500, True)
    assert again.pass_frame(lcp(REQUEST, 5, MAGIC), SERVER) == lcp(REQUEST, 5, MAGIC)
