"""Stopping, and who did it and why, which stays."""

from pathlib import Path

import pytest

from gateway.system.box.disk import read_record
from gateway.system.box.places import Places
from gateway.system.box.power import RECORD, Power
from tests.unit.system.box.machine import Tools


def test_the_reason_is_kept_and_the_answer_does_not_wait(tmp_path: Path) -> None:
    places, tools = Places(tmp_path), Tools()
    Power(places, tools).reboot(" a new \n kernel\x1b ", "ada (ssh)")
    Power(places, tools).poweroff("moving", "ada (ssh)")
    assert tools.asked == ["systemctl reboot --no-block", "systemctl poweroff --no-block"]
    record = read_record(places.state / RECORD)
    assert record == {"what": "poweroff", "reason": "moving", "by": "ada (ssh)"}


@pytest.mark.parametrize("reason", ["", "  ", None, 7])
def test_no_reason_is_none(tmp_path: Path, reason: object) -> None:
    places = Places(tmp_path)
    Power(places, Tools()).reboot(reason, "ada")
    assert read_record(places.state / RECORD) == {"what": "reboot", "reason": "", "by": "ada"}


def test_the_gateway_alone_can_be_started_anew(tmp_path: Path) -> None:
    tools = Tools()
    Power(Places(tmp_path), tools).restart_gateway()
    assert tools.asked == ["systemctl restart --no-block postern.service"]
