"""What nft is told, and that nft takes it."""

import shutil
import subprocess

import pytest

from gateway.control.values_reach import ALL, NONE, reach
from gateway.system.pppd_rules import removal_text, rules_text

PLACES = (reach("10.10.0.2 tcp/139-445"), reach("10.10.0.0/24 icmp"), reach("10.10.0.2"))


def test_each_call_has_sets_of_its_own_and_a_way_into_its_chain() -> None:
    text = rules_text({"postern0": PLACES, "postern1": (NONE,)}, "eth1", closed=True)
    assert "set postern0_6_139_445" in text
    assert "ip protocol 1 ip daddr @postern0_1_0_65535 accept" in text
    assert 'iifname "postern1" jump postern1' in text
    assert "chain postern1 {\n  }" in text
    assert 'iifname "eth1" oifname != "postern*" drop' in text
    assert 'oifname != "postern*"' not in rules_text({}, "eth1", closed=False)


def test_who_may_go_everywhere_is_let_through() -> None:
    assert "chain postern0 {\n    accept\n  }" in rules_text(
        {"postern0": (ALL,)}, "eth1", closed=True
    )


def test_a_call_comes_out_inside_and_nowhere_else() -> None:
    assert 'iifname "postern*" oifname != "eth1" counter drop' in rules_text(
        {}, "eth1", closed=True
    )


@pytest.mark.skipif(shutil.which("nft") is None, reason="needs nft")
def test_nft_can_read_it() -> None:
    """By its grammar alone, which takes no root: whoever may not ask the kernel hears of that."""
    calls = {"postern0": PLACES, "postern1": (NONE,), "postern2": (ALL,)}
    for text in (rules_text(calls, "eth1", closed=True), removal_text()):
        done = subprocess.run(
            ["nft", "--check", "-f", "-"], input=text, capture_output=True, text=True, check=False
        )
        assert "syntax error" not in done.stderr
        assert "conflicting" not in done.stderr
