"""`postern accounting`: tells a RADIUS server of each session, and ends those that it wants ended.
A roof of its own.

Apart from the gateway: a server that is slow or gone must hold up nothing, and what it has not
taken waits on the disk. It asks the gateway's control socket once a second what began and ended.
"""

import argparse
import json
import os
import selectors
import sys
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Final

from gateway.bookkeeping import Book, Mark
from gateway.control.accounting_file import read_accounting
from gateway.control.companions import Accounting
from gateway.radius.account import Account, Nas, account_from_json, account_to_json, attributes
from gateway.radius.disconnect import Answerer, is_meant
from gateway.radius.errors import WrongSecret
from gateway.radius.events import Answering, Event, Send, Silent, Taken
from gateway.radius.machine import MOST_WAITING, Courier, Entry
from gateway.radius.numbers import ErrorCause
from gateway.radius.packet import Packet
from gateway.system.account_store import AccountStore, Found, StoreFailed
from gateway.system.chance import Chance
from gateway.system.clock import now, wall
from gateway.system.journal import ERROR, NOTICE, WARNING, Journal, read_by_systemd
from gateway.system.radius_socket import RadiusSocket
from gateway.system.service import Service
from gateway.system.signals import Signals
from gateway.user.client import Daemon, DaemonError, NotRunning, Refused, socket_path
from gateway.user.files import read_settings
from gateway.wire.cursor import WireError
from gateway.wire.ipv4 import host_text
from gateway.wire.udp import Endpoint

OK, FAILED = 0, 1
STATE: Final = Path("/var/lib/postern-accounting")
BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
PATIENCE: Final = 4.0  # seconds for the gateway's answer
ASK_EVERY: Final = 1.0  # seconds
MOST_SAID: Final = 32  # different lines that are said once each
SAID_FOR: Final = 3600.0  # seconds
Handle = Callable[[], None]
PARTING: Final = 3.0  # seconds for the server to take the last; what it does not take is kept


def main(argv: list[str] | None = None) -> int:
    """0 after an orderly stop, 1 if it could not start; standard error says why."""
    parser = argparse.ArgumentParser(prog="postern accounting", description=__doc__)
    parser.add_argument("--config", type=Path, default=Path("/etc/postern/postern.toml"))
    parser.add_argument("--socket", help="the daemon's control socket")
    parser.add_argument("--state", type=Path, default=STATE, help="what must not be lost")
    options = parser.parse_args(argv)
    journal = Journal(sys.stderr, now, read_by_systemd(os.environ, sys.stderr.fileno()))
    accounting = read_settings(options.config, read_accounting)
    if isinstance(accounting, list):
        for problem in accounting:
            journal.line(f"not started: {problem}", ERROR)
        return FAILED
    daemon = Daemon(socket_path(options.socket), patience=PATIENCE)
    with ExitStack() as stack:
        try:
            office = Office(accounting, daemon, options.state, journal, stack)
        except (StoreFailed, OSError) as error:
            place = f"UDP at {host_text(accounting.address or b'')}"
            why = error if isinstance(error, StoreFailed) else f"{place}: {error.strerror}"
            journal.line(f"not started: {why}", ERROR)
            return FAILED
        try:
            serve(office, journal)
        except StoreFailed as error:
            journal.line(f"stopped, and nothing is lost but time: {error}", ERROR)
            return FAILED
    return OK


def serve(office: "Office", journal: Journal) -> None:
    """Until a signal ends it; then the last goes out, as far as the server takes it."""
    with Signals() as signals, selectors.DefaultSelector() as selector:
        selector.register(signals, selectors.EVENT_READ, lambda: None)
        for source, handle in office.sources():
            selector.register(source, selectors.EVENT_READ, handle)
        journal.line(office.ready())
        Service(os.environ).ready(now())
        until = float("inf")
        while now() < until and (until == float("inf") or office.busy):
            for key, _ in selector.select(office.patience()):
                key.data()
            if any(signals.take()) and until == float("inf"):
                until = now() + PARTING
                office.close()
            office.step()
    journal.line(office.parting())


