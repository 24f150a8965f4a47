"""The verbs for the two systems on the disk: how they are, an update, going back."""

from dataclasses import asdict
from typing import Final

from gateway.control.changes_outputs import Refused, Who
from gateway.control.problems import printable
from gateway.control.versions import is_older
from gateway.system.box.answer import Worker
from gateway.system.box.audit import Audit
from gateway.system.box.cached import Cached
from gateway.system.box.outlet import Outlet
from gateway.system.box.returning import Returning
from gateway.system.box.slots import Slot, Slots
from gateway.system.box.stops import Request, Verb

UPGRADE: Final = "upgrade"  # the kind of work
NEXT: Final = "it starts with the next reboot"


class Updates:
    """What takes minutes is done by the worker. `running` is the version of this system."""

    def __init__(  # noqa: PLR0913 - the desk gives what the roof has made
        self,
        slots: Slots,
        cache: Cached[list[Slot]],
        outlet: Outlet,
        audit: Audit,
        worker: Worker,
        returning: Returning,
        running: str,
    ) -> None:
        self._slots = slots
        self._returning = returning
        self._running = running
        self._cache = cache
        self._outlet = outlet
        self._audit = audit
        self._worker = worker
        self.verbs: dict[str, Verb] = {
            "slots": lambda request, who, now: [asdict(one) for one in cache.value()],
            "upgrade": self._upgrade,
            "upgrade.status": lambda request, who, now: asdict(slots.progress),
            "rollback": self._rollback,
        }

    def _upgrade(self, request: Request, who: Who, now: float) -> object:
        wanted = request.get("path", "")
        if not isinstance(wanted, str):
            raise Refused("path is no text", "Compare the versions: `postern version`")

        def work() -> object:
            try:
                with self._outlet.update(wanted) as path:
                    version = self._slots.check(path)
                    if request.get("older") is not True:
                        self._refuse_older(version)
                    self._slots.install(path)
            finally:
                self._cache.forget()
            self._returning.installed(version)
            self._audit(who, f"the update to {printable(version)} is installed")
            return {"version": version, "next": NEXT}

        return self._worker.start(UPGRADE, work)

    def _refuse_older(self, version: str) -> None:
        """Somebody may have been given a signed update whose faults are known by now."""
        if is_older(version, self._running):
            what = f"the update has {printable(version)}, which is older than {self._running} here"
            raise Refused(what, "Nothing has changed; if it is meant: postern upgrade --older FILE")

    def _rollback(self, request: Request, who: Who, now: float) -> object:
        def work() -> object:
            slot = self._slots.roll_back()
            self._returning.forget()
            self._cache.forget()
            return {"slot": slot, "next": NEXT}

        return self._worker.start("rollback", work)
