"""Stopping things on demand: the verbs that end sessions, and the button on the case."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.control.button import Meant
from gateway.control.changes_outputs import Refused, Who
from gateway.control.problems import printable
from gateway.system.box import reset, view
from gateway.system.box.audit import Audit
from gateway.system.box.places import Places
from gateway.system.box.power import Power

Request = Mapping[str, Any]
Verb = Callable[[Request, Who, float], object]
BUTTON: Final = Who("somebody at the case", "button")


class Stops:
    """`saved` gives what a reset seals by `seal`; `installing`: an update is being written."""

    def __init__(  # noqa: PLR0913 - the desk gives what the roof has made
        self,
        places: Places,
        power: Power,
        audit: Audit,
        say: Callable[[str], None],
        saved: Callable[[], str],
        seal: reset.Seal,
        installing: Callable[[], bool],
    ) -> None:
        self._places = places
        self._power = power
        self._audit = audit
        self._say = say
        self._saved = saved
        self._seal = seal
        self._installing = installing
        self.verbs: dict[str, Verb] = {
            "restart-gateway": self._restart_gateway,
            "reboot": self._reboot,
            "poweroff": self._poweroff,
            "factory-reset": self._reset,
            "config.sealed": self._sealed,
        }

    def _sealed(self, request: Request, who: Who, now: float) -> object:
        name = reset.AUTHORITY if request.get("authority") is True else reset.COPY
        return {"text": reset.sealed(self._places, name)}

    def press(self, meant: Meant) -> None:
        """The button was let go. There is nobody to tell a reason to: the audit has it."""
        what = "the rescue system" if meant is Meant.RESCUE else "a factory reset"
        if meant is Meant.NOTHING:
            return
        if self._installing():
            self._audit(BUTTON, f"the button asked for {what} while an update was written: no")
            return
        self._audit(BUTTON, f"the button asked for {what}")
        if meant is Meant.RESCUE:
            self._say("the box restarts into its rescue system: its button was pressed")
            self._power.reboot("the button on the case", str(BUTTON), rescue=True)
        else:
            self._say("the box becomes as new: its button was held for ten seconds")
            self._begin_reset(BUTTON, wipe=False)

    def _restart_gateway(self, request: Request, who: Who, now: float) -> object:
        self._say(f"{who} restarts the gateway: sessions to PPTP servers go on, others end")
        self._power.restart_gateway()
        return {}

    def _reboot(self, request: Request, who: Who, now: float) -> object:
        self._not_while_installing()
        rescue = request.get("rescue") is True
        into = " into its rescue system" if rescue else ""
        self._say(f"{who} restarts the box{into}{_why(request)}")
        self._power.reboot(request.get("reason"), str(who), rescue=rescue)
        return {}

    def _poweroff(self, request: Request, who: Who, now: float) -> object:
        self._not_while_installing()
        self._say(f"{who} switches the box off{_why(request)}")
        self._power.poweroff(request.get("reason"), str(who))
        return {}

    def _reset(self, request: Request, who: Who, now: float) -> object:
        self._not_while_installing()
        reset.check_typed(request.get("typed"), view.hostname())
        wipe = request.get("wipe") is True
        self._say(f"{who} makes the box as new")
        return {"sealed": self._begin_reset(who, wipe=wipe)}

    def _begin_reset(self, who: Who, *, wipe: bool) -> bool:
        kept = reset.begin(self._places, self._saved(), self._seal, wipe=wipe)
        reset.finish(self._places)
        self._power.reboot(f"factory reset{' and wipe' if wipe else ''}", str(who))
        return kept

    def _not_while_installing(self) -> None:
        if self._installing():
            raise Refused("an update is being installed", "Wait until it has ended")


def _why(request: Request) -> str:
    reason = request.get("reason")
    return f": {printable(' '.join(reason.split()))}" if isinstance(reason, str) and reason else ""
