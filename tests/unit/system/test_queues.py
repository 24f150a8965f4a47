"""The queues as a whole. What one of them does with packets: test_nfqueue."""

import pytest

from gateway.system.nfqueue import Queue, QueueUnavailable
from gateway.system.queues import Queues
from gateway.system.wanted import ESP_QUEUES, FRONT_QUEUE, INSIDE_QUEUE, QUEUE


def test_each_queue_has_its_number(monkeypatch: pytest.MonkeyPatch) -> None:
    bound: list[int] = []
    monkeypatch.setattr(Queue, "bind", lambda queue, number, length=0: bound.append(number))
    Queues(lambda packet: True).bind()
    assert sorted(bound) == sorted([QUEUE, INSIDE_QUEUE, FRONT_QUEUE, *ESP_QUEUES])


def test_a_queue_that_cannot_be_had_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(queue: Queue, number: int, length: int = 0) -> None:
        if number in ESP_QUEUES:
            raise QueueUnavailable(f"netfilter queue {number} cannot be had")

    monkeypatch.setattr(Queue, "bind", taken)
    with pytest.raises(QueueUnavailable, match="1704"):
        Queues(lambda packet: True).bind()


def test_what_was_too_long_is_added_up() -> None:
    queues = Queues(lambda packet: True)
    queues.esp[0].truncated, queues.esp[7].truncated, queues.outside.truncated = 1, 2, 3
    assert queues.truncated() == 6


def test_figures_have_one_name_for_all_queues_of_esp() -> None:
    names = [sample.labels["queue"] for sample in Queues(lambda packet: True).samples()]
    assert names == ["outside", "outside", "esp", "esp", "inside", "inside", "front", "front"]


def test_what_workers_read_is_not_read_here() -> None:
    queues = Queues(lambda packet: True)
    assert queues.read == queues.esp
    queues.leave_to_workers(2)
    assert queues.read == (queues.esp[0], *queues.esp[3:])
    assert len(list(queues.samples())) == 8