class Office:
    """Where the gateway, the book, the disk and the server meet."""

    def __init__(
        self, settings: Accounting, daemon: Daemon, state: Path, journal: Journal, stack: ExitStack
    ) -> None:
        """`StoreFailed` or OSError if the folder or the address cannot be had."""
        address = settings.address or b""
        name = settings.nas_identifier or os.uname().nodename
        self._nas, self._settings = Nas(address, name), settings
        self._server = Endpoint(settings.server or b"", settings.port)
        self._daemon, self._journal = daemon, journal
        self._socket = RadiusSocket(address)
        stack.callback(self._socket.close)
        self._listener: RadiusSocket | None = None
        self._answerer = Answerer(settings.secret, self._nas)
        if settings.disconnect:
            self._listener = RadiusSocket(address, settings.disconnect_port)
            stack.callback(self._listener.close)
        self._store = AccountStore(state)
        stack.callback(self._store.close)
        self._courier = Courier(settings.secret, Chance()(1)[0])
        self._taken: list[int] = []
        self._number = 0
        self._ask_at = 0.0
        self._is_closing = False
        self._is_there = False  # the gateway
        self._mark: Mark | None = None  # as it is on the disk
        self._said: dict[str, float] = {}
        self._book = self._begin(self._store.load())

    def _begin(self, found: Found) -> Book:
        """Go on with what is there."""
        self._courier.ahead = wall() - now()
        living = [one for text in found.living if (one := _account(text)) is not None]
        boot = BOOT.read_text().strip()
        book = Book(boot, float(self._settings.interim_seconds), _mark(found.mark))
        book.living = {one.session: one for one in living}
        for number, text in found.waiting:
            self._number = max(self._number, number)
            account = _account(text)
            if account is None:
                self._taken.append(number)
            else:
                self._taken += self._courier.put(self._entry(number, account))
        if self._store.said:
            self._journal.line(self._store.said, ERROR)
        self._book = book
        self._keep(book.begin(wall()))
        return book

    def ready(self) -> str:
        waiting = self._courier.waiting
        more = f"; {waiting} accounts wait for it" if waiting else ""
        return f"ready to tell {self._server} of sessions{more}"

    def parting(self) -> str:
        waiting = self._courier.waiting
        return f"stopped; {waiting} accounts wait for the next start" if waiting else "stopped"

    @property
    def busy(self) -> bool:
        return bool(self._courier.waiting or self._taken)

    def sources(self) -> list[tuple[RadiusSocket, Handle]]:
        found: list[tuple[RadiusSocket, Handle]] = [(self._socket, self._hear_server)]
        if self._listener is not None:
            found.append((self._listener, self._hear_wish))
        return found

    def patience(self) -> float:
        due = self._courier.deadline()
        soon = min(self._ask_at, now() + ASK_EVERY)
        return max(0.0, min(soon, soon if due is None else due) - now())

    def step(self) -> None:
        """Ask the gateway if it is time, and see that what waits goes out."""
        self._courier.ahead = wall() - now()
        if now() >= self._ask_at:
            self._ask_at = now() + ASK_EVERY
            self._keep(self._ask())
        elif self._is_closing:
            self._keep([])  # what was taken since: nobody asks any more, and it is waited for
        self._do(self._courier.handle_timeout(now()))

    def close(self) -> None:
        """We are to stop. Where the gateway has gone before us, so has everybody else."""
        self._ask_at, self._is_closing = float("inf"), True
        accounts = self._ask()
        if not self._is_there:
            accounts += self._book.close(wall())
        self._keep(accounts)

    # the gateway

    def _ask(self) -> list[Account]:
        """What it has to tell; a second time if there was another process of it."""
        book = self._book
        try:
            found: list[Account] = []
            for _ in range(2):
                living = book.wants_all(now())
                told = self._daemon.accounting(book.wants, living=living)
                if told.lost:
                    self._journal.line(f"{told.lost} sessions were not asked for in time", WARNING)
                found += book.note(told, now(), wall())
                if not book.wants_all(now()):
                    break
        except NotRunning:
            self._is_there = False
            return book.note_silence(now(), wall())
        except DaemonError as error:
            self._say_once(f"the gateway does not tell of sessions: {error}. {error.hint}")
            self._is_there = isinstance(error, Refused)
            return []
        self._is_there = True
        return found

    def _keep(self, accounts: list[Account]) -> None:
        """On the disk first, then to the server."""
        book, taken = self._book, self._taken
        entries = [self._entry(self._number + place, one) for place, one in enumerate(accounts, 1)]
        self._number += len(entries)
        before = self._courier.waiting
        for entry in entries:
            taken += self._courier.put(entry)
        if before <= MOST_WAITING <= self._courier.waiting:
            self._say_once(f"{MOST_WAITING} accounts wait: the oldest are forgotten from now on")
        living = {name: _text(book.living.get(name)) for name in book.changed}
        if not (entries or taken or living or self._mark != book.mark):
            return
        waiting = [
            (entry.number, _text(one) or "") for entry, one in zip(entries, accounts, strict=True)
        ]
        self._store.write(_mark_text(book.mark), living, waiting, taken)
        self._mark = book.mark
        book.changed.clear()
        self._taken = []

    def _entry(self, number: int, account: Account) -> Entry:
        told = attributes(account, self._nas)
        return Entry(number, account.status, account.session, account.at, told)

    # the server

    def _hear_server(self) -> None:
        for data, source in self._socket.receive():
            if source != self._server:
                continue
            try:
                self._do(self._courier.receive(data, now()))
            except WrongSecret:
                what = f"{source} answers with another secret than that of [accounting]"
                self._say_once(f"{what}: compare both ends")
            except WireError:
                continue  # an answer that comes late, to what was sent again

    def _do(self, events: Iterable[Event]) -> None:
        for event in events:
            match event:
                case Send(packet):
                    self._socket.send(packet, self._server)
                case Taken(number):
                    self._taken.append(number)
                case Silent():
                    waiting = self._courier.waiting
                    what = f"{self._server} does not answer; accounts wait on the disk ({waiting})"
                    hint = "look whether it runs, knows this machine, and has the same secret"
                    self._journal.line(f"{what}: {hint}", WARNING)
                case Answering():
                    self._said.clear()
                    self._journal.line(f"{self._server} answers again", NOTICE)

    def _hear_wish(self) -> None:
        assert self._listener is not None  # noqa: S101 - it is whom we hear
        for data, source in self._listener.receive():
            who = host_text(source.host)
            if source.host != self._server.host:
                self._say_once(f"{who} may end no session: it is not the server of [accounting]")
                continue
            try:
                wish = self._answerer.receive(data, source, now(), wall())
            except WireError as error:
                self._say_once(f"a request of {who} to end a session was dropped: {error}")
                continue
            if not isinstance(wish, bytes):
                refusal = wish.refusal or self._disconnect(wish.request)
                wish = self._answerer.answer(wish, refusal, now())
            self._listener.send(wish, source)

    def _disconnect(self, request: Packet) -> ErrorCause | None:
        """End every session that is meant, of those that are up at this moment."""
        self._keep(self._ask())
        meant = [one for one in self._book.living.values() if is_meant(request, one)]
        if not meant:
            return ErrorCause.SESSION_NOT_FOUND
        for account in meant:
            try:
                self._daemon.disconnect(number=account.port)
            except DaemonError as error:
                self._journal.line(f"session {account.port} could not be ended: {error}", WARNING)
                return ErrorCause.SESSION_NOT_FOUND
            who = account.user or account.machine
            self._journal.line(
                f"session {account.port} of {who} is ended: {self._server} wants it", NOTICE
            )
        self._ask_at = now()
        return None

    def _say_once(self, what: str) -> None:
        """And again an hour later, if it is still so."""
        self._said = {one: when for one, when in self._said.items() if now() < when + SAID_FOR}
        if what not in self._said and len(self._said) < MOST_SAID:
            self._said[what] = now()
            self._journal.line(what, WARNING)


def _text(account: Account | None) -> str | None:
    return None if account is None else json.dumps(account_to_json(account))


def _account(text: str) -> Account | None:
    """As it was written down; None if another version did so, whom we do not understand."""
    try:
        data = json.loads(text)
        return account_from_json(data) if isinstance(data, dict) else None
    except ValueError:
        return None


def _mark_text(mark: Mark) -> str:
    return json.dumps(asdict(mark))


def _mark(text: str) -> Mark:
    """Where there is none, nothing was read."""
    try:
        match json.loads(text):
            case {
                "boot": str(boot),
                "started": int() | float() as started,
                "last": int(last),
                "off": bool(off),
            }:
                return Mark(boot, float(started), last, off)
    except ValueError:
        return Mark()
    return Mark()


if __name__ == "__main__":
    sys.exit(main())
