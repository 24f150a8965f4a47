"""A real client of the lab dials a box on the cables, through a NAT, as it is told."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.image.appliance import Appliance
from tests.image.cables import Cables
from tests.image.conftest import locked
from tests.interop.lab.boot import LOGS, play
from tests.interop.lab.topology import OUTSIDE
from tests.interop.scenarios import held as staying
from tests.interop.scenarios.as_told import LOOKED, TOLD, UP

SCENARIO, STAYING = "as_told", "held"
DIALS = 300.0  # seconds from the lab's start until the link is up
USER = "operator"  # of the old server inside


@dataclass(frozen=True, slots=True)
class Told:
    """What whoever is at the old machine has been told; `pings` are for the server inside."""

    psk: str = field(repr=False)
    dialled: str = OUTSIDE
    user: str = USER
    pings: int = 0


@dataclass(frozen=True, slots=True)
class Dialled:
    """How it went: `reached` says it of the server's shares and of a port beside them. `session`
    is what the box said of it, `seen` what `look` found, while it was up."""

    address: str
    reached: list[bool]
    received: int
    session: dict[str, Any]
    seen: object


def dial(
    wires: Cables, box: Appliance, told: Told, look: Callable[[], object] = lambda: None
) -> Dialled:
    """Once, and hung up after `look`, which is called while the link is up. On the cables.

    Of stories that are played side by side one dials at a time: the scenario has one folder.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    with locked(LOGS / f"{SCENARIO}.lock"):
        return _dial(wires, box, told, look)


def _dial(wires: Cables, box: Appliance, told: Told, look: Callable[[], object]) -> Dialled:
    words = {"psk": told.psk, "dialled": told.dialled, "user": told.user, "pings": told.pings}
    (LOGS / TOLD).write_text(json.dumps(words))
    looked = LOGS / LOOKED
    looked.unlink(missing_ok=True)
    found: list[tuple[dict[str, Any], object]] = []

    def step(name: str, seconds: float, text: str) -> None:
        print(f"{name} {seconds:6.2f} s  {text}", flush=True)
        if text.startswith(UP):
            (session,) = box.ask_gateway("sessions")
            found.append((session, look()))
            looked.touch()

    played = play([SCENARIO], step, taps=wires.lab)[SCENARIO]
    assert played.error == "", played.error
    facts = played.facts
    ((session, seen),) = found
    assert session["client_ip"] == facts["address"]
    return Dialled(facts["address"], facts["reached"], facts["received"], session, seen)


@contextmanager
def held(wires: Cables, told: Told) -> Iterator[None]:
    """A session that is up until the block ends, whatever becomes of the box. On the cables."""
    up, over = threading.Event(), LOGS / staying.LET_GO
    LOGS.mkdir(parents=True, exist_ok=True)
    words = {"psk": told.psk, "dialled": told.dialled, "user": told.user}
    with locked(LOGS / f"{STAYING}.lock"):
        over.unlink(missing_ok=True)
        (LOGS / staying.HELD).write_text(json.dumps(words))

        def step(name: str, seconds: float, text: str) -> None:
            print(f"{name} {seconds:6.2f} s  {text}", flush=True)
            if text.startswith(staying.UP):
                up.set()

        playing = threading.Thread(target=play, args=([STAYING], step), kwargs={"taps": wires.lab})
        playing.start()
        try:
            assert up.wait(DIALS), "the machine that is to stay has not come up"
            yield
        finally:
            over.touch()
            playing.join()
