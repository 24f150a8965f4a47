"""Who carries beside the daemon, and what it loads for that."""

import subprocess
import sys
from dataclasses import replace

import pytest

from gateway.control.config import Config
from gateway.paths import Abilities
from gateway.system import kernel, worker_start
from gateway.system.begun import Begun, begin_kernel, begin_workers, is_carrying
from gateway.system.estate import Nobody
from gateway.system.firewall import Nft
from tests.pair.gateway_world import ROUTES, configure

MADE = Begun(Abilities(), name="made")
UNASKED = "no route wants the kernel"


class Carrier:
    """`paths.Paths` as far as its end has to do with it."""

    def __init__(self) -> None:
        self.did: list[str] = []

    def settle(self) -> None:
        self.did.append("settle")

    def stop(self) -> None:
        self.did.append("stop")
        raise OSError(1, "no such socket")


@pytest.fixture(autouse=True)
def made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "begin", lambda config, tool, keeper, left: MADE)
    monkeypatch.setattr(worker_start, "begin", lambda config, *others: (MADE, ""))


def config(carrier: str) -> Config:
    return configure(routes=tuple(replace(route, carrier=carrier) for route in ROUTES))


def test_the_kernel_is_begun_where_a_route_wants_it_or_it_carries_still() -> None:
    assert begin_kernel(config("auto"), Nft(), Nobody(), {}) is MADE
    assert begin_kernel(config("user"), Nft(), Nobody(), {"leg-1-udp-5": 50}) is MADE
    unasked = begin_kernel(config("user"), Nft(), Nobody(), {"kept-words": 50})
    assert (unasked.paths, unasked.abilities.lacks) == (None, UNASKED)


def test_workers_are_begun_where_the_owner_wants_some() -> None:
    unasked = Begun(Abilities(lacks=UNASKED))
    wanted = configure(workers="2")  # type: ignore[arg-type]
    assert begin_workers(wanted, unasked, None, None, lambda: 0.0) == (MADE, "")
    assert begin_workers(configure(), unasked, None, None, lambda: 0.0) == (unasked, "")


def test_what_was_begun_is_settled_and_ends_in_order() -> None:
    carrier = Carrier()
    begun = Begun(Abilities(), carrier)  # type: ignore[arg-type]
    begun.settle()
    begun.stop()
    assert carrier.did == ["settle", "stop"]
    MADE.settle()
    MADE.stop()


def test_who_has_carried_is_told_by_the_names_that_are_left() -> None:
    assert is_carrying(["kept-words", "call-1-pptp-32769"])
    assert not is_carrying(["kept-words", "tcp-1"])


@pytest.mark.long
def test_the_daemon_loads_nothing_of_it_before_it_is_wanted() -> None:
    rooms = "'ctypes', 'gateway.system.kernel', 'gateway.system.workers'"
    program = f"import sys, gateway.daemon; print([one for one in ({rooms}) if one in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
