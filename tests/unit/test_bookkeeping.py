"""What a RADIUS server is told, from what the gateway tells."""

from dataclasses import replace
from typing import Any

import pytest

from gateway.bookkeeping import GONE_AFTER, LOOK_EVERY, STOPPED, Book, Mark, cause_of
from gateway.bridge.gateway import STOPPING
from gateway.control.accounting import Sitting, Told
from gateway.radius.account import Account
from gateway.radius.numbers import Cause, Status

BOOT = "39fa86b4-a2c4-42d4-9893-e358c96a121f"
WALL = 1_700_000_000.0  # when the machine's clock is at nothing
STARTED = 5.0
ADA = Sitting(
    number=7,
    began=100.0,
    client="press-3",
    peer="203.0.113.7:4500",
    user="ada",
    client_ip="10.1.0.2",
    route="nt4",
    server="192.0.2.20:1723",
    kind="PPTP",
    natt="draft-02n",
    suite="3des-sha1",
    tunnel=3,
    call=4,
    seconds=2.0,
)
ID = "39fa86b4a2c4-186a0-7"


def counted(seconds: float, octets: int) -> Sitting:
    return replace(ADA, seconds=seconds, bytes_in=octets, frames_in=3)


def over(by: str = "client", reason: str = "the client hung up", seconds: float = 30.0) -> Sitting:
    return replace(counted(seconds, 900), over=True, by=by, reason=reason)


class Desk:
    """A book, and a gateway that tells of these."""

    def __init__(self, book: Book | None = None, interim: float = 300.0) -> None:
        self.book = book or Book(BOOT, interim, Mark(BOOT, STARTED))
        self.last = 0

    def tell(self, now: float, *news: Sitting, **more: Any) -> list[tuple[int, str]]:
        self.last += len(news)
        told = Told(more.pop("started", STARTED), self.last, news=news, **more)
        return [(one.status, one.session) for one in self.accounts(told, now)]

    def accounts(self, told: Told, now: float) -> list[Account]:
        return self.book.note(told, now, WALL + now)


def test_a_session_begins_and_ends_with_what_it_has_carried() -> None:
    desk = Desk()
    [start] = desk.accounts(Told(STARTED, 1, news=(ADA,)), 102.0)
    assert (start.status, start.session, start.at) == (Status.START, ID, WALL + 100.0)
    assert (start.user, start.machine, start.caller) == ("ada", "press-3", "203.0.113.7")
    assert (start.called, start.framed, start.connection) == ("192.0.2.20", "10.1.0.2", "3/4")
    assert (start.info, start.local) == ("press-3 / route nt4 / 3des-sha1 / draft-02n", False)
    [stop] = desk.accounts(Told(STARTED, 2, news=(over(),)), 131.0)
    assert (stop.status, stop.session, stop.at) == (Status.STOP, ID, WALL + 130.0)
    assert (stop.octets_in, stop.packets_in, stop.seconds) == (900, 3, 30)
    assert stop.cause == Cause.USER_REQUEST
    assert desk.book.living == {}


def test_one_that_was_over_before_anybody_asked_has_both_all_the_same() -> None:
    assert Desk().tell(200.0, over()) == [(Status.START, ID), (Status.STOP, ID)]


def test_a_beginning_is_told_once() -> None:
    desk = Desk()
    desk.tell(102.0, ADA)
    assert desk.tell(103.0, living=(ADA,)) == []
    assert desk.tell(104.0, ADA) == []


def test_where_ppp_ends_here_the_route_is_what_was_called() -> None:
    here = replace(ADA, kind="PPP", server="pppd on this machine", route="lan")
    [start] = Desk().accounts(Told(STARTED, 1, news=(here,)), 102.0)
    assert (start.called, start.local) == ("lan", True)


def test_what_it_has_carried_is_told_every_so_often() -> None:
    desk = Desk(interim=60.0)
    desk.tell(102.0, ADA)
    assert desk.tell(132.0, living=(counted(32.0, 100),)) == []
    told = Told(STARTED, 1, living=(counted(62.0, 500),))
    [interim] = desk.accounts(told, 162.0)
    assert (interim.status, interim.octets_in, interim.seconds) == (Status.INTERIM, 500, 62)
    assert interim.at == WALL + 162.0
    assert desk.tell(163.0, living=(counted(63.0, 500),)) == []


def test_after_a_restart_of_ours_the_server_hears_at_once_who_is_still_there() -> None:
    book = Book(BOOT, 300.0, Mark(BOOT, STARTED))
    book.living = {ID: Account(Status.START, WALL, ID, user="ada")}
    assert Desk(book).tell(400.0, living=(counted(300.0, 1),)) == [(Status.INTERIM, ID)]


def test_one_whose_beginning_was_not_heard_begins_when_it_is_seen() -> None:
    assert Desk().tell(400.0, living=(counted(300.0, 1),)) == [(Status.START, ID)]


def test_who_it_is_stays_as_it_was_at_the_start() -> None:
    desk = Desk()
    desk.tell(102.0, ADA)
    [stop] = desk.accounts(Told(STARTED, 2, news=(replace(over(), user="ADA", client_ip=""),)), 131)
    assert (stop.user, stop.framed) == ("ada", "10.1.0.2")


