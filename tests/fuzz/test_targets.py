"""All targets for less than a minute; `make fuzz` gives each of them as long."""

import subprocess
import sys

import pytest

from tests.captures import vectors
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import MOST_MESSAGES, TARGETS, everything, framed, is_framed, split
from tests.mouths import MACHINES, PARSERS

SECONDS = 45
FEWEST = 5_000  # inputs; on the slowest machine that was tried it were 96 000 in 20 s


def test_an_input_is_its_messages_whatever_its_bytes_are() -> None:
    assert list(split(framed(b"one", b"", b"three"))) == [b"one", b"", b"three"]
    assert list(split(b"")) == [b""]
    assert list(split(b"\xff\xffcut")) == [b"cut"]
    assert len(list(split(bytes(1000)))) == MOST_MESSAGES


def test_every_mouth_is_a_target() -> None:
    assert len(TARGETS) == len(PARSERS) + len(MACHINES) + 2
    assert sum(map(is_framed, TARGETS)) == len(MACHINES) + 1


def test_seeds_are_what_was_recorded() -> None:
    assert len(seeds()) > 1000
    avps = (vectors("captures") / "hostile" / "tcpdump-l2tp-avp-overflow.pcap").read_bytes()
    assert any(len(data) > 40 and data in avps for data in seeds())


@pytest.mark.parametrize("name", TARGETS)
def test_a_target_takes_every_seed(name: str) -> None:
    place = list(TARGETS).index(name)
    for data in seeds()[place::40]:
        everything(bytes((place,)) + (framed(data, data) if is_framed(name) else data))


@pytest.mark.long
def test_nothing_is_found_in_less_than_a_minute() -> None:
    command = [sys.executable, "-m", "tests.fuzz.run", "all", str(SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr[-4000:]
    (runs,) = (line for line in done.stderr.splitlines() if "number_of_executed_units" in line)
    assert int(runs.split()[-1]) > FEWEST
