"""Figures are given out on a box where the configuration says so, and by nobody otherwise."""

import stat
from pathlib import Path

from gateway.control.companions import Metrics
from gateway.control.config import Config, load
from gateway.control.document import File
from gateway.system.box.exposing import Exposing, nft_set
from gateway.system.box.places import Places
from tests.unit.control.test_schema_metrics import SOME, TOKEN
from tests.unit.system.box.machine import CONFIG, SECRET, Tools

WANTED = CONFIG + SOME
NOBODY = Metrics()


def metrics_of(text: str) -> Metrics:
    config = load(File(text.encode()), lambda name: "no file")
    assert isinstance(config, Config)
    return config.metrics


def test_the_exporter_gets_its_own_part_of_the_configuration_alone(tmp_path: Path) -> None:
    tools, places = Tools(), Places(tmp_path)
    Exposing(places, tools).apply(metrics_of(WANTED), WANTED)
    text = places.exporter.read_text()
    assert TOKEN in text
    assert SECRET not in text
    assert stat.S_IMODE(places.exporter.stat().st_mode) == 0o600
    assert tools.asked == ["nft -f -", "systemctl restart --no-block postern-metrics.service"]


def test_when_it_is_not_wanted_any_more_it_ends_and_its_token_is_gone(tmp_path: Path) -> None:
    tools, places = Tools(), Places(tmp_path)
    exposing = Exposing(places, tools)
    exposing.apply(metrics_of(WANTED), WANTED)
    tools.asked.clear()
    exposing.apply(NOBODY, CONFIG)
    assert not places.exporter.exists()
    assert tools.asked == ["nft -f -", "systemctl stop --no-block postern-metrics.service"]


def test_where_it_was_never_wanted_nothing_is_started_or_stopped(tmp_path: Path) -> None:
    tools = Tools()
    Exposing(Places(tmp_path), tools).apply(NOBODY, CONFIG)
    assert tools.asked == ["nft -f -"]


def test_its_port_is_open_as_long_as_it_is_wanted() -> None:
    assert nft_set(NOBODY) == "flush set inet box metrics_ports\n"
    assert nft_set(metrics_of(WANTED)) == (
        "flush set inet box metrics_ports\nadd element inet box metrics_ports { 9765 }\n"
    )