def test_all_that_is_up_is_asked_for_now_and_then() -> None:
    desk = Desk()
    assert desk.book.wants_all(0.0)
    desk.tell(10.0, living=())
    assert not desk.book.wants_all(10.0 + LOOK_EVERY - 1)
    assert desk.book.wants_all(10.0 + LOOK_EVERY)


def test_news_that_were_lost_are_made_good_by_asking_for_all() -> None:
    desk = Desk()
    desk.tell(10.0, living=())
    desk.tell(11.0, lost=3)
    assert desk.book.wants_all(11.0)


def test_a_session_that_is_not_there_any_more_has_ended_unless_its_end_is_told_yet() -> None:
    desk = Desk()
    desk.tell(102.0, ADA)
    assert desk.tell(110.0, living=()) == []
    assert desk.tell(111.0, over()) == [(Status.STOP, ID)]
    desk = Desk()
    desk.tell(102.0, ADA)
    desk.tell(110.0, living=())
    [stop] = desk.accounts(Told(STARTED, 1, living=()), 140.0)
    assert (stop.status, stop.cause, stop.at) == (Status.STOP, Cause.NAS_ERROR, WALL + 110.0)


def test_another_process_of_the_gateway_has_numbers_of_its_own() -> None:
    desk = Desk()
    desk.tell(102.0, ADA)
    assert desk.book.wants == 1
    assert desk.tell(110.0, over(), started=99.0) == []  # behind a number of the other's
    assert (desk.book.wants, desk.book.wants_all(110.0)) == (0, True)
    assert desk.tell(110.0, living=(ADA,), started=99.0) == []


def test_after_a_boot_what_was_up_has_ended_and_then_we_are_there() -> None:
    book = Book(BOOT, 300.0, Mark("another", 1.0, 40))
    book.living = {"x-1-1": Account(Status.INTERIM, WALL, "x-1-1", octets_in=5)}
    stop, on = book.begin(WALL + 50)
    assert (stop.status, stop.cause, stop.octets_in) == (Status.STOP, Cause.NAS_REBOOT, 5)
    assert (on.status, on.session, on.at) == (Status.ON, "", WALL + 50)
    assert (book.mark, book.changed) == (Mark(BOOT), {"x-1-1"})


def test_within_a_boot_nobody_is_told_that_we_are_there_again() -> None:
    assert Book(BOOT, 300.0, Mark(BOOT, STARTED, 3)).begin(WALL) == []


def test_when_the_last_has_gone_before_us_the_server_is_told_and_told_again_when_we_are_back() -> (
    None
):
    book = Book(BOOT, 300.0, Mark(BOOT, STARTED))
    assert [one.status for one in book.close(WALL)] == [Status.OFF]
    assert book.close(WALL) == []
    again = Book(BOOT, 300.0, book.mark)
    assert [one.status for one in again.begin(WALL)] == [Status.ON]


def test_where_sessions_wait_for_another_gateway_nobody_says_that_there_is_none() -> None:
    desk = Desk()
    desk.tell(102.0, ADA)
    assert desk.book.close(WALL) == []


def test_without_a_gateway_its_sessions_wait_for_a_minute() -> None:
    desk = Desk()
    desk.tell(102.0, ADA)
    assert desk.book.note_silence(102.0 + GONE_AFTER - 1, WALL) == []
    [stop] = desk.book.note_silence(102.0 + GONE_AFTER, WALL)
    assert (stop.status, stop.cause) == (Status.STOP, Cause.NAS_REBOOT)


def test_one_that_has_heard_of_no_gateway_yet_waits_too() -> None:
    book = Book(BOOT, 300.0, Mark(BOOT, STARTED))
    book.living = {ID: Account(Status.START, WALL, ID)}
    assert book.note_silence(5.0, WALL) == []
    assert len(book.note_silence(5.0 + GONE_AFTER, WALL)) == 1


@pytest.mark.parametrize(
    ("by", "reason", "cause"),
    [
        ("client", "the client hung up", Cause.USER_REQUEST),
        ("server", "the server ended PPP: idle", Cause.HOST_REQUEST),
        ("server", "closed the control connection", Cause.LOST_SERVICE),
        ("owner", "the owner of the gateway ended it", Cause.ADMIN_RESET),
        ("gateway", STOPPED, Cause.ADMIN_REBOOT),
        ("gateway", "its key was taken out", Cause.NAS_REQUEST),
        ("nobody", "the client no longer answers", Cause.LOST_CARRIER),
        ("", "", Cause.NAS_ERROR),
    ],
)
def test_every_end_has_a_cause(by: str, reason: str, cause: Cause) -> None:
    assert cause_of(over(by, reason)) is cause


def test_the_gateway_says_that_it_is_being_stopped_in_these_words() -> None:
    assert STOPPED == STOPPING


def test_no_two_sessions_have_one_id_not_even_after_a_boot() -> None:
    book = Book(BOOT, 300.0, Mark())
    other = Book(BOOT.replace("3", "4"), 300.0, Mark())
    sittings = [ADA, replace(ADA, number=8), replace(ADA, began=100.001)]
    found = {one.session_id(each) for one in (book, other) for each in sittings}
    assert len(found) == 6
    assert all(len(one) <= 64 for one in found)  # what FreeRADIUS' table holds
