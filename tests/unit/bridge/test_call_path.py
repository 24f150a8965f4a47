"""A call as the kernel is asked for it."""

import pytest

from gateway.bridge.call_path import call_path
from gateway.paths import L2tpEnd, PptpEnd
from tests.unit.bridge import native_kernel
from tests.unit.bridge.kernel_world import call_of, carried

pytestmark = pytest.mark.usefixtures("kernel_carries")


def test_a_joined_call_has_both_its_ends() -> None:
    call = call_of(carried())
    path = call_path(call)
    assert path is not None
    assert (path, type(path.inside)) == (call.asked, PptpEnd)
    assert path.outside is not None
    assert path.outside.call == call.session.call


def test_a_call_by_pptp_has_its_end_inside_when_it_is_not_joined() -> None:
    call = call_of(carried())
    call.joined = False
    path = call_path(call)
    assert path is not None
    assert (type(path.inside), path.outside) == (PptpEnd, None)


def test_a_call_in_a_trunk_has_none_before_it_is_joined_and_keeps_the_one_it_had() -> None:
    [session] = native_kernel.sessions_of(native_kernel.up())
    call = native_kernel.call_of(session)
    asked, call.joined = call.asked, False
    path = call_path(call)
    assert asked is not None
    assert path is not None
    assert (path.inside, path.outside) == (asked.inside, None)
    assert isinstance(path.inside, L2tpEnd)
    call.asked = None
    assert call_path(call) is None


def test_a_call_that_the_kernel_can_have_nothing_of_is_not_asked_for() -> None:
    call = call_of(carried("user"))
    assert call.key == 0
    assert call_path(call) is None
