"""Whoever looks while a program runs; the program is a real one, and ends when it is told to."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from gateway.system.box.meanwhile import READ_ONLY, Meanwhile
from gateway.system.clock import now
from gateway.system.control_socket import Answered, ControlSocket, Peer
from gateway.system.run import Result, ToolFailed, run
from gateway.user.box_client import Box
from gateway.user.client import Busy, DaemonError, Silent

PATIENCE = 60.0  # seconds: for a machine that has other things to do


@dataclass
class Agent:
    """One thread that serves the socket; `work` and `fail` run programs in the middle of it."""

    folder: Path
    asked: list[str] = field(default_factory=list)
    in_it: Event = field(default_factory=Event)
    done: Event = field(default_factory=Event)
    ready: bool = True
    started: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.path = self.folder / "box.sock"
        self.gate = self.folder / "gate"
        os.mkfifo(self.gate)

    def box(self, patience: float = PATIENCE) -> Box:
        return Box(str(self.path), patience)

    def open_gate(self) -> None:
        """The program that waits there ends."""
        self.gate.write_text("x\n")

    def serve(self) -> None:
        control = ControlSocket(self.path, lambda request: self.agent.answer(request, control.peer))
        self.agent = Meanwhile(control, run, now)
        self.started.set()
        if not self.ready:
            self._run("read x <")
        self.agent.begin(self._answer)
        while not self.done.is_set():
            control.linger(lambda: True, now() + 1 / 32, now)
        control.close()

    def _answer(self, request: dict[str, Any], peer: Peer | None) -> Answered:
        verb = str(request["verb"])
        self.asked.append(verb)
        try:
            said = {"work": self._work, "fail": self._fail}.get(verb, lambda: "")()
        except ToolFailed as error:
            return {"ok": False, "error": str(error), "hint": "none"}
        return {"ok": True, "result": {"hostname": "gw-lab-1", "said": said}}

    def _work(self) -> str:
        self.in_it.set()
        return self._run("read x <").stdout + self._run("echo twice #").stdout

    def _fail(self) -> str:
        return self._run("exit 3 #").stdout

    def _run(self, line: str) -> Result:
        return self.agent(["sh", "-c", f"{line} {self.gate} && echo done"], "")


@contextmanager
def serving(agent: Agent) -> Iterator[Agent]:
    thread = Thread(target=agent.serve)
    thread.start()
    agent.started.wait(PATIENCE)
    try:
        yield agent
    finally:
        agent.done.set()
        thread.join(PATIENCE)


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[Agent]:
    with serving(Agent(tmp_path)) as found:
        yield found


@dataclass
class Asking:
    """Somebody else, who waits for an answer."""

    box: Box
    verb: str
    answers: list[Any] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.thread = Thread(target=self._ask)
        self.thread.start()

    def _ask(self) -> None:
        try:
            self.answers.append(self.box.ask(self.verb))
        except DaemonError as error:
            self.answers.append(error)

    def answer(self) -> Any:
        self.thread.join(PATIENCE)
        return self.answers[0]


def becomes(agent: Agent, work: str) -> None:
    """Until a status says that the agent is busy with this, or with nothing."""
    end = now() + PATIENCE
    while agent.box().status().busy_with != work:
        assert now() < end


def test_while_a_program_runs_who_looks_is_answered_and_hears_of_it(agent: Agent) -> None:
    worker = Asking(agent.box(), "work")
    assert agent.in_it.wait(PATIENCE)
    statuses = [agent.box().status() for _ in range(3)]
    assert worker.answers == []
    agent.open_gate()
    assert worker.answer()["said"] == "done\ntwice\n"
    assert {one.busy_with for one in statuses} <= {"sh", ""}
    assert statuses[-1].busy_with == "sh"
    assert agent.box().status().busy_with == ""


@pytest.mark.long
def test_what_changes_something_is_told_to_ask_again_and_was_not_begun(agent: Agent) -> None:
    worker = Asking(agent.box(), "work")
    assert agent.in_it.wait(PATIENCE)
    becomes(agent, "sh")
    with pytest.raises(Busy, match="the box agent is busy with sh") as told:
        agent.box(0.01).ask_slowly("reboot", 0.01)
    assert (told.value.work, told.value.hint) == ("sh", "Ask again in a moment")
    agent.open_gate()
    worker.answer()
    assert "reboot" not in agent.asked


@pytest.mark.long
def test_who_is_told_to_ask_again_does_so_by_itself(agent: Agent) -> None:
    worker = Asking(agent.box(), "work")
    assert agent.in_it.wait(PATIENCE)
    becomes(agent, "sh")
    other = Asking(agent.box(), "claim")
    agent.open_gate()
    worker.answer()
    assert other.answer()["hostname"] == "gw-lab-1"


def test_who_has_hung_up_while_their_program_runs_is_no_harm(agent: Agent) -> None:
    with pytest.raises(Silent):
        agent.box().ask_slowly("work", 0.01)
    assert agent.in_it.wait(PATIENCE)
    agent.box().status()
    agent.open_gate()
    becomes(agent, "")
    assert agent.asked.count("work") == 1


@pytest.mark.long
def test_until_all_is_there_everybody_is_told_that_the_agent_starts(tmp_path: Path) -> None:
    with serving(Agent(tmp_path, ready=False)) as agent:
        with pytest.raises(Busy, match="busy with its start"):
            agent.box(0.01).ask_slowly("status", 0.01)
        agent.open_gate()
        assert agent.box().status().hostname == "gw-lab-1"


def test_a_program_that_fails_says_so_to_whoever_has_run_it(agent: Agent) -> None:
    assert "failed with status 3" in str(Asking(agent.box(), "fail").answer())
    assert agent.box().status().busy_with == ""


def test_a_program_of_another_thread_is_run_as_it_is(agent: Agent) -> None:
    assert agent.agent(["echo", "here"], "") == Result("here\n", "")
    assert agent.box().status().busy_with == ""


def test_nothing_of_the_engine_of_changes_is_answered_meanwhile() -> None:
    assert not any(verb.startswith("config") for verb in READ_ONLY)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_error_of_ours_is_one_where_the_program_was_wanted(tmp_path: Path) -> None:
    def broken(argv: Sequence[str], stdin: str) -> Result:
        raise KeyError("a bug")

    control = ControlSocket(tmp_path / "box.sock", lambda request: {})
    meanwhile = Meanwhile(control, broken, now)
    with pytest.raises(RuntimeError, match="true was not run"):
        meanwhile(["true"], "")
    meanwhile.begin(lambda request, peer: {"ok": True, "result": {}})
    assert meanwhile.answer({"verb": "reboot"}, None) == {"ok": True, "result": {}}
    control.close()
