"""Debian's Prometheus reads what `postern metrics` gives out, and takes rules and dashboard."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from gateway.daemon import Desk
from gateway.system.box.figures import Figures
from gateway.system.calendar import Calendar
from gateway.system.clock import now
from tests.pair import native_world
from tests.pair.gateway_world import TODAY, client_entry, meet
from tests.pair.nat import Nat
from tests.pair.peers.pptp_server import PptpServer
from tests.unit.system.box.test_figures import STATUS
from tests.unit.test_metrics import TOKEN, answering, desk_of, exporting, free_port
from tests.unit.test_monitoring import DASHBOARD, FOLDER, RULES, TESTS, expressions

PROGRAMS = Path(__file__).parents[2] / "build/watch/tree/usr/bin"
PATIENCE = 60.0  # seconds: on a busy machine

pytestmark = pytest.mark.skipif(
    not (PROGRAMS / "promtool").exists(), reason="no Prometheus here: run `make setup` as root"
)


def promtool(*arguments: str | Path) -> str:
    """What it says; an assertion with that if it finds something wrong."""
    command = [str(PROGRAMS / "promtool"), *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def configuration(folder: Path, address: str) -> Path:
    """monitoring/prometheus.yml, with this gateway and a token in it."""
    text = (FOLDER / "prometheus.yml").read_text()
    assert "10.10.0.1:9765" in text
    text = text.replace("10.10.0.1:9765", address.removeprefix("http://"))
    text = text.replace("30s", "5s")  # so long may a scrape take on a busy machine, too
    (folder / "postern.token").write_text(TOKEN)
    (folder / "postern.rules.yml").write_text(RULES.read_text())
    path = folder / "prometheus.yml"
    path.write_text(text)
    return path


@contextmanager
def prometheus(path: Path) -> Iterator[Callable[[str], Any]]:
    """One that runs; gives a function that asks its API, until it answers."""
    port = free_port()
    command = [
        str(PROGRAMS / "prometheus"),
        f"--config.file={path}",
        f"--storage.tsdb.path={path.parent / 'data'}",
        f"--web.listen-address=127.0.0.1:{port}",
    ]

    def ask(what: str) -> Any:
        until = now() + PATIENCE
        while True:
            try:
                with urlopen(f"http://127.0.0.1:{port}/api/v1/{what}", timeout=PATIENCE) as answer:
                    return json.load(answer)["data"]
            except OSError:
                assert now() < until, "Prometheus does not answer"
                Event().wait(0.1)

    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as child:
        try:
            yield ask
        finally:
            child.terminate()


def comes_to(ask: Callable[[str], Any], expression: str, wanted: float) -> bool:
    """Whether it makes that of an expression: once it has it, and not at its first late scrape."""
    until = now() + PATIENCE
    while value(ask, expression) != wanted and now() < until:
        Event().wait(0.1)  # it scrapes by its own clock
    return value(ask, expression) == wanted


def value(ask: Callable[[str], Any], expression: str) -> float | None:
    found = ask(f"query?query={quote(expression)}")["result"]
    return float(found[0]["value"][1]) if found else None


def test_the_configuration_is_one(tmp_path: Path) -> None:
    assert "SUCCESS" in promtool("check", "config", configuration(tmp_path, "http://192.0.2.1:1"))


def test_every_rule_is_one_and_every_alert_rings_when_it_should_and_only_then() -> None:
    assert "SUCCESS" in promtool("check", "rules", RULES)
    assert "SUCCESS" in promtool("test", "rules", TESTS)


def test_every_expression_of_the_dashboard_is_one(tmp_path: Path) -> None:
    """As rules, with what Grafana puts in place of its variables."""
    lines = ["groups:", "  - name: dashboard", "    rules:"]
    for number, expression in enumerate(expressions()):
        plain = filled(expression)
        assert "$" not in plain
        lines += [f"      - record: panel:{number}", f"        expr: {json.dumps(plain)}"]
    path = tmp_path / "dashboard.yml"
    path.write_text("\n".join(lines))
    assert re.search(rf"SUCCESS: {len(expressions())} rules", promtool("check", "rules", path))


def test_prometheus_scrapes_a_gateway_with_a_session_and_knows_the_rules(tmp_path: Path) -> None:
    world = meet()
    world.call_up()
    desk = desk_of(world, tmp_path)
    with (
        answering(desk, tmp_path),
        exporting(tmp_path) as address,
        prometheus(configuration(tmp_path, address)) as ask,
    ):
        assert comes_to(ask, "postern_up", 1)
        assert comes_to(ask, 'up{job="postern"}', 1)
        assert comes_to(ask, 'sum(postern_sessions{state="up", kind="pptp"})', 1)
        assert comes_to(ask, "postern_session_setup_seconds_count", 1)
        assert comes_to(ask, 'postern_esp_packets_total{direction="in"}', packets_of(world))
        [group] = ask("rules")["groups"]
        assert {rule["health"] for rule in group["rules"]} <= {"ok", "unknown"}
        assert len(group["rules"]) == RULES.read_text().count("expr:")
        known = ask("metadata?metric=postern_esp_packets_total")
        assert known["postern_esp_packets_total"][0]["type"] == "counter"


def test_every_panel_of_the_dashboard_has_something_to_show(tmp_path: Path) -> None:
    """Of a gateway with all that may happen to a dial, and a box. The queues are the kernel's."""
    world = troubled()
    desk = Desk(world.core, tmp_path / "postern.toml", Calendar(TODAY, 0.0, lambda: 0.0))
    box = Figures(tmp_path, lambda: True, lambda _: STATUS, 0.0, board_known=True)
    box.handle_timeout(now())
    with (
        answering(desk, tmp_path),
        exporting(tmp_path) as address,
        prometheus(configuration(tmp_path, address)) as ask,
    ):
        assert value(ask, "count_over_time(postern_up[1m]) > 2") is not None  # a rate needs two
        shown = {panel: [asked(ask, one) for one in ones] for panel, ones in panels().items()}
    assert {panel for panel, found in shown.items() if not all(found)} == {"Queue"}
    assert shown["Queue"] == [[], []]  # no error either
    assert len(shown) > 12


