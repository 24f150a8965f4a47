"""What nft is told, and that nft takes it."""

import re
import shutil
import subprocess

import pytest

from gateway.control.values_reach import ALL, NONE, reach
from gateway.system.pppd_rules import Allowed, begin_text, end_text, removal_text, whole_text
from gateway.wire.ipv4 import host_bytes

ADDRESS = host_bytes("10.10.0.150")
PLACES = (reach("10.10.0.2 tcp/139-445"), reach("10.10.0.0/24 icmp"), reach("10.10.0.2"))
OVERLAPPING = (reach("10.0.0.1"), reach("10.0.0.0/8"), reach("10.0.0.1-10.0.0.9"))


def test_each_call_has_a_chain_of_its_own_and_a_way_into_it() -> None:
    text = begin_text("postern0", Allowed(PLACES, ADDRESS))
    assert "postern0 ip protocol 1 ip daddr 10.10.0.0-10.10.0.255 accept" in text
    assert "postern0 ip protocol 1 ip daddr { 10.10.0.2 } accept" in text
    assert "ip protocol 6 ip daddr { 10.10.0.2 } th dport 139-445 accept" in text
    assert 'calls { "postern0" : goto postern0 }' in text
    assert 'sources { "postern0" . 10.10.0.150 }' in text
    assert "postern0 counter drop\nadd element" in text
    assert begin_text("postern1", Allowed((NONE,), None)).splitlines() == [
        "add chain ip postern_local postern1",
        "add rule ip postern_local postern1 counter drop",
        'add element ip postern_local calls { "postern1" : goto postern1 }',
    ]


def test_no_set_of_a_call_has_ranges_for_nft_reads_all_of_those_at_each_step() -> None:
    text = begin_text("postern0", Allowed((*PLACES, *OVERLAPPING), ADDRESS))
    sets = re.findall(r"\{([^}]*)\}", text)
    assert any(", " in members for members in sets)
    assert [members for members in sets if "-" in members] == []


def test_who_may_go_everywhere_is_let_through_as_itself() -> None:
    text = begin_text("postern0", Allowed((ALL,), ADDRESS))
    assert "add rule ip postern_local postern0 accept\n" in text
    assert "sources" in text


def test_what_was_closed_before_is_closed_to_all_but_calls() -> None:
    assert 'iifname { "eth1", "eth2" } oifname != "postern*" drop' in whole_text(
        {}, "eth1", ("eth1", "eth2")
    )
    assert 'oifname != "postern*"' not in whole_text({}, "eth1", ())


def test_a_call_comes_out_inside_and_nowhere_else_and_not_by_ipv6() -> None:
    text = whole_text({}, "eth1", ())
    assert 'iifname "postern*" oifname != "eth1" counter drop' in text
    assert "table ip6 postern_local {\n  chain prerouting {" in text


@pytest.mark.skipif(shutil.which("nft") is None, reason="needs nft")
def test_nft_can_read_it() -> None:
    """By its grammar alone, which takes no root: whoever may not ask the kernel hears of that."""
    calls = {
        "postern0": Allowed(PLACES, ADDRESS),
        "postern1": Allowed((NONE,), None),
        "postern2": Allowed((ALL,), ADDRESS),
        "postern3": Allowed(OVERLAPPING, ADDRESS),
    }
    gone = "".join(end_text(name, allowed) for name, allowed in calls.items())
    for text in (whole_text(calls, "eth1", ("eth1",)) + gone, removal_text()):
        done = subprocess.run(
            ["nft", "--check", "-f", "-"], input=text, capture_output=True, text=True, check=False
        )
        assert "syntax error" not in done.stderr
        assert "conflicting" not in done.stderr
