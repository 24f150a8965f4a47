"""Sessions and the accounts of them, whatever becomes of the gateway's process."""

from dataclasses import replace
from typing import Any

from gateway.bookkeeping import GONE_AFTER, LOOK_EVERY, Book, Mark
from gateway.bridge.gateway import Gateway
from gateway.control.accounting import told_from_json, told_to_json
from gateway.control.companions import Accounting
from gateway.control.config import Config
from gateway.radius.numbers import Cause, Status
from gateway.wire.ipv4 import host_bytes
from tests.pair.restart_world import MortalWorld

BOOT = "39fa86b4-a2c4-42d4-9893-e358c96a121f"
WANTED = Accounting(host_bytes("10.10.0.5"))


class Accounted:
    """A mortal gateway, and a book that reads its accounts as `postern accounting` does."""

    def __init__(self) -> None:
        self.mortal = MortalWorld()
        self.config: Config = replace(self.core.config, accounting=WANTED)
        self.core.config = self.config
        self.book = Book(BOOT, 300.0, Mark(BOOT))

    @property
    def core(self) -> Gateway:
        return self.mortal.world.core

    def read(self) -> list[tuple[int, str, int]]:
        """What the server is told of now: status, id, cause."""
        found: list[Any] = []
        now = self.mortal.net.now
        for _ in range(2):
            living = self.book.wants_all(now)
            told = told_to_json(self.core.ledger.tell(self.book.wants, living, now))
            found += self.book.note(told_from_json(told), now, now)
        return [(one.status, one.session, one.cause) for one in found]


def test_a_session_that_outlives_the_gateways_process_is_one_session() -> None:
    world = Accounted()
    client = world.mortal.world.call_up()
    [(status, session, _)] = world.read()
    assert status == Status.START
    world.mortal.kill(world.config)
    assert world.read() == []
    world.mortal.net.run_for(LOOK_EVERY)
    assert world.read() == []
    world.mortal.net.send(client.hang_up(world.mortal.net.now))
    world.mortal.net.run_for(2.0)
    assert world.read() == [(Status.STOP, session, Cause.USER_REQUEST)]


def test_one_that_does_not_is_over_when_it_was_looked_for_twice() -> None:
    world = Accounted()
    world.mortal.world.call_up()
    [(_, session, _)] = world.read()
    world.mortal.node.records.clear()
    world.mortal.kill(world.config)
    assert world.read() == []
    world.mortal.net.run_for(LOOK_EVERY)
    assert world.read() == [(Status.STOP, session, Cause.NAS_ERROR)]


def test_a_gateway_that_is_stopped_in_order_says_of_each_session_that_it_was() -> None:
    world = Accounted()
    world.mortal.world.call_up()
    [(_, session, _)] = world.read()
    world.mortal.world.ask(world.core.stop(world.mortal.net.now))
    assert world.core.ledger.untold
    assert world.read() == [(Status.STOP, session, Cause.ADMIN_REBOOT)]
    assert not world.core.ledger.untold
    assert world.book.note_silence(world.mortal.net.now + GONE_AFTER, 0.0) == []
