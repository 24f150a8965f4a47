from dataclasses import dataclass, field
from typing import Any

import pytest

from gateway.bridge.pptp_leg import PptpLeg
from gateway.bridge.silence import data_frames, tell_silence
from gateway.control.explain import sentence
from gateway.outputs import Fact, What
from gateway.pptp.machine import Caller
from gateway.wire.udp import Endpoint
from tests.pair.net import seeded


def pptp(speaker: bytes = b"") -> PptpLeg:
    leg = PptpLeg(1, Caller(1, seeded(1)), 1, None, Endpoint(bytes((192, 0, 2, 20)), 1723))
    leg.speaker = speaker
    return leg


@dataclass
class Native:
    """Towards a native server, as far as it is asked here."""

    kind: str = "L2TP/IPsec"


@dataclass
class Counted:
    """A session as far as its counters go."""

    inside: Any = field(default_factory=pptp)
    client_ip: str = ""
    frames_in: int = 0
    frames_out: int = 0
    from_server: int = 0
    control_in: int = 0
    control_out: int = 0
    uncounted: int = 0

    def fact(self, what: What, details: dict[str, str]) -> Fact:
        return Fact(what, 7, "203.0.113.7:62000", details)


def silences(session: Counted) -> list[str]:
    facts = [one for one in tell_silence(session) if isinstance(one, Fact)]
    assert all(fact.what is What.SILENCE and sentence(fact) for fact in facts)
    return [fact.details["where"] for fact in facts]


@pytest.mark.parametrize(
    ("speaker", "frames", "quiet"),
    [(b"", 0, ["gre", "ppp"]), (b"srv", 0, ["ppp"]), (b"", 3, ["gre"]), (b"srv", 3, [])],
)
def test_after_the_call_both_ends_must_have_spoken(
    speaker: bytes, frames: int, quiet: list[str]
) -> None:
    assert silences(Counted(pptp(speaker), frames_in=frames)) == quiet


@pytest.mark.parametrize(
    ("out", "heard", "quiet"), [(0, 0, ["server"]), (2, 2, []), (0, 1, []), (2, 0, ["server"])]
)
def test_a_native_server_owes_ppp_whatever_the_gateway_says(
    out: int, heard: int, quiet: list[str]
) -> None:
    assert silences(Counted(Native(), "", 3, out, heard)) == quiet


@pytest.mark.parametrize(
    ("came", "went", "quiet"), [(0, 0, ["traffic"]), (2, 0, ["traffic"]), (0, 2, ["traffic"])]
)
def test_after_ppp_data_must_have_gone_both_ways(came: int, went: int, quiet: list[str]) -> None:
    session = Counted(pptp(b"srv"), "10.1.0.2", 5 + came, 5 + went, 5, 5, 5)
    assert data_frames(session) == (came, went)
    assert silences(session) == quiet


def test_with_data_both_ways_there_is_nothing_to_tell() -> None:
    assert silences(Counted(pptp(b"srv"), "10.1.0.2", 9, 9, 9, 5, 5)) == []


def test_control_frames_that_did_not_leave_do_not_count_as_less_than_nothing() -> None:
    assert data_frames(Counted(frames_out=2, control_out=5)) == (0, 0)


def test_what_the_kernel_has_yet_to_count_is_no_data_and_takes_none_away() -> None:
    """Echoes of a client's that the kernel carries come here at once, its figures later."""
    assert data_frames(Counted(frames_in=5, control_in=8, uncounted=3)) == (0, 0)
    assert data_frames(Counted(frames_in=7, control_in=8, uncounted=3)) == (2, 0)
