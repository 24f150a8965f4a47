"""The box's own authority: the verbs `ca.*`, its files, and what is made of a change of them.

The files lie beside the saved configuration (`control/authority_files.py`). Making a key takes
seconds on a small board and is done by a thread; what the gateway must know at once is handed over
in the loop itself, by `ca.apply` and with every list.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from gateway.control.authority_desk import AuthorityDesk
from gateway.control.changes_outputs import Activate, ActivationFailed, Refused
from gateway.control.document import ReadFile
from gateway.control.parts import Part
from gateway.system.box import clock
from gateway.system.box.answer import Answer, Worker, guarded
from gateway.system.box.disk import write_file
from gateway.system.box.outlet import Outlet
from gateway.system.box.places import Places
from gateway.system.chance import Chance
from gateway.system.control_socket import Later

SLOW: Final = frozenset({"ca.create", "ca.issue", "ca.gateway", "ca.export", "ca.restore"})
APPLY: Final = "ca.apply"
_ENDINGS: Final = {"ca.issue": ".p12", "ca.crl": ".crl", "ca.export": ".cer"}


class BoxAuthority:
    """`activate` makes the machine be as a text says; `tell` gets what belongs in the journal."""

    def __init__(
        self,
        places: Places,
        read: ReadFile,
        outlet: Outlet,
        activate: Callable[[Activate], None],
        tell: Callable[[str], None],
        wall: Callable[[], float] = clock.wall,
    ) -> None:
        self._outlet = outlet
        self._activate = activate
        self._tell = tell
        self._wall = wall
        self._desk = AuthorityDesk(read, writer(places.data), Chance())

    def answers(self, verb: object) -> bool:
        return verb == APPLY or self._desk.answers(verb)

    def answer(self, request: Mapping[str, Any], worker: Worker, running: str) -> Answer | Later:
        """`running` is the configuration in force; `Refused` if such work is under way."""
        if request["verb"] in SLOW:
            return worker.start("authority", lambda: self._work(request))
        if worker.busy("authority"):
            raise Refused("the authority is at work", "Wait until it has ended")
        return guarded(lambda: self._at_once(request, running), self._tell)

    def _at_once(self, request: Mapping[str, Any], running: str) -> object:
        found = {} if request["verb"] == APPLY else self._work(request)
        if request["verb"] != "ca.list":
            self._hand_over(running)
        return found

    def _work(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Files go out by the outlet; in their place stands where they are."""
        found = self._desk.answer(request, self._wall())
        data = found.pop("data", None)
        if data is not None:
            ending = ".p12" if "password" in found else _ENDINGS[request["verb"]]
            name = str(found.get("name", "authority")) + ending
            wanted = request.get("path", "")
            found["path"] = str(
                self._outlet.put(wanted if isinstance(wanted, str) else "", name, data)
            )
        return found

    def _hand_over(self, running: str) -> None:
        """The gateway reads its copy again: sessions live on, and dials follow the new files."""
        try:
            self._activate(Activate(running, running, frozenset({Part.GATEWAY})))
        except ActivationFailed as error:
            what = f"it is written, and the gateway could not be told ({error})"
            raise Refused(what, "Do: postern restart") from error


def writer(folder: Path) -> Callable[[str, str], None]:
    """Files below the folder, for root alone."""
    return lambda name, text: write_file(folder / name, text.encode())
