"""Signals as something to read."""

import os
import select
import signal

import pytest

from gateway.system.signals import Signals


def test_signals_are_read_in_their_order() -> None:
    with Signals() as signals:
        for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGINT):
            os.kill(os.getpid(), number)
        assert select.select([signals], [], [], 1) == ([signals], [], [])
        assert signals.take() == [signal.SIGHUP, signal.SIGTERM, signal.SIGINT]
        assert signals.take() == []


def test_other_signals_are_none_of_ours() -> None:
    before = signal.signal(signal.SIGUSR2, lambda number, frame: None)
    with Signals() as signals:
        os.kill(os.getpid(), signal.SIGUSR2)
        assert signals.take() == []
    signal.signal(signal.SIGUSR2, before)


def test_afterwards_signals_do_what_they_did_before() -> None:
    with Signals():
        pass
    with pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
