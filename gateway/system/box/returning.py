"""Whether the machines come back after an update; if not, the box goes back to the system before.

What is decided is in `control/returning.py`. The clock is the machine's own, since its start.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from typing import Any, Final

from gateway.control import returning
from gateway.control.changes_outputs import Refused, Who
from gateway.control.config import Config
from gateway.control.returning import Leaving
from gateway.control.sessions import SessionView
from gateway.system.box.answer import Worker
from gateway.system.box.audit import Audit
from gateway.system.box.disk import read_record, remove, write_record
from gateway.system.box.health import system_of
from gateway.system.box.places import Places
from gateway.system.box.slots import Slots
from gateway.system.box.view import is_rescue
from gateway.system.run import ToolFailed

LEAVING, GONE_BACK = "leaving.json", "gone-back.json"
EVERY: Final = 15.0  # seconds between two looks
WATCH: Final = Who("the watch over an update", "box")
Sessions = Callable[[], Sequence[SessionView] | None]
"""Who is connected; None while the gateway does not say."""


class Returning:
    """`look_up` gives a sentence about one machine's dials, or nothing; `reboot` a reason."""

    def __init__(  # noqa: PLR0913 - the roof gives the machine in pieces
        self,
        places: Places,
        boot: str,
        config: Callable[[], Config | None],
        sessions: Sessions,
        look_up: Callable[[str], str],
        slots: Slots,
        audit: Audit,
        reboot: Callable[[str, str], None],
        tell: Callable[[str], None],
        now: float,
    ) -> None:
        self._leaving, self._back = places.state / LEAVING, places.state / GONE_BACK
        self._root, self._system, self._boot = places.root, system_of(places.root)[0], boot
        self._config = config
        self._sessions = sessions
        self._look_up = look_up
        self._slots = slots
        self._audit = audit
        self._reboot = reboot
        self._worker = Worker(tell)
        self._came: set[str] = set()
        self._missing: tuple[str, ...] = ()
        self._going: Leaving | None = None  # while the way back is taken
        self._now = self._due = now
        self._watched = self._begun()

    # --- before the restart

    def installed(self, version: str) -> None:
        """An update waits for the next start; what was said of the one before is over."""
        remove(self._back)
        self._watched = None
        self._write(Leaving(self._system, self._boot, version))

    def leaving(self, back_at_once: bool) -> None:
        """The box stops. Who is there now is to be there again, if it is to start at once."""
        found = self._read()
        if found is not None and not back_at_once:
            remove(self._leaving)  # they may be off, too, when somebody switches it on
        elif found is not None and self._watched is None:
            self._write(found)

    def forget(self) -> None:
        """Somebody goes back by hand: nobody is waited for any more."""
        self._watched = None
        remove(self._leaving)
        remove(self._back)

    def _write(self, found: Leaving) -> None:
        sessions = self._sessions()
        if sessions is not None:
            found = replace(found, machines=returning.in_session(sessions))
        write_record(self._leaving, returning.leaving_to_data(found))

    # --- after it

    def _begun(self) -> Leaving | None:
        """What is watched since this start; an update that did not stay is not."""
        found = self._read()
        if found is None or not self._system or found.boot == self._boot:
            return None
        if is_rescue(self._root):  # nobody dials there
            return None
        if found.system == self._system:
            remove(self._leaving)
            return None
        return found

    def _read(self) -> Leaving | None:
        return returning.leaving_from_data(read_record(self._leaving))

    def deadline(self) -> float | None:
        return None if self._watched is None else self._due

    def handle_timeout(self, now: float) -> None:
        watched, config = self._watched, self._config()
        if watched is None or now < self._due:
            return
        self._now, self._due = now, now + EVERY
        if config is None:
            return
        minutes = config.upgrade.redial_minutes
        self._came |= set(returning.in_session(self._sessions() or ()))
        known = frozenset(client.name for client in config.clients if not client.revoked)
        self._missing = returning.missing(watched, known, self._came)
        if not minutes or not self._missing:
            self._over(watched)
        elif now >= 60.0 * minutes:
            self._go_back(watched, self._missing, minutes)

    def note(self) -> str:
        """For every console: who is waited for, or why the box has gone back."""
        watched, config = self._watched, self._config()
        if watched is None or config is None or not self._missing:
            return str(read_record(self._back).get("text", ""))
        left = config.upgrade.redial_minutes - self._now / 60.0
        return returning.waiting(watched, self._missing, left)

    def waited(self, now: float) -> dict[str, Any] | None:
        """Who is waited for: `version` of the update, `machines` and `seconds_left`, 0 while it is
        not known or the box goes back. None once the update stays, as far as the machines go."""
        watched, config = self._watched or self._going, self._config()
        if watched is None or not watched.machines:
            return None
        minutes = config.upgrade.redial_minutes if config else 0
        if config and not minutes:
            return None
        return {
            "version": watched.version,
            "machines": list(self._missing or watched.machines),
            "seconds_left": max(0.0, round(60.0 * minutes - now, 1)) if minutes else 0.0,
        }

    def _over(self, watched: Leaving) -> None:
        self._watched = None
        remove(self._leaving)
        if watched.machines and not self._missing:
            self._audit(WATCH, f"all that had a session before {watched.version} have one again")

    def _go_back(self, watched: Leaving, names: Collection[str], minutes: int) -> None:
        """Once, whatever comes of it: nobody wants a box that goes to and fro."""
        self._watched, self._going = None, watched
        remove(self._leaving)
        text = returning.gone_back(watched, names, minutes, self._look_up(min(names)))

        def work() -> object:
            try:
                slot = self._slots.roll_back()
            except (Refused, ToolFailed) as error:
                self._going = None
                self._audit(WATCH, f"{text}; the box stays all the same: {error}")
                return {}
            told = f"the box has gone back to slot {slot} by itself: {text}"
            write_record(self._back, {"text": told})
            self._audit(WATCH, told)
            self._reboot(text, str(WATCH))
            return {}

        self._worker.start("way back", work)

    def join(self) -> None:
        """Until the way back has been taken."""
        self._worker.join("way back")