def troubled() -> native_world.Native:
    """A session is up, a key was wrong, a server busy, and packets were dropped."""
    entries = client_entry(), client_entry("b", "another key")
    world = native_world.meet(*entries, two=True)
    client = world.call_up()
    world.net.send([client.replay(client.packets[-1])])
    world.dial(world.join(nat=Nat("203.0.113.8"), psk="wrong", host="192.168.1.8"), 60.0)
    world.server.pptp = lambda _: PptpServer(result=4)
    world.dial(world.join(nat=Nat("203.0.113.9"), psk="another key", host="192.168.1.9"), 60.0)
    return world


def panels() -> dict[str, list[str]]:
    """The expressions of each panel, with what Grafana puts in place of its variables."""
    found = json.loads(DASHBOARD.read_text())["panels"]
    return {panel["title"]: [filled(one["expr"]) for one in panel["targets"]] for panel in found}


def filled(expression: str) -> str:
    return expression.replace("$instance", ".*").replace("$__rate_interval", "2m")


def asked(ask: Callable[[str], Any], expression: str) -> Any:
    """Its series, each with a value; an assertion if Prometheus does not take it."""
    found = ask(f"query?query={quote(expression)}")
    assert found is not None, expression
    return found["result"]


def packets_of(world: Any) -> int:
    pairs = [pair for _, pair in world.core.clients.by_spi.values()]
    return sum(pair.inbound.packets for pair in pairs)


def test_a_gateway_whose_token_is_another_is_not_up(tmp_path: Path) -> None:
    with exporting(tmp_path) as address:
        path = configuration(tmp_path, address)
        (tmp_path / "postern.token").write_text("another-token-entirely")
        with prometheus(path) as ask:
            assert comes_to(ask, 'up{job="postern"}', 0)
            [target] = ask("targets")["activeTargets"]
            assert "401" in target["lastError"]
