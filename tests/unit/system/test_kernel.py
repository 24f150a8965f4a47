"""The kernel carrier at the start and the end of the daemon."""

from dataclasses import replace

import pytest

from gateway.control.config import Config
from gateway.paths import Abilities, Left
from gateway.system import kernel, kernel_sas, pool_route
from gateway.system.begun import Begun, is_carrying
from gateway.system.estate import Nobody
from gateway.system.firewall import Iptables, Nft
from gateway.system.kernel import begin, remove_all, translations
from gateway.system.kernel_sas import KernelSas
from gateway.system.pool_route import PoolRoute
from gateway.system.run import ToolFailed
from gateway.system.virtual import Pool
from gateway.wire.ipv4 import host_bytes
from tests.pair.gateway_world import ROUTES, configure
from tests.unit.system.kernel_line import KernelLine, fresh
from tests.unit.system.kernel_paths import IN, LEG, OUT, VIRTUAL
from tests.unit.system.test_kernel_legs import Translation

POOL = Pool(host_bytes("100.127.0.0"), 16, "lo")
ABLE = Abilities(suites=frozenset({("3des", "sha1")}))


def config(carrier: str) -> Config:
    return configure(routes=tuple(replace(route, carrier=carrier) for route in ROUTES))


class Made:
    """`Paths`, as far as the start has to do with it."""

    refuses = ""

    goes_on = False

    def __init__(
        self, pool: Pool, translation: Translation, keeper: object, left: dict[str, int]
    ) -> None:
        self.pool, self.stopped, self.settled = pool, False, False
        self.goes_on = is_carrying(left)

    def settle(self) -> None:
        self.settled = True

    def start(self) -> None:
        if self.refuses:
            raise OSError(1, self.refuses)

    def stop(self) -> None:
        self.stopped = True


def start(
    monkeypatch: pytest.MonkeyPatch,
    carrier: str,
    able: Abilities = ABLE,
    refuses: str = "",
    left: dict[str, int] | None = None,
) -> Begun:
    monkeypatch.setattr(kernel, "probe", lambda ways: (able, Translation() if able.any else None))
    monkeypatch.setattr(kernel, "Paths", type("MadeNow", (Made,), {"refuses": refuses}))
    return begin(config(carrier), Nft(), Nobody(), left or {})


def test_where_a_route_wants_it_and_the_kernel_can_it_is_made_ready(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = start(monkeypatch, "auto")
    assert (begun.abilities, begun.name, begun.virtual) == (ABLE, "noted", "100.127.0.0/16")
    begun.stop()
    assert isinstance(begun.paths, Made)
    assert begun.paths.stopped


def test_where_no_route_wants_it_the_kernel_is_not_even_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = start(monkeypatch, "user")
    assert (begun.paths, begun.abilities.lacks) == (None, "no route wants the kernel")
    assert begun.virtual == ""
    begun.stop()


def test_what_is_lacking_is_a_reason_and_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    assert start(monkeypatch, "auto", Abilities(lacks="no L2TP")).abilities.lacks == "no L2TP"
    refused = start(monkeypatch, "auto", refuses="port 4500 is in use")
    assert "port 4500 is in use" in refused.abilities.lacks
    assert refused.paths is None


def test_the_way_to_virtual_addresses_goes_with_the_tool_for_rules() -> None:
    assert [way.name for way in translations(Nft(), POOL)] == ["nft"]
    names = [way.name for way in translations(Iptables("legacy"), POOL)]
    assert names == ["conntrack, iptables-legacy"]


def test_removing_all_takes_away_what_any_daemon_has_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line: type[KernelLine] = fresh()
    for module in (kernel_sas, pool_route):
        monkeypatch.setattr(module, "Line", line)
    KernelSas().add(LEG, IN, True)
    KernelSas().add_policies(POOL)
    PoolRoute(POOL).apply()
    stopped: list[str] = []

    class Way(Translation):
        def stop(self) -> None:
            stopped.append(self.name)
            raise ToolFailed("nft", 1, "no such table")

    monkeypatch.setattr(kernel, "translations", lambda tool, pool: [Way()])
    remove_all([Nft()])
    assert stopped == ["noted"]
    assert (line.associations, line.policies, line.routes) == ({}, [], [])


STANDING = {(VIRTUAL, IN.spi, True): IN.sequence, (VIRTUAL, OUT.spi, False): OUT.sequence}


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> type[KernelLine]:
    made = fresh()
    for module in (kernel_sas, pool_route):
        monkeypatch.setattr(module, "Line", made)
    KernelSas().add(LEG, IN, True)
    KernelSas().add(LEG, OUT, False)
    return made


def test_what_an_earlier_daemon_has_left_goes_on_and_how_far_it_is_is_known(
    line: type[KernelLine], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = start(monkeypatch, "auto", left={"leg-1-udp-5": 50})
    assert begun.left.goes_on
    assert STANDING.items() <= begun.left.standing.items()
    assert len(line.associations) == 2
    begun.settle()
    assert isinstance(begun.paths, Made)
    assert begun.paths.settled


def test_where_the_kernel_carries_no_more_all_of_it_goes_but_the_numbers_are_known(
    line: type[KernelLine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel, "translations", lambda tool, pool: [Translation()])
    begun = start(monkeypatch, "user", left={"leg-1-udp-5": 50})
    assert not begun.left.goes_on
    assert STANDING.items() <= begun.left.standing.items()
    assert line.associations == {}
    begun.settle()


def test_without_anything_left_the_kernel_is_not_asked(
    line: type[KernelLine], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert start(monkeypatch, "auto", left={"kept-words": 50}).left == Left()
