"""Choosing a tool and carrying the rules to it, against tools that answer like the real ones."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from gateway.system.firewall import (
    Iptables,
    Nft,
    NoFirewall,
    apply_rules,
    choose_tool,
    every_tool,
    remove_rules,
)
from gateway.system.rules import Rules, iptables_text, nft_text
from gateway.system.run import Result, ToolFailed, ToolMissing

RULES = Rules(("wan0",), (), 7)
OURS = "*mangle\n:POSTERN-IN - [0:0]\n-A INPUT -j POSTERN-IN\nCOMMIT\n"


class Machine:
    """The tools of a machine: those that refuse, and what the others show when asked."""

    def __init__(self, refusing: dict[str, ToolFailed], saved: dict[str, str]) -> None:
        self.refusing = refusing
        self.saved = saved
        self.given: list[tuple[str, str]] = []

    def __call__(self, argv: Sequence[str], stdin: str) -> Result:
        command = " ".join(argv)
        for beginning, failure in self.refusing.items():
            if command.startswith(beginning):
                raise failure
        if stdin:
            self.given.append((argv[0], stdin))
        return Result(self.saved.get(command, ""), "")


def missing(tool: str) -> dict[str, ToolFailed]:
    return {tool: ToolMissing(tool, None, "No such file or directory")}


def refused(tool: str) -> dict[str, ToolFailed]:
    return {tool: ToolFailed(tool, 1, "Could not process rule: not supported\nand so on\n")}


def test_nftables_are_preferred() -> None:
    machine = Machine({}, {})
    assert choose_tool(every_tool(machine)).name == "nft"


def test_without_a_queue_in_nftables_it_is_iptables() -> None:
    machine = Machine(refused("nft --check"), {})
    assert choose_tool(every_tool(machine)).name == "iptables-nft"


def test_without_tables_for_ip_in_nftables_it_is_the_old_iptables() -> None:
    machine = Machine(refused("nft") | refused("iptables-nft"), {})
    assert choose_tool(every_tool(machine)).name == "iptables-legacy"


def test_with_nothing_that_works_every_answer_is_told() -> None:
    machine = Machine(refused("nft") | missing("iptables-nft") | missing("iptables-legacy"), {})
    with pytest.raises(NoFirewall) as told:
        choose_tool(every_tool(machine))
    assert "nft: `nft` failed with status 1: Could not process rule: not supp" in str(told.value)
    assert "iptables-legacy: `iptables-legacy` did not finish: No such file" in str(told.value)
    assert "and so on" not in str(told.value)


def test_nftables_are_given_the_rules_at_once() -> None:
    machine = Machine({}, {})
    Nft(machine).apply(RULES)
    assert machine.given == [("nft", nft_text(RULES))]


def test_iptables_are_given_the_rules_at_once() -> None:
    machine = Machine({}, {"iptables-legacy-save": OURS})
    Iptables("legacy", machine).apply(RULES)
    assert machine.given == [("iptables-legacy-restore", iptables_text(RULES, OURS))]


def test_the_probe_is_taken_away_again() -> None:
    saved = {"iptables-nft-save": "*raw\n:POSTERN-PROBE - [0:0]\nCOMMIT\n" + OURS}
    machine = Machine({}, saved)
    Iptables("nft", machine).check_works()
    assert [text for _, text in machine.given[1:]] == [
        "*raw\n-F POSTERN-PROBE\n-X POSTERN-PROBE\nCOMMIT\n"
    ]


class WithoutU32(Machine):
    """A kernel that cannot look at bytes of a packet for iptables."""

    def __call__(self, argv: Sequence[str], stdin: str) -> Result:
        if "u32" in stdin:
            raise ToolFailed(argv[0], 2, "Couldn't load match `u32'")
        return super().__call__(argv, stdin)


def test_without_xt_u32_all_comes_by_one_queue() -> None:
    machine = WithoutU32({}, {})
    tool = Iptables("legacy", machine)
    tool.check_works()
    machine.given.clear()
    tool.apply(replace(RULES, esp=(8, 9)))
    assert machine.given == [("iptables-legacy-restore", iptables_text(RULES, ""))]
    assert not tool.by_spi


def test_what_another_tool_left_goes_after_the_new_rules_are_there() -> None:
    machine = Machine({}, {"iptables-legacy-save": OURS})
    assert apply_rules(RULES, every_tool(machine)).name == "nft"
    assert [tool for tool, _ in machine.given[-2:]] == ["nft", "iptables-legacy-restore"]


def test_a_tool_that_is_missing_has_left_nothing() -> None:
    machine = Machine(missing("iptables"), {})
    assert apply_rules(RULES, every_tool(machine)).name == "nft"


def test_removal_names_those_who_had_something() -> None:
    saved = {"nft list tables": "table ip postern\n", "iptables-legacy-save": OURS}
    machine = Machine({}, saved)
    assert remove_rules(every_tool(machine)) == ["nft", "iptables-legacy"]
    assert len(machine.given) == 2


def test_removal_where_nothing_is_changes_nothing() -> None:
    machine = Machine({}, {})
    assert remove_rules(every_tool(machine)) == []
    assert machine.given == []


def test_removal_that_fails_is_told() -> None:
    machine = Machine(refused("nft -f"), {"nft list tables": "table ip postern\n"})
    with pytest.raises(ToolFailed, match="not supported"):
        remove_rules(every_tool(machine))


def test_where_no_tool_can_say_what_there_is_removal_is_not_believed() -> None:
    machine = Machine(refused("nft") | refused("iptables"), {})
    with pytest.raises(NoFirewall, match="no tool here can say"):
        remove_rules(every_tool(machine))
