"""Connections that the kernel translates, and the rules around them."""

import errno
from collections.abc import Sequence

import pytest

from gateway.system import virtual_conntrack
from gateway.system.netlink.line import KernelRefused
from gateway.system.run import Result
from gateway.system.virtual import Place, Pool
from gateway.system.virtual_conntrack import (
    COME,
    OURS,
    ConntrackTranslation,
    deaf_text,
    flow_of,
    probe_text,
    removal,
    replacement,
    rules_text,
)
from gateway.wire.conntrack import Flow, build_translated, parse_flows
from gateway.wire.ipv4 import PROTOCOL_ESP, PROTOCOL_UDP, host_bytes
from gateway.wire.udp import Endpoint
from tests.unit.system.kernel_line import KernelLine, as_told, fresh
from tests.unit.system.kernel_paths import NEAR, PEER, VIRTUAL

POOL = Pool(host_bytes("100.127.0.0"), 16, "wan0", (NEAR,))
PLACE = Place(VIRTUAL, NEAR, PEER)
OTHER = Place(host_bytes("100.127.0.2"), NEAR, PEER)
MOVED = Place(VIRTUAL, NEAR, Endpoint(PEER.host, 62000))
SAVED = """\
*raw
:PREROUTING ACCEPT [0:0]
:POSTERN-PATHS-COME - [0:0]
-A PREROUTING -j POSTERN-PATHS-COME
-A POSTERN-PATHS-COME -s 100.127.0.0/16 -j CT --notrack
-A PREROUTING -j SOMEBODYS
COMMIT
"""


class Tool:
    """iptables that says what `SAVED` has, and keeps what it is given."""

    def __init__(self) -> None:
        self.given: list[str] = []

    def __call__(self, argv: Sequence[str], stdin: str = "") -> Result:
        self.given += [stdin] if stdin else []
        return Result(SAVED if argv[0].endswith("-save") else "", "")


@pytest.fixture
def line(monkeypatch: pytest.MonkeyPatch) -> type[KernelLine]:
    made = fresh()
    monkeypatch.setattr(virtual_conntrack, "Line", made)
    return made


def started(tool: Tool | None = None) -> ConntrackTranslation:
    made = ConntrackTranslation(POOL, "iptables-legacy", tool or Tool())
    made.start()
    return made


def flows(line: type[KernelLine]) -> list[Flow | None]:
    return [parse_flows(each)[0] for each in line.flows]


def test_a_flow_has_the_ports_of_nat_traversal_or_none() -> None:
    assert flow_of(PLACE) == Flow(PROTOCOL_UDP, PEER.host, NEAR, PEER.port, 4500)
    plain = Place(VIRTUAL, NEAR, Endpoint(PEER.host, 0))
    assert flow_of(plain) == Flow(PROTOCOL_ESP, PEER.host, NEAR)


def test_a_peer_that_moves_leaves_nothing_at_its_old_place(line: type[KernelLine]) -> None:
    made = started()
    made.change(None, PLACE)
    made.change(PLACE, MOVED)
    assert flows(line) == [flow_of(MOVED)]
    made.change(MOVED, None)
    assert flows(line) == []


def test_a_place_in_doubt_is_sent_to_but_what_comes_from_there_is_not_translated(
    line: type[KernelLine],
) -> None:
    tool = Tool()
    made = started(tool)
    made.change(None, PLACE)
    made.change(PLACE, PLACE._replace(mapped=False))
    assert flows(line) == [flow_of(PLACE)]
    made.change(PLACE._replace(mapped=False), PLACE)
    assert tool.given[-2:] == [deaf_text(flow_of(PLACE), True), deaf_text(flow_of(PLACE), False)]


def test_of_two_at_one_place_the_one_that_is_surely_there_has_the_connection(
    line: type[KernelLine],
) -> None:
    made = started()
    made.change(None, PLACE._replace(mapped=False))
    made.change(None, OTHER)
    assert line.flows == [as_told(build_translated(flow_of(OTHER), OTHER.virtual))]
    made.change(OTHER, None)
    assert line.flows == [as_told(build_translated(flow_of(PLACE), PLACE.virtual))]


