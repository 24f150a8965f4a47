"""`make demo` itself: what it writes when it goes well, what it says when it does not."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.interop import demo
from tests.interop.lab.boot import LabFailed, Played

KEYS = [
    *("client", "natt", "ike_suite", "esp_suite", "dial_ms", "ppp_up", "ping_loss_percent"),
    *("rtt_ms", "tcp_up_mbit", "tcp_down_mbit", "daemon_rss_kb", "route", "inside_encryption"),
]


@pytest.mark.interop("demo")
def test_the_demo_finds_every_figure(
    facts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    figures = run_with(Played("demo", facts, "", 20.0, tmp_path), tmp_path, monkeypatch)
    assert list(figures) == KEYS
    assert (figures["client"], figures["natt"], figures["ppp_up"]) == (
        "libreswan",
        "draft-03",
        True,
    )
    assert figures["ping_loss_percent"] == 0
    assert figures["tcp_up_mbit"] > 1
    assert figures["tcp_down_mbit"] > 1
    assert (figures["route"], figures["inside_encryption"]) == ("pptp", "clear")


@pytest.mark.interop("demo_native")
def test_the_demo_of_a_native_server_finds_the_same_figures(
    facts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = Played("demo_native", facts, "", 20.0, tmp_path)
    figures = run_with(played, tmp_path, monkeypatch, "l2tp-ipsec")
    assert list(figures) == KEYS
    assert figures["ping_loss_percent"] == 0
    assert (figures["route"], figures["inside_encryption"]) == ("l2tp-ipsec", "ipsec 3des-sha1")


@pytest.mark.interop("demo_local")
def test_the_demo_of_the_lan_finds_the_same_figures(
    facts: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    played = Played("demo_local", facts, "", 20.0, tmp_path)
    figures = run_with(played, tmp_path, monkeypatch, "local")
    assert list(figures) == KEYS
    assert figures["ping_loss_percent"] == 0
    assert (figures["route"], figures["inside_encryption"]) == ("local", "ends here")


def test_a_route_that_there_is_not_is_told_with_those_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert demo.main(["carrier-pigeon"]) == 2
    assert "write one of: pptp, l2tp-ipsec, local" in capsys.readouterr().err


@pytest.mark.interop("demo")
def test_both_clients_of_the_demo_answer_and_are_in_the_table(facts: dict[str, Any]) -> None:
    assert facts["both_answer"] == [5, 5]
    assert "10.30.0.10" in facts["table"]
    assert "10.30.0.11" in facts["table"]


def test_a_failure_names_the_step_and_shows_the_gateways_account(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gateway").mkdir()
    (tmp_path / "gateway/postern.log").write_text("dial 1: the server refused\n")

    def fail(names: list[str], on_step: Any) -> dict[str, Played]:
        on_step("demo", 1.0, "libreswan dials")
        on_step("demo", 2.0, "failed")
        return {"demo": Played("demo", {}, "DialFailed: no answer", 2.0, tmp_path)}

    monkeypatch.setattr(demo, "play", fail)
    monkeypatch.setattr(demo, "RESULT", tmp_path / "demo.json")
    assert demo.main() == 1
    printed = capsys.readouterr().out
    assert "The demo failed at this step: libreswan dials" in printed
    assert "dial 1: the server refused" in printed
    assert not (tmp_path / "demo.json").exists()


def test_where_the_lab_cannot_run_the_demo_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(names: list[str], on_step: Any) -> dict[str, Played]:
        raise LabFailed("the lab needs root")

    monkeypatch.setattr(demo, "play", fail)
    monkeypatch.setattr(demo, "RESULT", tmp_path / "demo.json")
    assert demo.main() == 2
    assert "the lab needs root" in capsys.readouterr().err


def run_with(
    played: Played, folder: Path, monkeypatch: pytest.MonkeyPatch, route: str = "pptp"
) -> dict[str, Any]:
    """What the demo writes when the lab gives `played`."""
    monkeypatch.setattr(demo, "play", lambda *_: {played.name: played})
    monkeypatch.setattr(demo, "RESULT", folder / "demo.json")
    monkeypatch.setattr(demo, "CHECKOUT", folder)
    assert demo.main([route]) == 0
    figures: dict[str, Any] = json.loads((folder / "demo.json").read_text())
    return figures
