"""A box whose two ports are plugged into the lab's, and the session that a scenario has by it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from image.places import Places
from tests.image.appliance import Appliance, make_box
from tests.image.cables import Cables, cables
from tests.image.files import stick
from tests.image.probe import ProbeFailed
from tests.interop.lab.boot import play
from tests.interop.lab.topology import OUTSIDE
from tests.interop.netns import need_root
from tests.interop.scenarios.native_through_the_box import LOOK

WORDS = "journalctl -b -o short-monotonic --no-pager -u postern.service | tail -n 200"


@contextmanager
def wired_box(
    places: Places, settled: Path, place: Path, text: str
) -> Iterator[tuple[Appliance, Cables]]:
    """One that was made by this file on a stick, and takes calls at the lab's address."""
    need_root()
    usb = stick(places, place / "stick.img", {"provision.toml": text})
    with cables() as wires, wires.space:
        made = make_box(settled, place, nets=wires.nets, drives=(usb,))
        with Appliance(made) as box:
            box.accepting()
            box.probe.until(f"ip -4 -br address | grep -q {OUTSIDE}", 120)
            yield box, wires


@contextmanager
def heard_out(box: Appliance) -> Iterator[None]:
    """What its gateway has said is told beside what is wrong."""
    try:
        yield
    except Exception:
        with suppress(ProbeFailed):
            print(box.probe.ask(WORDS)[1], flush=True)
        raise


def carried(box: Appliance, wires: Cables, scenario: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the scenario found, and its one session when it asked for that to be looked at, which
    the kernel carries by its nftables."""
    seen: list[list[dict[str, Any]]] = []
    assert box.ask_gateway("status")["virtual"] == "nft"

    def look(name: str, seconds: float, text: str) -> None:
        print(f"{name} {seconds:6.2f} s  {text}", flush=True)
        seen.extend([box.ask_gateway("sessions")] if text == LOOK else [])

    with heard_out(box):
        played = play([scenario], look, taps=wires.lab)[scenario]
        assert played.error == ""
        [[session]] = seen
        assert (session["carrier"], session["carrier_why"]) == ("kernel", "")
    return played.facts, session
