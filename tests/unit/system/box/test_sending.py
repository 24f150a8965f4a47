"""The journal is sent where the configuration says so. A real rsyslog: tests/interop."""

import stat
from pathlib import Path

from gateway.control.companions import Syslog
from gateway.system.box.places import Places
from gateway.system.box.sending import CA, WAITING, Sending, rsyslog_text
from tests.unit.control.test_values_syslog import PEM
from tests.unit.system.box.machine import Tools

WANTED = Syslog("logs.example.org", 6514, "", PEM)


def test_who_is_called_must_have_the_name_that_was_meant() -> None:
    text = rsyslog_text(WANTED)
    assert 'target="logs.example.org" port="6514" protocol="tcp"' in text
    assert 'streamDriverAuthMode="x509/name"' in text
    assert 'streamDriverPermittedPeers="logs.example.org"' in text
    assert f'defaultNetstreamDriverCAFile="{CA}"' in text
    named = rsyslog_text(Syslog("10.10.0.5", 6514, "collector", PEM))
    assert 'streamDriverPermittedPeers="collector"' in named


def test_lines_that_nobody_takes_are_bounded() -> None:
    assert f'queue.size="{WAITING}" queue.timeoutEnqueue="0"' in rsyslog_text(WANTED)


def test_it_begins_and_ends_with_the_configuration(tmp_path: Path) -> None:
    tools, places = Tools(), Places(tmp_path)
    sending = Sending(places, tools)
    sending.apply(Syslog())
    assert tools.asked == []
    sending.apply(WANTED)
    assert places.rsyslog.with_name("syslog-ca.pem").read_text() == PEM
    assert stat.S_IMODE(places.rsyslog.stat().st_mode) == 0o600
    sending.apply(Syslog())
    assert list(places.rsyslog.parent.iterdir()) == []
    assert tools.asked == [
        "systemctl restart --no-block postern-syslog.service",
        "systemctl stop --no-block postern-syslog.service",
    ]
