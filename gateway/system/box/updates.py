"""The verbs for the two systems on the disk: how they are, an update, going back."""

from dataclasses import asdict
from typing import Final

from gateway.control.changes_outputs import Refused, Who
from gateway.control.problems import printable
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
    """What takes minutes is done by the worker."""

    def __init__(  # noqa: PLR0913 - the desk gives what the roof has made
        self,
        slots: Slots,
        cache: Cached[list[Slot]],
        outlet: Outlet,
        audit: Audit,
        worker: Worker,
        returning: Returning,
    ) -> None:
        self._slots = slots
        self._returning = returning
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
                    self._slots.install(path)
            finally:
                self._cache.forget()
            self._returning.installed(version)
            self._audit(who, f"the update to {printable(version)} is installed")
            return {"version": version, "next": NEXT}

        return self._worker.start(UPGRADE, work)

    def _rollback(self, request: Request, who: Who, now: float) -> object:
        def work() -> object:
            slot = self._slots.roll_back()
            self._returning.forget()
            self._cache.forget()
            return {"slot": slot, "next": NEXT}

        return self._worker.start("rollback", work)
