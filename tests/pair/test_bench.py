"""The benches measure the gateway that the packets go through, and not one beside it; and what they
tell of their measurements is so."""

from dataclasses import asdict
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from tests.bench import dials, traffic
from tests.bench.__main__ import PARTS, Part, main
from tests.bench.figures import Figure, told
from tests.bench.handshake import SUITES, dial, guess
from tests.bench.plot import curve
from tests.interop.lab.boot import LabFailed
from tests.interop.lab.compared import OURS, SOFTETHER, THEIRS, Round
from tests.interop.lab.traffic import ESP, PLAIN, Passed
from tests.interop.lab.traffic import SUITES as CARRIED

WAY = "PPP ends here"


def test_a_dial_and_a_guess_cost_something() -> None:
    suite, profile = next(iter(SUITES.items()))
    assert dial(profile, suite, whole=True) > 0.1  # milliseconds; a dial is a good deal more
    assert guess(1) > 0.01


def test_a_part_that_is_not_there_is_refused_and_the_parts_are_named(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["rode"]) == 2
    said = capsys.readouterr().err
    assert "'rode'" in said
    assert all(name in said for name in PARTS)


def test_a_part_that_fails_is_named_and_leaves_the_others_alone(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> list[Figure]:
        raise LabFailed("no lab here")

    monkeypatch.setitem(PARTS, "traffic", Part("What fails", fail))
    monkeypatch.setitem(PARTS, "road", Part("What goes", lambda: [told("a packet", 1.0, "us")]))
    assert main(["traffic", "road"]) == 1
    said = capsys.readouterr().out
    assert "no lab here" in said
    assert "a packet" in said
    assert "Not measured: traffic" in said


def _dialled(single: float, last: float, cpu: float, memory: int) -> dials.Rounds:
    one = asdict(Round(1, single, single, cpu, 0.0, memory))
    all_ = asdict(Round(4, last, last / 2, 4 * cpu, 0.0, 4 * memory))
    return {"single": [one] * 4, "crowd": [all_, all_]}


def _verdicts(figures: list[Figure]) -> dict[str, bool | None]:
    return {figure.figure.strip(): figure.met for figure in figures if figure.met is not None}


def test_dials_are_held_to_shares_of_the_peers() -> None:
    theirs = _dialled(single=1.5, last=12.0, cpu=0.2, memory=4000)
    fast = {OURS: _dialled(0.5, 4.0, 0.1, 1000), THEIRS: theirs}
    slow = {OURS: _dialled(1.6, 4.1, 0.11, 1001), THEIRS: theirs}
    assert set(_verdicts(dials.figures(fast, WAY)).values()) == {True}
    missed = [name for name, met in _verdicts(dials.figures(slow, WAY)).items() if not met]
    assert len(missed) == 6  # median and worst of one by one, both CPUs, the rate, the memory


def test_dials_with_scripts_and_without_are_held_to_the_peers_of_the_same_kind() -> None:
    spent = {"with": {OURS: [0.2], THEIRS: [0.3]}, "without": {OURS: [0.1, 0.1], THEIRS: [0.2]}}
    found = dials.scripts(spent)
    assert [each.met for each in found] == [False, None, True, None]
    assert [each.value for each in found] == pytest.approx([200.0, 300.0, 100.0, 200.0])


def test_a_dial_that_did_not_come_up_is_no_figure() -> None:
    theirs = _dialled(1.5, 12.0, 0.2, 4000)
    ours = _dialled(0.5, 4.0, 0.1, 1000)
    ours["crowd"][1] = ours["crowd"][1] | {"up": 3}
    with pytest.raises(Exception, match="3 of 4 came up"):
        dials.figures({OURS: ours, THEIRS: theirs}, WAY)


def test_who_is_only_told_of_may_leave_some_behind() -> None:
    theirs, other = _dialled(1.5, 12.0, 0.2, 4000), _dialled(1.5, 12.0, 0.2, 4000)
    other["crowd"] = [other["crowd"][0] | {"up": 1}]
    found = dials.figures({OURS: theirs, THEIRS: theirs, SOFTETHER: other}, WAY)
    told_of = [(each.value, each.figure) for each in found if "SoftEther" in each.figure]
    assert [value for value, name in told_of if "at once" in name] == [1]


def test_a_dial_of_theirs_that_did_not_come_up_is_left_out_of_what_is_told() -> None:
    theirs, other = _dialled(1.5, 12.0, 0.2, 4000), _dialled(1.5, 12.0, 0.2, 4000)
    other["single"] = [other["single"][0] | {"up": 0, "last": 99.0}, *other["single"][1:]]
    found = dials.figures({OURS: theirs, THEIRS: theirs, SOFTETHER: other}, WAY)
    worst = [each for each in found if "SoftEther" in each.figure and "worst" in each.figure]
    assert [each.value for each in worst] == [1.5]


def _carried(mbit: float, ms: float) -> dict[str, list[dict[str, float]]]:
    return {suite: [asdict(Passed(mbit, mbit, ms, mbit, mbit))] * 3 for suite in CARRIED}


def test_throughput_is_held_to_the_peer_and_to_esp_alone() -> None:
    others = {THEIRS: _carried(100.0, 0.3), ESP: _carried(120.0, 0.25)}
    plain = {PLAIN: {CARRIED[0]: _carried(900.0, 0.1)[CARRIED[0]]}}
    quick = traffic.figures(CARRIED[0], {OURS: _carried(110.0, 0.3)} | others | plain, WAY)
    late = traffic.figures(CARRIED[1], {OURS: _carried(99.0, 0.31)} | others | plain, WAY)
    assert set(_verdicts(quick).values()) == {True}
    assert set(_verdicts(late).values()) == {False}


def test_a_figure_has_a_name_of_its_own() -> None:
    passed = {whose: _carried(100.0, 0.3) for whose in (OURS, THEIRS, SOFTETHER, ESP)}
    passed[PLAIN] = {CARRIED[0]: passed[ESP][CARRIED[0]]}
    dialled = {whose: _dialled(1.0, 8.0, 0.1, 500) for whose in (OURS, THEIRS, SOFTETHER)}
    found = [
        each
        for way in traffic.SCENARIOS.values()
        for suite in CARRIED
        for each in traffic.figures(suite, passed, way)
    ]
    found += [each for way in dials.TOLD.values() for each in dials.figures(dialled, way)]
    names = [figure.figure.strip() for figure in found]
    assert len(set(names)) == len(names)


def test_the_curve_is_drawn_as_it_was_measured() -> None:
    costs = {1: 12.0, 10: 12.5, 100: 15.0, 1000: 24.0}
    figures = [
        told(f"curve, a packet {way} with {many} session{'s' * (many > 1)}", cost, "us/packet")
        for many, cost in costs.items()
        for way in ("client to server", "server to client")
    ]
    picture = ElementTree.fromstring(curve(figures))
    lines = picture.findall("{*}polyline")
    assert len(lines) == 2
    places = [tuple(map(int, point.split(","))) for point in lines[0].attrib["points"].split()]
    across = [later[0] - earlier[0] for earlier, later in pairwise(places)]
    assert max(across) - min(across) <= 1  # each ten times as many is as far
    assert [y for _, y in places] == sorted((y for _, y in places), reverse=True)
    assert {"12.0", "24.0"} <= {text.text for text in picture.findall("{*}text")}
