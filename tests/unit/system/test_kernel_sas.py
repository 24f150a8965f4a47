"""Associations and policies of ours; what others have is left alone."""

import errno
from dataclasses import replace

import pytest

from gateway.system import kernel_sas
from gateway.system.kernel_sas import REQID, KernelSas, association, policies
from gateway.system.netlink.line import KernelRefused
from gateway.system.virtual import Pool
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from gateway.wire.xfrm import build_association, build_policy, name_association
from tests.unit.system.kernel_line import NAMED, KernelLine, fresh
from tests.unit.system.kernel_paths import IN, LEG, NEAR, OUT, PEER, VIRTUAL

POOL = Pool(host_bytes("100.127.0.0"), 16, "wan0")


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> type[KernelLine]:
    made = fresh()
    monkeypatch.setattr(kernel_sas, "Line", made)
    return made


def test_what_is_added_is_there_with_its_window_until_it_is_removed(
    line: type[KernelLine],
) -> None:
    sas = KernelSas()
    sas.add(LEG, IN, True)
    sas.add(LEG, OUT, False)
    found = {known.spi: known for known in sas.every()}
    assert (found[IN.spi].source, found[IN.spi].target) == (VIRTUAL, NEAR)
    assert (found[OUT.spi].source, found[OUT.spi].target) == (NEAR, VIRTUAL)
    assert (found[IN.spi].replay.heard, found[IN.spi].replay.seen) == (7, 0x7F)
    assert found[OUT.spi].replay.sent == 9
    assert (found[IN.spi].ports, found[OUT.spi].ports) == ((PEER.port, 4500), (4500, PEER.port))
    last = sas.remove(LEG, IN, True)
    assert last is not None
    assert last.spi == IN.spi
    assert [known.spi for known in sas.every()] == [OUT.spi]


def test_what_is_not_there_is_removed_in_peace(line: type[KernelLine]) -> None:
    assert KernelSas().remove(LEG, IN, True) is None


def test_other_refusals_are_told(line: type[KernelLine]) -> None:
    sas = KernelSas()
    line.refuses.append(errno.EPERM)
    with pytest.raises(KernelRefused, match="security association 00001001: operation not permitt"):
        sas.add(LEG, IN, True)


def test_an_update_changes_the_ports(line: type[KernelLine]) -> None:
    sas = KernelSas()
    sas.add(LEG, IN, True)
    sas.update(replace(LEG, peer=Endpoint(PEER.host, 62000)), IN, True)
    [known] = sas.every()
    assert known.ports == (62000, 4500)


def test_foreign_associations_and_policies_outlive_a_flush(line: type[KernelLine]) -> None:
    sas = KernelSas()
    foreign = replace(association(LEG, OUT, False), reqid=1)
    line.associations[name_association(VIRTUAL, OUT.spi)[:NAMED]] = build_association(foreign)
    others = build_policy(policies(POOL)[0][0], 1, 77, 5)
    line.policies.append(others)
    sas.add(LEG, IN, True)
    assert sas.flush() == 1
    assert list(line.associations.values()) == [build_association(foreign)]
    assert line.policies == [others]
    assert list(sas.every()) == []


def test_there_are_policies_for_the_whole_pool_and_a_flush_takes_them(
    line: type[KernelLine],
) -> None:
    sas = KernelSas()
    sas.add_policies(POOL)
    assert len(line.policies) == 2
    sas.flush()
    assert line.policies == []


def test_a_suite_is_there_if_only_the_association_is_missing(line: type[KernelLine]) -> None:
    sas = KernelSas()
    sas.check("3des", "sha1", 24)
    line.refuses.append(errno.ENOSYS)
    with pytest.raises(KernelRefused, match="3des with sha1"):
        sas.check("3des", "sha1", 24)
    assert line.associations == {}


def test_plain_esp_has_no_ports(line: type[KernelLine]) -> None:
    plain = replace(LEG, peer=Endpoint(PEER.host, 0))
    made = association(plain, IN, True)
    assert (made.ports, made.reqid, made.selector.target_port) == (None, REQID, 1701)


def test_policies_are_known_by_their_pool(line: type[KernelLine]) -> None:
    sas = KernelSas()
    assert not sas.has_policies(POOL)
    sas.add_policies(POOL)
    assert sas.has_policies(POOL)
    assert not sas.has_policies(replace(POOL, bits=24))


def test_one_of_ours_is_dropped_alone(line: type[KernelLine]) -> None:
    sas = KernelSas()
    sas.add(LEG, IN, True)
    sas.add(LEG, OUT, False)
    sas.drop(next(each for each in sas.every() if each.spi == IN.spi))
    assert [each.spi for each in sas.every()] == [OUT.spi]
