from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from gateway.l2tp.events import CallClosed, L2tpEvent, Send, TunnelClosed


def test_events_do_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        Send(b"x").message = b"y"  # type: ignore[misc]  # what is to be refused


def test_a_tunnel_ends_as_a_call_does() -> None:
    of_call = {each.name for each in fields(CallClosed)}
    assert of_call - {each.name for each in fields(TunnelClosed)} == {"call"}


def test_events_are_small_values() -> None:
    assert all(hasattr(each, "__slots__") for each in get_args(L2tpEvent))
