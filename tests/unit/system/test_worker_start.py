"""How many workers are begun, and what a process of one is."""

import os
import signal
from pathlib import Path
from typing import Any

import pytest

from gateway.paths import Abilities
from gateway.system.begun import Begun
from gateway.system.worker_line import Line, Lost, line_pair
from gateway.system.worker_start import KERNEL, NOT_BY_SPI, NOTHING_KEPT, Process, begin, how_many
from tests.pair.gateway_world import configure

WANTED = configure(workers="2")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wanted", "cores", "count"),
    [("0", 4, 0), ("3", 1, 3), ("auto", 1, 0), ("auto", 2, 1), ("auto", 16, 4)],
)
def test_one_core_is_the_daemons(wanted: str, cores: int, count: int) -> None:
    assert how_many(wanted, cores) == count


def test_who_wants_none_gets_none_and_no_reason() -> None:
    begun = Begun(Abilities(lacks="no route wants the kernel"))
    assert begin(configure(), begun, None, None, lambda: 0.0) == (begun, "")


def test_without_memory_that_outlives_them_there_are_none() -> None:
    begun = Begun(Abilities(lacks="no route wants the kernel"))
    assert begin(WANTED, begun, None, None, lambda: 0.0) == (begun, NOTHING_KEPT)


def test_where_esp_does_not_come_by_its_spi_there_are_none() -> None:
    begun = Begun(Abilities(lacks="no route wants the kernel"))
    kept: Any = object()
    assert begin(WANTED, begun, kept, None, lambda: 0.0) == (begun, NOT_BY_SPI)


def test_where_the_kernel_carries_there_are_none() -> None:
    begun = Begun(Abilities(), object())  # type: ignore[arg-type]
    assert begin(WANTED, begun, None, None, lambda: 0.0) == (begun, KERNEL)


def test_a_process_has_its_line_its_words_and_nothing_else_of_the_daemons(tmp_path: Path) -> None:
    """It cannot have its queue here, without root or while others have it; so it ends at once."""
    words = os.memfd_create("words")
    ours, theirs = line_pair()
    line = Line(ours)
    process = Process(1, theirs, words, ["192.0.2.1"])
    theirs.close()
    os.kill(process._pid, signal.SIGSTOP)
    os.waitpid(process._pid, os.WUNTRACED)
    descriptors = {os.readlink(each) for each in Path(f"/proc/{process._pid}/fd").iterdir()}
    command = Path(f"/proc/{process._pid}/cmdline").read_bytes()
    assert not {each for each in descriptors if str(tmp_path) in each}
    assert b"gateway.worker\x001\x001705\x00%d\x00192.0.2.1" % os.getpid() in command
    process.kill()
    with pytest.raises(Lost):
        line.take()
    with pytest.raises(ChildProcessError):
        os.waitpid(process._pid, 0)
    process.kill()  # once more does no harm
    line.close()
    os.close(words)