def test_a_packet_that_makes_a_connection_first_is_only_tried_again(
    line: type[KernelLine],
) -> None:
    made = started()
    line.refuses += [errno.ENOENT] * 4 + [errno.EEXIST]
    made.change(None, PLACE)
    assert flows(line) == [flow_of(PLACE)]


def test_it_is_not_tried_for_ever(line: type[KernelLine]) -> None:
    made = started()
    line.refuses += [errno.ENOENT] + ([errno.ENOENT] * 3 + [errno.EEXIST]) * 4
    with pytest.raises(KernelRefused, match="a virtual address"):
        made.change(None, PLACE)


def test_a_connection_that_somebody_took_away_comes_back(line: type[KernelLine]) -> None:
    made = started()
    made.change(None, PLACE)
    line.flows.clear()
    made.mend()
    assert flows(line) == [flow_of(PLACE)]
    done = len(line.did)
    made.mend()
    assert len(line.did) == done


def test_connections_of_an_earlier_daemon_are_gone_at_the_start_and_others_stay(
    line: type[KernelLine],
) -> None:
    kept = as_told(build_translated(Flow(PROTOCOL_UDP, NEAR, PEER.host, 53, 53), NEAR))
    line.flows += [as_told(build_translated(flow_of(PLACE), VIRTUAL)), kept]
    made = started()
    assert line.flows == [kept]
    made.change(None, PLACE)
    made.stop()
    assert line.flows == [kept]


def test_only_ours_are_taken_out_of_the_rules() -> None:
    text = removal(SAVED, OURS)
    assert text.splitlines() == [
        "*raw",
        "-D PREROUTING -j POSTERN-PATHS-COME",
        f"-F {COME}",
        f"-X {COME}",
        "COMMIT",
    ]


def test_what_has_a_virtual_target_and_no_peer_does_not_leave() -> None:
    text = rules_text(POOL)
    assert "-A POSTERN-PATHS-OUT -d 100.127.0.0/16 -p esp -j DROP" in text
    assert "-I OUTPUT 1 -j POSTERN-PATHS-OUT" in text


def test_the_trial_hooks_nothing_in() -> None:
    assert "-I" not in probe_text(POOL)
    tool = Tool()
    ConntrackTranslation(POOL, "iptables-legacy", tool)._restore("")
    assert tool.given == []


def test_the_trial_leaves_nothing(line: type[KernelLine]) -> None:
    tool = Tool()
    ConntrackTranslation(POOL, "iptables-legacy", tool).check_works()
    assert tool.given == [probe_text(POOL)]


def test_what_stays_is_touched_only_where_it_is_not_what_was_noted(
    line: type[KernelLine],
) -> None:
    stale = Place(host_bytes("100.127.0.9"), NEAR, Endpoint(PEER.host, 9))
    doubt = Place(host_bytes("100.127.0.3"), NEAR, Endpoint(PEER.host, 3), mapped=False)
    for place in (PLACE, stale, doubt):
        line.flows.append(as_told(build_translated(flow_of(place), place.virtual)))
    right, tool = line.flows[0], Tool()
    made = ConntrackTranslation(POOL, "iptables-legacy", tool)
    made.start(stays=True)
    for place in (PLACE, MOVED._replace(virtual=OTHER.virtual), doubt):
        made.change(None, place)
    assert (len(line.flows), tool.given) == (3, [])
    made.settle()
    made.settle()
    assert line.flows[0] is right
    assert set(flows(line)) == {flow_of(PLACE), flow_of(MOVED), flow_of(doubt)}
    assert tool.given == [replacement(SAVED, rules_text(POOL)), deaf_text(flow_of(doubt), True)]


def test_a_table_is_replaced_in_one_go() -> None:
    text = replacement(SAVED, rules_text(POOL))
    assert text.count("*raw") == text.count("*nat") == 1
    raw = text[text.index("*raw") : text.index("COMMIT")]
    assert raw.index(f"-X {COME}") < raw.index(f":{COME} -")
    assert "SOMEBODYS" not in text
