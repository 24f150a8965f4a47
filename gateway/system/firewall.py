"""Setting the wanted rules as a whole, and taking them away as a whole, by whichever tool works.

Nothing is remembered: each time the kernel is asked what is there. So it does not matter whether
an earlier daemon stopped, crashed, or used another tool.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from gateway.system.rules import (
    PROBE,
    Rules,
    iptables_probe,
    iptables_removal,
    iptables_text,
    nft_present,
    nft_probe,
    nft_removal,
    nft_text,
)
from gateway.system.run import Run, ToolFailed, run


class NoFirewall(Exception):
    """No tool here can hand packets to a queue; the text says what each of them answered."""


class Tool(Protocol):
    """One way to the kernel's rules. Any method may raise `ToolFailed`."""

    @property
    def name(self) -> str: ...

    @property
    def by_spi(self) -> bool:
        """Whether ESP goes to its own queues; else it comes with IKE. True until tried."""

    def check_works(self) -> None:
        """Return if this kernel and this tool together can do all that is wanted."""

    def apply(self, rules: Rules) -> None: ...

    def present(self) -> bool:
        """Whether there is anything of ours."""

    def remove(self) -> None: ...


class Nft:
    """nftables with its `queue` statement."""

    name = "nft"
    by_spi = True

    def __init__(self, run: Run = run) -> None:
        self._run = run

    def check_works(self) -> None:
        self._run(["nft", "--check", "-f", "-"], nft_probe())

    def apply(self, rules: Rules) -> None:
        self._run(["nft", "-f", "-"], nft_text(rules))

    def present(self) -> bool:
        return nft_present(self._run(["nft", "list", "tables"], "").stdout)

    def remove(self) -> None:
        self._run(["nft", "-f", "-"], nft_removal())


class Iptables:
    """iptables with the target NFQUEUE; `kind` is "nft" or "legacy", two rule sets apart."""

    def __init__(self, kind: str, run: Run = run) -> None:
        self.name = f"iptables-{kind}"
        self._run = run
        self.by_spi = True  # the kernel has xt_u32

    def check_works(self) -> None:
        try:
            self._probe(by_spi=True)
        except ToolFailed:
            self._probe(by_spi=False)
            self.by_spi = False

    def _probe(self, *, by_spi: bool) -> None:
        try:
            self._restore(iptables_probe(by_spi))
        finally:
            self._restore(iptables_removal(self._saved(), {PROBE}))

    def apply(self, rules: Rules) -> None:
        if not self.by_spi:
            rules = replace(rules, esp=())  # then all comes by one queue
        self._restore(iptables_text(rules, self._saved()))

    def present(self) -> bool:
        return bool(iptables_removal(self._saved()))

    def remove(self) -> None:
        self._restore(iptables_removal(self._saved()))

    def _saved(self) -> str:
        # All tables that exist: to name one would make the kernel set it up.
        return self._run([f"{self.name}-save"], "").stdout

    def _restore(self, text: str) -> None:
        if text:
            self._run([f"{self.name}-restore", "-w", "5", "--noflush"], text)


def every_tool(run: Run = run) -> tuple[Tool, ...]:
    """All ways we know, the best first."""
    return Nft(run), Iptables("nft", run), Iptables("legacy", run)


def choose_tool(tools: Sequence[Tool]) -> Tool:
    """The first that works, found by trying."""
    answers = []
    for tool in tools:
        try:
            tool.check_works()
        except ToolFailed as failure:
            answers.append(_answer(tool, failure))
        else:
            return tool
    raise NoFirewall(
        "no tool here can hand packets to a netfilter queue; install nftables or iptables, "
        "and see that this is root and the kernel has NFQUEUE. " + "; ".join(answers)
    )


def apply_rules(rules: Rules, tools: Sequence[Tool]) -> Tool:
    """Make the kernel's rules the wanted ones, and return the tool that did.

    What an earlier daemon set by another tool goes only after that, so nothing is ever let past.
    They stay when the daemon stops or crashes: then the kernel drops what was to be queued.
    """
    chosen = choose_tool(tools)
    chosen.apply(rules)
    for tool in _with_leftovers([tool for tool in tools if tool is not chosen], []):
        tool.remove()
    return chosen


def remove_rules(tools: Sequence[Tool]) -> list[str]:
    """Take all rules of ours away, whoever set them; the names of the tools that had some."""
    answers: list[str] = []
    found = _with_leftovers(tools, answers)
    if len(answers) == len(tools):
        raise NoFirewall("no tool here can say what rules there are. " + "; ".join(answers))
    for tool in found:
        tool.remove()
    return [tool.name for tool in found]


def _with_leftovers(tools: Sequence[Tool], answers: list[str]) -> list[Tool]:
    """The tools that have something of ours; what the others answered goes to `answers`."""
    found = []
    for tool in tools:
        try:
            if tool.present():
                found.append(tool)
        except ToolFailed as failure:
            answers.append(_answer(tool, failure))  # what cannot even ask has set nothing
    return found


def _answer(tool: Tool, failure: ToolFailed) -> str:
    """The first line says it; nft repeats it for every rule."""
    return f"{tool.name}: {str(failure).splitlines()[0]}"
