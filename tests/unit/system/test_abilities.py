"""What a kernel can carry, by trials that may fail one by one."""

import errno
from collections.abc import Callable

import pytest

from gateway.paths import Abilities
from gateway.system import abilities, kernel_sas, ppp_channels
from gateway.system.abilities import (
    has_associations,
    has_l2tp,
    joins_channels,
    known_suites,
    probe,
    takes_esp_out_of_udp,
)
from gateway.system.run import ToolFailed
from tests.unit.system.kernel_line import KernelLine, fresh
from tests.unit.system.test_kernel_calls import Channels
from tests.unit.system.test_kernel_legs import Translation


class Broken(Translation):
    name = "broken"

    def check_works(self) -> None:
        raise ToolFailed("nft --check", 1, "not supported\nand more")


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> type[KernelLine]:
    made = fresh()
    monkeypatch.setattr(kernel_sas, "Line", made)
    return made


def refusing(number: int) -> Callable[[], object]:
    def trial() -> object:
        raise OSError(number, "Address family not supported")

    return trial


def test_the_first_way_to_virtual_addresses_that_works_is_taken(line: type[KernelLine]) -> None:
    good = Translation()
    found, way = probe([Broken(), good], [])
    assert way is good
    assert ("3des", "sha1") in found.suites
    assert found.any


def test_without_any_way_the_reasons_are_told(line: type[KernelLine]) -> None:
    found, way = probe([Broken()], [])
    assert way is None
    assert "broken: `nft --check` failed" in found.lacks
    assert "\n" not in found.lacks
    assert "no tool for rules" in probe([], [])[0].lacks


def test_what_is_missing_is_named_with_the_kernels_reason(line: type[KernelLine]) -> None:
    trials = [("it has no L2TP", refusing(errno.EAFNOSUPPORT))]
    assert probe([Translation()], trials) == (
        Abilities(lacks="it has no L2TP (address family not supported)"),
        None,
    )


def test_a_kernel_without_ciphers_carries_nothing(line: type[KernelLine]) -> None:
    line.refuses += [errno.ENOSYS] * 6
    assert "none of the ciphers" in probe([Translation()], [])[0].lacks


def test_suites_are_those_that_are_not_refused(line: type[KernelLine]) -> None:
    line.refuses += [errno.ENOSYS] * 2  # DES, with both digests
    assert known_suites() == {(c, d) for c in ("3des", "aes") for d in ("md5", "sha1")}
    assert line.associations == {}


def test_the_trials_themselves_leave_nothing_open(
    line: type[KernelLine], monkeypatch: pytest.MonkeyPatch
) -> None:
    channels = Channels()
    monkeypatch.setattr(abilities, "ppp_channels", channels)
    joins_channels()
    assert [what[0] for what in channels.did] == ["pptp", "pptp", "connect", "connect", "join"]
    assert [channel.fileno() for channel in channels.opened] == [-1, -1]
    has_associations()


def test_a_socket_of_udp_may_take_esp_out() -> None:
    takes_esp_out_of_udp()


def test_l2tp_is_there_or_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ppp_channels, "AF_PPPOX", 0xFFFF)
    with pytest.raises(OSError, match="not supported"):
        has_l2tp()
